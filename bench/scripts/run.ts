/**
 * The benchmark of scripts, one command: EVALSHA of scripts that people run, in slabkv with one worker beside
 * redis-server, loaded in turn in several rounds with pipelines of 16. Prints a table and says which targets hold. An
 * error for an answer fails the run (exit 1); a missed target does not.
 */

import { versionOf } from "../child_servers.ts";
import { runCommandLine, showProgress } from "../command_line.ts";
import { median, medianOfKnown, throughputRatio, whole } from "../figures.ts";
import { RespClient } from "../proof/resp_client.ts";
import { markdownTable } from "../report.ts";
import { type Server, Servers } from "../resp/servers.ts";
import { type Measurement, runRedisBenchmark, timed } from "../types/measure.ts";
import { type BenchOptions, parseOptions } from "../types/options.ts";
import { type BenchScript, SCRIPTS } from "./scripts.ts";

/** Keys that the scripts run on. */
const KEYS = 10_000;
/** Requests of a first load, which says how many make a second. */
const TRIAL = 30_000;
/** Requests of a tiny load. */
const TINY = 2_000;

const HELP = `Usage: deno run -A bench/scripts/run.ts [options] [parts]

  Parts are beginnings of names of scripts, such as token. Without any, all are measured.

  --seconds N      length of each measured load (1)
  --rounds N       rounds, servers taking turns in each (5)
  --slabkv CMD     command that starts slabkv, words separated by spaces, run in the
                   root of the project (deno run -A main.ts)
  --tiny           a form for tests: moments, no targets`;

/** Runs the benchmark; throws when an answer is wrong or a server does not start. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  if (await versionOf("redis-benchmark") === undefined) {
    throw new Error("Cannot load: there is no redis-benchmark on PATH");
  }
  const scripts = SCRIPTS.filter(({ name }) =>
    options.parts.length === 0 ||
    options.parts.some((part) => name.toLowerCase().startsWith(part.toLowerCase()))
  );
  if (scripts.length === 0) {
    throw new RangeError(
      `Cannot measure ${options.parts.join(" ")}: no name begins so, see --help`,
    );
  }
  await using running = new Servers();
  const servers = [await running.startSlabkv(options.slabkv, 1)];
  if (await versionOf("redis-server") !== undefined) servers.push(await running.startRedis());
  const found = scripts.map(() => servers.map((): Measurement[] => []));
  for (let round = 0; round < options.rounds; round++) {
    showProgress(`round ${round + 1} of ${options.rounds}`);
    for (const [i, script] of scripts.entries()) {
      for (let turn = 0; turn < servers.length; turn++) {
        const at = (turn + round) % servers.length;
        found[i]![at]!.push(await measure(servers[at]!, script, options));
      }
    }
  }
  showProgress("");
  print(table(scripts, found));
  if (!options.tiny) print(`\n${targetLines(scripts, found).join("\n")}`);
}

/** Loads a server with one script. */
async function measure(
  server: Server,
  script: BenchScript,
  { seconds, tiny }: BenchOptions,
): Promise<Measurement> {
  using client = await RespClient.connect(server.port);
  const [sha] = await client.ask(["SCRIPT", "LOAD", script.source]);
  const words = ["EVALSHA", String(sha), "1", script.key, ...script.values];
  const load = (requests: number) => runRedisBenchmark(server.port, words, KEYS, requests);
  if (tiny) return await timed(server, TINY, () => load(TINY));
  const requests = Math.ceil(await load(TRIAL) * seconds);
  return await timed(server, requests, () => load(requests));
}

type Found = readonly (readonly Measurement[])[];

/** Medians over the rounds. */
function table(scripts: readonly BenchScript[], found: readonly Found[]): string {
  const rows = scripts.map(({ name }, i) => {
    const [slabkv = [], redis] = found[i]!;
    return [
      name,
      whole(median(slabkv.map((one) => one.perSecond))),
      redis === undefined ? "" : whole(median(redis.map((one) => one.perSecond))),
      redis === undefined ? "" : throughputRatio(slabkv, redis).toFixed(2),
      cpuOf(slabkv)?.toFixed(2) ?? "",
      redis === undefined ? "" : cpuOf(redis)?.toFixed(2) ?? "",
    ];
  });
  const columns = ["script", "slabkv/s:", "Redis/s:", "× Redis:", "CPU µs:", "Redis CPU µs:"];
  return markdownTable(columns, rows);
}

function cpuOf(rounds: readonly Measurement[]): number | undefined {
  return medianOfKnown(rounds.map((one) => one.cpuUs));
}

/** A line for each target: PASS, MISS, or OPEN where the system does not tell CPU times. */
function targetLines(scripts: readonly BenchScript[], found: readonly Found[]): string[] {
  return scripts.flatMap(({ name, maxCpuUs }, i) => {
    if (maxCpuUs === undefined) return [];
    const cpu = cpuOf(found[i]![0]!);
    const verdict = cpu === undefined ? "OPEN" : cpu <= maxCpuUs ? "PASS" : "MISS";
    return [`${verdict}  ${name}, CPU µs: ${cpu?.toFixed(2) ?? "n/a"}, target at most ${maxCpuUs}`];
  });
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
