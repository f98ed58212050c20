// The commands that ask a server once what it knows of itself and print a table: hot, big, slow, latency and
// diagnose. With --json what the server has sent.

import type {
  Diagnosis,
  Finding,
  LatencyAnswer,
  SlowFacts,
} from "../../server/observe/facts/answers.ts";
import type { BigFacts, HotFacts } from "../../server/observe/facts/key_facts.ts";
import { accessOf, type ClientContext, EXIT } from "../context.ts";
import { ACCESS, OBSERVE } from "../options.ts";
import { writeAll } from "../platform.ts";
import { askFacts } from "./facts_reader.ts";
import { bytesText, countText, grouped, microsText, secondsText } from "./figures.ts";
import { type Line, lineSequence, lineText, plain, styled, tableLines } from "./lines.ts";
import { hotTable, latencyTable, LEVEL_STYLES, slowTable } from "./tables.ts";
import { keyText } from "./screen_text.ts";

/** `hot`: the keys that most requests are for. */
export async function hot(context: ClientContext): Promise<number> {
  const { facts, text } = await ask<HotFacts>(context, counted(context, "/stats/hot"));
  return await print(context, text, [
    [plain(`Of ${grouped(facts.requests)} requests in the last ${secondsText(facts.seconds)}`)],
    ...facts.keys.length === 0 ? [] : hotTable(facts.keys, widthOf(context)),
  ]);
}

/** `big`: the largest items, and what each type takes. */
export async function big(context: ClientContext): Promise<number> {
  const access = { ...await accessOf(context), timeoutMs: context.values.get(OBSERVE.bigTimeout) };
  const { facts, text } = await askFacts<BigFacts>(access, counted(context, "/stats/big"));
  const { looked, items, types, keys } = facts;
  const rows = keys.map((item) => [
    bytesText(item.slabBytes),
    bytesText(item.valueBytes),
    item.members === null ? "" : grouped(item.members),
    item.ttlSeconds === null ? "never" : secondsText(item.ttlSeconds),
    item.type,
    keyText(item),
  ]);
  const columns = ["SLAB", "VALUE", "MEMBERS", "EXPIRES"].map((title) => ({
    title,
    isRight: true,
  }));
  const kinds = Object.entries(types).sort(([, a], [, b]) => b.slabBytes - a.slabBytes);
  return await print(context, text, [
    [plain(`Looked at ${grouped(looked)} of ${grouped(items)} items`)],
    ...rows.length === 0 ? [] : tableLines(
      [...columns, { title: "TYPE" }, { title: "KEY", takesRest: true }],
      rows,
      widthOf(context),
    ),
    ...kinds.length === 0 ? [] : [
      [],
      ...tableLines(
        [{ title: "TYPE" }, { title: "ITEMS", isRight: true }, { title: "SLAB", isRight: true }],
        kinds.map(([type, sum]) => [type, grouped(sum.items), bytesText(sum.slabBytes)]),
        Infinity,
      ),
    ],
  ]);
}

/** `slow`: the latest commands that took long. */
export async function slow(context: ClientContext): Promise<number> {
  const { facts, text } = await ask<SlowFacts>(context, counted(context, "/stats/slow"));
  const { slowerThanUs, commands } = facts;
  const bound = slowerThanUs === null || slowerThanUs < 0
    ? "None are kept: CONFIG SET slowlog-log-slower-than says which"
    : `Commands that took ${microsText(slowerThanUs)} or more, the latest first`;
  return await print(context, text, [
    [plain(bound)],
    ...commands.length === 0 ? [] : slowTable(commands, widthOf(context), true),
  ]);
}

/** `latency`: how long commands take, by group, and what else threads wait for. */
export async function latency(context: ClientContext): Promise<number> {
  const { facts, text } = await ask<LatencyAnswer>(context, "/stats/latency");
  const { groups, lockWaits, lagMs } = facts;
  return await print(context, text, [
    ...Object.keys(groups).length === 0 ? [[plain(NO_LATENCIES)]] : latencyTable(groups),
    [],
    [plain(
      `Waits for locks: ${grouped(lockWaits.count)}, ${countText(lockWaits.totalMs)} ms in all`,
    )],
    [plain(
      `Event loops are behind by ${countText(lagMs.now)} ms at most (workers: ${
        lagMs.workers.map((ms) => `${countText(ms)} ms`).join(", ")
      })`,
    )],
  ]);
}

/** `diagnose`: what is wrong, with evidence and advice. Exits with 1 where something is. */
export async function diagnose(context: ClientContext): Promise<number> {
  const { facts, text } = await ask<Diagnosis>(context, "/diagnose");
  const { findings, passed, seconds } = facts;
  // Where something is wrong, the summary is the first of that.
  const lines: Line[] = findings.length === 0 ? [[styled(facts.summary, "good")], []] : [];
  for (const finding of findings) lines.push(...findingLines(finding), []);
  const looked = `Looked at the last ${secondsText(seconds)}.`;
  const rules = passed.length === 0 ? "" : ` These rules found nothing: ${passed.join(", ")}`;
  lines.push([styled(`${looked}${rules}`, "dim")]);
  await print(context, text, lines);
  return findings.some(({ level }) => level !== "info") ? EXIT.miss : EXIT.ok;
}

const NO_LATENCIES = "No command was timed: none ran, or the server was started with --metrics off";

function findingLines({ level, problem, evidence, advice }: Finding): Line[] {
  const figures = Object.entries(evidence).map(([name, value]) =>
    `${name} ${typeof value === "number" ? countOrShare(value) : value}`
  );
  return [
    [styled(`${level}: `, LEVEL_STYLES[level]), plain(problem)],
    [plain(`  ${advice}`)],
    ...figures.length === 0 ? [] : [[plain("  "), styled(figures.join(", "), "dim")]],
  ];
}

/** Small fractions keep their digits: as shares they mean something. */
function countOrShare(value: number): string {
  return Math.abs(value) < 1 ? String(Math.round(value * 1e4) / 1e4) : countText(value);
}

async function ask<T>(context: ClientContext, path: string) {
  return await askFacts<T>(await accessOf(context), path);
}

/** People read as much as fits; what is read by programs is not cut. */
function widthOf({ platform }: ClientContext): number {
  return platform.stdout.isTerminal() ? platform.columns() : Infinity;
}

function counted({ values }: ClientContext, path: string): string {
  return `${path}?count=${values.get(OBSERVE.count)}`;
}

async function print(
  { platform, values }: ClientContext,
  text: string,
  lines: readonly Line[],
): Promise<number> {
  const { stdout, env } = platform;
  const hasColors = (env("NO_COLOR") ?? "") === "";
  const show = stdout.isTerminal()
    ? (line: Line) => lineSequence(line, Infinity, hasColors)
    : lineText;
  const shown = values.get(ACCESS.json) ? text.trimEnd() : lines.map(show).join("\n").trimEnd();
  await writeAll(stdout, `${shown}\n`);
  return EXIT.ok;
}
