// What `slabkv top` shows of the server as a whole: rates, hit ratio, latency, memory, changes, locks, CPU, disk and
// connections, a line each. Pure.

import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import type { MemoryCurve } from "../../server/observe/facts/memory_facts.ts";
import {
  barText,
  bytesText,
  countText,
  grouped,
  microsText,
  millisText,
  percentText,
  secondsText,
  sparkText,
} from "./figures.ts";
import { type Line, plain, type Span, styled } from "./lines.ts";
import { fitText } from "./screen_text.ts";
import { sumOf } from "./top_state.ts";

const NAME_COLUMNS = 13;
const BAR_COLUMNS = 20;
/** Narrower terminals have no space for the longer bar. */
const WIDE_COLUMNS = 100;
const SHORT_BAR_COLUMNS = 8;
const MAX_SPARK_COLUMNS = 60;

/** The lines, each of at most so many columns. */
export function overviewLines(
  live: LiveFacts,
  rates: readonly number[],
  curve: MemoryCurve | undefined,
  columns: number,
): Line[] {
  return [
    requestLine(live),
    fact(
      "",
      styled(sparkText(rates, Math.min(MAX_SPARK_COLUMNS, columns - NAME_COLUMNS)), "accent"),
    ),
    hitLine(live),
    latencyLine(live),
    memoryLine(live, columns < WIDE_COLUMNS ? SHORT_BAR_COLUMNS : BAR_COLUMNS),
    ...curveLine(curve),
    changeLine(live),
    troubleLine(live),
    fact(
      "cpu",
      plain(`${coresText(live.cpu.usedCores)} used, ${coresText(live.cpu.idleCores)} idle`),
    ),
    ...diskLine(live),
  ];
}

function coresText(cores: number): string {
  return `${cores.toFixed(2)} cores`;
}

/** A name and what is said of it. */
function fact(name: string, ...spans: readonly Span[]): Line {
  return [styled(fitText(name, NAME_COLUMNS), "dim"), ...spans];
}

/** What is over nothing is to be seen at once. */
function alarm(value: number, text: string): Span {
  return styled(text, value > 0 ? "warn" : undefined);
}

function requestLine({ requestsPerSecond }: LiveFacts): Line {
  const by = Object.entries(requestsPerSecond).filter(([, rate]) => rate > 0)
    .map(([protocol, rate]) => `${protocol} ${countText(rate)}`).join("  ");
  return fact(
    "requests",
    styled(`${countText(sumOf(requestsPerSecond))}/s`, "bold"),
    plain(by === "" ? "" : `  ${by}`),
  );
}

function hitLine({ hitRatio, hitsPerSecond, missesPerSecond, items }: LiveFacts): Line {
  return fact(
    "hit ratio",
    styled(percentText(hitRatio), "bold"),
    plain(`  hits ${countText(hitsPerSecond)}/s  misses ${countText(missesPerSecond)}/s`),
    plain(`  items ${grouped(items)}`),
  );
}

function latencyLine({ latency }: LiveFacts): Line {
  const { all } = latency;
  const [p50, p99, p999] = [all?.p50Us, all?.p99Us, all?.p999Us].map(microsText);
  return fact(
    "latency",
    styled(`p50 ${p50}`, "bold"),
    plain(`  p99 ${p99}  p99.9 ${p999}`),
  );
}

function memoryLine({ memory }: LiveFacts, barColumns: number): Line {
  const { slabBytes, usedBytes, heldBytes, rssBytes } = memory;
  const share = slabBytes === 0 ? 0 : usedBytes / slabBytes;
  return fact(
    "memory",
    styled(barText(share, barColumns), "accent"),
    plain(` ${bytesText(usedBytes)} of ${bytesText(slabBytes)} (${percentText(share)})`),
    plain(`  process ${bytesText(rssBytes)}  clients ${bytesText(heldBytes)}`),
  );
}

/** The hit ratio with other amounts of memory, as far as it is known. */
function curveLine(curve: MemoryCurve | undefined): Line[] {
  if (curve === undefined || curve.points.length === 0) return [];
  const points = curve.points.map(({ times, hitRatio }) => `${times}x ${percentText(hitRatio)}`);
  return [fact("with memory", plain(`${points.join("  ")}  `), styled(curve.advice, "dim"))];
}

function changeLine(live: LiveFacts): Line {
  const evicted = sumOf(live.evictionsPerSecond);
  const reasons = Object.entries(live.evictionsPerSecond).filter(([, rate]) => rate > 0)
    .map(([reason, rate]) => `${reason} ${countText(rate)}`).join(", ");
  return fact(
    "changes",
    plain(
      `puts ${countText(live.putsPerSecond)}/s  deletes ${countText(live.deletesPerSecond)}/s  `,
    ),
    plain(`expired ${countText(live.expirationsPerSecond)}/s  `),
    plain(`evicted ${countText(evicted)}/s${reasons === "" ? "" : ` (${reasons})`}`),
  );
}

function troubleLine(live: LiveFacts): Line {
  const { errorsPerSecond, shedsPerSecond, lockWaitsPerSecond, lockWaitMsPerSecond } = live;
  return fact(
    "trouble",
    alarm(errorsPerSecond, `errors ${countText(errorsPerSecond)}/s`),
    plain("  "),
    alarm(shedsPerSecond, `shed ${countText(shedsPerSecond)}/s`),
    plain(`  lock waits ${countText(lockWaitsPerSecond)}/s, ${millisText(lockWaitMsPerSecond)}/s`),
  );
}

/** What is on disk; nothing without a data dir. */
export function diskLine({ persistence }: LiveFacts): Line[] {
  if (persistence === null) return [];
  const { logBytes, unsyncedBytes, lagMs, snapshotAgeSeconds, failures, problem } = persistence;
  if (problem !== null) return [fact("disk", styled(problem, "bad"))];
  const snapshot = snapshotAgeSeconds === null
    ? "no snapshot yet"
    : `snapshot ${secondsText(snapshotAgeSeconds)} ago`;
  return [fact(
    "disk",
    plain(`log ${bytesText(logBytes)}, ${bytesText(unsyncedBytes)} unsynced, `),
    plain(`${millisText(lagMs)} behind  ${snapshot}  `),
    alarm(failures, `failures ${grouped(failures)}`),
  )];
}

/** Open connections by kind, as many on a line as fit. */
export function connectionLines({ connections }: LiveFacts, columns: number): Line[] {
  const kinds = Object.entries(connections).map(([kind, count]) =>
    `${kind} ${count === null ? "unknown" : grouped(count)}`
  );
  const lines: string[] = [""];
  for (const kind of kinds) {
    const line = `${lines.at(-1)}  ${kind}`.trimStart();
    if (line.length + NAME_COLUMNS > columns && lines.at(-1) !== "") lines.push(kind);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line, i) => fact(i === 0 ? "connections" : "", plain(line)));
}
