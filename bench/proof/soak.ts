/**
 * A server with a data dir under a steady load for an hour: snapshots each minute, and a restart after each third of the
 * time, in order or by a kill in turn. Reports how resident memory drifts: `deno task proof:soak`.
 */

import { parseArgs } from "node:util";
import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { rssMib } from "../process.ts";
import { markdownTable } from "../report.ts";
import { Random } from "../workload.ts";
import { KilledServer } from "./killed_servers.ts";
import { RespClient } from "./resp_client.ts";
import { type LoadCounts, noCounts, SoakLoad } from "./soak_load.ts";

const HELP = `Runs a server with a data dir under a steady load, with snapshots and restarts:
  deno task proof:soak [--minutes 60] [--memory 256MiB] [--rate 20000]

  --minutes N    of load, in three lives of the process
  --rate N       commands a second`;

const LIVES = 3;
const SAMPLE_MS = 1000;
const RESP_CONNECTIONS = 4;
const HTTP_CONNECTIONS = 4;
const HTTP_SHARE = 0.05;
/** Memory drifts from the mean of the second fifth of a life to that of its last. */
const FIFTHS = 5;
const MAX_DRIFT = 0.02;

interface Options {
  readonly minutes: number;
  readonly memory: string;
  readonly rate: number;
}

/** What one life of the process has shown. */
interface Life {
  readonly end: "stopped" | "killed";
  readonly startMs: number;
  readonly samples: readonly number[];
  readonly counts: LoadCounts;
  readonly evictions: number;
}

function parse(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string" },
      memory: { type: "string", default: "256MiB" },
      rate: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    minutes: positive("minutes", values.minutes, 60, 1e5),
    memory: values.memory,
    rate: positive("rate", values.rate, 20_000, 1e7),
  };
}

async function run(options: Options): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "slabkv-soak-" });
  const random = new Random(1);
  const lives: Life[] = [];
  try {
    for (let i = 0; i < LIVES; i++) {
      lives.push(await live(options, folder, random, i, i % 2 === 0 ? "stopped" : "killed"));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  showProgress("");
  report(lives);
}

async function live(
  { minutes, memory, rate }: Options,
  folder: string,
  random: Random,
  number: number,
  end: Life["end"],
): Promise<Life> {
  const beganMs = performance.now();
  const more = ["--memory", memory, "--snapshot-every", "60s"];
  await using server = await KilledServer.start({
    kind: "slabkv",
    folder,
    policy: "everysec",
    options: more,
  });
  const startMs = performance.now() - beganMs;
  const counts = noCounts();
  await fill(server, counts, random);
  const load = new SoakLoad(counts, random);
  const { target } = server;
  const http = HTTP_SHARE * rate / HTTP_CONNECTIONS;
  const resp = (1 - HTTP_SHARE) * rate / RESP_CONNECTIONS;
  const running = [
    ...Array.from({ length: RESP_CONNECTIONS }, () => load.runResp(target, resp)),
    ...Array.from({ length: HTTP_CONNECTIONS }, () => load.runHttp(target, http)),
  ];
  const samples: number[] = [];
  const endMs = performance.now() + 60_000 * minutes / LIVES;
  while (performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    samples.push(rssMib(server.pid) ?? 0);
    const left = Math.ceil((endMs - performance.now()) / 1000);
    showProgress(
      `life ${number + 1} of ${LIVES}: ${samples.at(-1)!.toFixed(0)} MiB, ${left} s left`,
    );
  }
  load.end();
  await Promise.all(running);
  const evictions = await evictionsOf(server);
  if (end === "killed") await server.kill();
  else if (await server.stop() !== 0) throw new Error("The server has not stopped in order");
  return { end, startMs, samples, counts, evictions };
}

/** Writes as fast as it can until items are evicted: from then on the region takes no more memory. */
async function fill(server: KilledServer, counts: LoadCounts, random: Random): Promise<void> {
  const load = new SoakLoad(counts, random);
  const running = Array.from({ length: 2 }, () => load.runResp(server.target, Infinity));
  const endMs = performance.now() + 120_000;
  while (await evictionsOf(server) < 10_000 && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  load.end();
  await Promise.all(running);
}

async function evictionsOf({ target }: KilledServer): Promise<number> {
  using client = await RespClient.connect(target.respPort);
  const [info] = await client.ask(["INFO", "stats"]);
  return Number(/evicted_keys:(\d+)/.exec(String(info))?.[1] ?? 0);
}

/** How much more memory the process has at its end than when it was warm, as a share. */
function driftOf(samples: readonly number[]): number {
  const fifth = Math.max(1, Math.floor(samples.length / FIFTHS));
  const mean = (part: readonly number[]) => part.reduce((sum, one) => sum + one, 0) / part.length;
  return mean(samples.slice(-fifth)) / mean(samples.slice(fifth, 2 * fifth)) - 1;
}

function report(lives: readonly Life[]): void {
  const rows = lives.map(({ end, startMs, samples, counts, evictions }, i) => [
    `${i + 1}, ${end}`,
    (startMs / 1000).toFixed(1),
    counts.commands.toLocaleString("en"),
    evictions.toLocaleString("en"),
    `${counts.refused}`,
    `${counts.wrong}`,
    Math.min(...samples).toFixed(0),
    Math.max(...samples).toFixed(0),
    `${(100 * driftOf(samples)).toFixed(1)} %`,
  ]);
  const heads = ["life", "start, s:", "commands:", "evictions:", "refused:", "wrong:"];
  heads.push("least MiB:", "most MiB:", "drift:");
  console.log(markdownTable(heads, rows, Deno.stdout.isTerminal()));
  const refusal = lives.map(({ counts }) => counts.refusal).find((text) => text !== "");
  if (refusal !== undefined) console.log(`Refused, such as: ${refusal}`);
  const isWrong = lives.some(({ counts, samples }) =>
    counts.wrong > 0 || driftOf(samples) > MAX_DRIFT
  );
  if (isWrong) throw new Error("Wrong values, or more than 2 % drift");
}

await runCommandLine(HELP, parse, run);
