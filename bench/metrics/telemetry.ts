/**
 * What being watched costs: scrapes of /metrics, with few and many workers, and Deno's own OpenTelemetry, whose data a
 * collector of this benchmark takes. Servers with and without it take turns under the same loads.
 */

import { ownCommand } from "../child_servers.ts";
import { answerHelp, showProgress } from "../command_line.ts";
import { median, throughputRatio } from "../figures.ts";
import { type Bench, measure } from "../http/measure.ts";
import { parseOptions } from "../http/options.ts";
import { type Server, Servers } from "../http/servers.ts";
import { fill } from "../http/verify.ts";
import { cpuUs } from "../process.ts";
import { markdownTable } from "../report.ts";

/** How long it all takes. */
interface Extent {
  readonly rounds: number;
  /** Arguments of the loads. */
  readonly loads: readonly string[];
  readonly scrapes: number;
  readonly workers: readonly number[];
  /** How much of all traces is sent, and what that is called. */
  readonly shares: readonly (readonly [share: string, name: string])[];
}

const FULL: Extent = {
  rounds: 3,
  loads: ["--seconds", "2"],
  scrapes: 200,
  workers: [1, 2, 16],
  shares: [["1", "all traces"], ["0", "no traces"]],
};
const TINY: Extent = {
  rounds: 1,
  loads: ["--tiny"],
  scrapes: 4,
  workers: [1],
  shares: [["1", "all traces"]],
};
/** Between two scrapes. */
const PAUSE_MS = 20;
/** Longest time for all workers to begin to serve. */
const START_MS = 20_000;
const OPENMETRICS = { accept: "application/openmetrics-text;version=1.0.0" };
/** Commands that are called before, so that there are rows of counts and histograms as in a server at work. */
const CALLED = [
  ["SET", "a", "1"],
  ["GET", "a"],
  ["INCR", "a"],
  ["HSET", "h", "f", "v"],
  ["LPUSH", "l", "v"],
  ["SADD", "s", "v"],
  ["ZADD", "z", "1", "v"],
  ["EXPIRE", "a", "100"],
  ["PING"],
];

function benchOf({ loads }: Extent): Bench {
  const options = parseOptions([...loads, "--generator", "own"])!;
  return { options, generator: "own", directory: "" };
}

/** A scrape of a server: wall time and CPU time, in milliseconds, and its size. */
async function scrapeRow(server: Server, workers: number, scrapes: number): Promise<string[]> {
  const url = `http://127.0.0.1:${server.port}`;
  const body = JSON.stringify(CALLED);
  await (await fetch(`${url}/pipeline`, { method: "POST", body })).text();
  const scrape =
    async () => (await (await fetch(`${url}/metrics`, { headers: OPENMETRICS })).text());
  // Whoever asks again at once gets the same text, so that has to grow old.
  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  for (let i = 0; i < scrapes / 4; i++) await scrape();
  const idleUs = cpuUs(server.pid) ?? NaN;
  for (let i = 0; i < scrapes; i++) await pause();
  const times: number[] = [];
  const beforeUs = cpuUs(server.pid) ?? NaN;
  let bytes = 0;
  for (let i = 0; i < scrapes; i++) {
    const fromMs = performance.now();
    bytes = (await scrape()).length;
    times.push(performance.now() - fromMs);
    await pause();
  }
  // What the server does anyhow meanwhile is none of theirs.
  const restUs = beforeUs - idleUs;
  const cpuMs = ((cpuUs(server.pid) ?? NaN) - beforeUs - restUs) / 1000 / scrapes;
  return [
    `${workers}`,
    median(times).toFixed(2),
    cpuMs.toFixed(2),
    (bytes / 1024).toFixed(0),
  ];
}

/** Waits until a server has as many workers as it was told to. */
async function untilServing({ port }: Server, workers: number): Promise<void> {
  const endMs = performance.now() + START_MS;
  while (performance.now() < endMs) {
    const stats = await (await fetch(`http://127.0.0.1:${port}/stats`)).json();
    if (stats.workers.length === workers) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot measure: there are no ${workers} workers after ${START_MS} ms`);
}

async function compareScrapes(extent: Extent): Promise<void> {
  const { scrapes, workers } = extent;
  const rows: string[][] = [];
  for (const count of workers) {
    await using servers = new Servers();
    showProgress(`/metrics with ${count} workers`);
    // Many workers that start on few cores are behind, and would refuse what is asked for.
    const command = [...ownCommand(), "--max-lag", "0"];
    const server = await servers.startSlabkv(command, String(count));
    await untilServing(server, count);
    rows.push(await scrapeRow(server, count, scrapes));
  }
  showProgress("");
  console.log(markdownTable(["workers:", "ms a scrape:", "CPU, ms:", "KiB:"], rows));
}

/** A server whose Deno sends telemetry to `collector`; of traces so much. */
function watchedCommand(collector: Server, share: string): string[] {
  return [
    "env",
    "OTEL_DENO=true",
    "OTEL_SERVICE_NAME=slabkv",
    `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${collector.port}`,
    "OTEL_TRACES_SAMPLER=traceidratio",
    `OTEL_TRACES_SAMPLER_ARG=${share}`,
    ...ownCommand(),
  ];
}

async function compareTelemetry(extent: Extent): Promise<void> {
  await using servers = new Servers();
  const collector = await servers.startScript("collector", "../metrics/collector_server.ts", false);
  const plain = await servers.startSlabkv(ownCommand(), "1");
  const watched = await Promise.all(extent.shares.map(async ([share, name]) => {
    return { name, server: await servers.startSlabkv(watchedCommand(collector, share), "1") };
  }));
  const all = [plain, ...watched.map(({ server }) => server)];
  const bench = benchOf(extent);
  for (const server of all) await fill(server, bench.options);
  const rows: string[][] = [];
  for (const kind of ["get", "put"] as const) {
    for (const server of all) await measure(bench, server, kind, 0);
    const found = all.map((): { perSecond: number; cpuUs: number }[] => []);
    for (let round = 0; round < extent.rounds; round++) {
      showProgress(`OpenTelemetry, ${kind}: round ${round + 1} of ${extent.rounds}`);
      for (let turn = 0; turn < all.length; turn++) {
        const i = (turn + round) % all.length;
        const { perSecond, cpuUs } = await measure(bench, all[i]!, kind, round);
        found[i]!.push({ perSecond, cpuUs: cpuUs ?? NaN });
      }
    }
    for (const [i, { name }] of watched.entries()) {
      const ones = found[i + 1]!;
      const addedUs = ones.map(({ cpuUs }, round) => cpuUs - found[0]![round]!.cpuUs);
      const ratio = throughputRatio(ones, found[0]!).toFixed(2);
      rows.push([`HTTP ${kind}, ${name}`, ratio, median(addedUs).toFixed(1)]);
    }
  }
  showProgress("");
  console.log(markdownTable(["OpenTelemetry", "throughput:", "µs of CPU more:"], rows));
  const taken = await (await fetch(`http://127.0.0.1:${collector.port}/taken`)).json();
  console.log(`\nThe collector has taken ${JSON.stringify(taken)}`);
}

const HELP = `What scrapes of /metrics and Deno's OpenTelemetry cost: deno task bench:telemetry

  --tiny    a form for tests, which judges nothing
  --help    this`;

if (import.meta.main) {
  answerHelp(HELP);
  const extent = Deno.args.includes("--tiny") ? TINY : FULL;
  await compareScrapes(extent);
  console.log();
  await compareTelemetry(extent);
}
