/**
 * Rounds of one harness: a server under load is killed without a warning at a random moment and started again with
 * the same folder. Then every key is compared with what was sent, and with what the policy promises.
 */

import { Random } from "../workload.ts";
import { CollectionWriter } from "./collection_writer.ts";
import type { Kept } from "./journal.ts";
import { KilledServer, type Policy, type ServerOptions } from "./killed_servers.ts";
import { readAll } from "./reading.ts";
import { RespClient } from "./resp_client.ts";
import { SharedKeys } from "./shared_keys.ts";
import { HttpWriter, RespWriter, type Target, type Writer } from "./writers.ts";

/** What the kernel has is there after the process was killed. This long it may take to get there. */
export const PROCESS_CRASH_MS = 10;
/** Keys of each writer: few, so that they are written again and again. */
const WRITER_KEYS = 60;
/** A start that is killed lasts at most so long. */
const MAX_START_MS = 800;
const RESP_WRITERS = 4;
const COLLECTION_WRITERS = 2;
const HTTP_WRITERS = 3;

/** How a server ends: one that is stopped in order loses nothing, whatever the policy. */
type Ending = "killed" | "stopped";

/** When a server has ended, and what had been answered how long before must be kept. */
interface End {
  readonly ending: Ending;
  readonly atMs: number;
  readonly graceMs: number;
}

/** What rounds there are. */
export interface KillOptions {
  readonly kind: "slabkv" | "redis";
  readonly folder: string;
  /** The policy of each round. */
  readonly policies: readonly Policy[];
  readonly seed: number;
  /** The shortest and the longest time between the first write and the kill. */
  readonly loadMs: readonly [min: number, max: number];
  /** What was answered this long before the kill must be there, where not everything must. */
  readonly graceMs?: number;
  readonly onRound?: (round: Round) => void;
}

/** One kill, or a stop in order. */
export interface Round extends Kept {
  readonly policy: Policy;
  readonly ending: Ending;
  readonly startMs: number;
  readonly refusals: readonly string[];
}

/** Runs all rounds. Throws Error at the first promise that was not kept. */
export async function runKillRounds(options: KillOptions): Promise<Round[]> {
  const random = new Random(options.seed);
  const writers = writersOf(options, random);
  const shared = new SharedKeys();
  const rounds: Round[] = [];
  const { policies } = options;
  let end: End | null = null;
  // One more start than there are kills: the last one shows what the last kill has left.
  for (let i = 0; i <= policies.length; i++) {
    const policy = policies[Math.min(i, policies.length - 1)]!;
    if (i > 0) await killAtStart(options, policy, random);
    const beganMs = performance.now();
    const server = await KilledServer.start(orderOf(options, policy, random));
    await using _ended = server;
    const startMs = performance.now() - beganMs;
    if (end !== null) {
      const kept = await settle(server.target, writers, shared, end);
      const refusals = writers.flatMap(({ refusals }) => refusals.splice(0));
      const { ending } = end;
      const round = { ...kept, policy: policies[i - 1]!, ending, startMs, refusals };
      rounds.push(round);
      options.onRound?.(round);
    }
    if (i === policies.length) break;
    const ending = random.below(5) === 0 ? "stopped" : "killed";
    const atMs = await loadAndEnd(server, ending, writers, shared, random, options.loadMs);
    const isExact = policy === "always" || ending === "stopped";
    end = { ending, atMs, graceMs: isExact ? 0 : options.graceMs ?? PROCESS_CRASH_MS };
  }
  return rounds;
}

/** In one of three rounds the server is killed while it starts, whatever it is at; the next start must do. */
async function killAtStart(options: KillOptions, policy: Policy, random: Random): Promise<void> {
  while (random.below(3) === 0) {
    const order = orderOf(options, policy, random);
    await KilledServer.killAtStart(order, random.below(MAX_START_MS));
  }
}

/** What to start: now and then with more memory, so with more shards, or another number of workers. */
function orderOf({ kind, folder }: KillOptions, policy: Policy, random: Random): ServerOptions {
  const memory = random.below(4) === 0 ? "320MiB" : "64MiB";
  const options = ["--memory", memory, "--workers", `${1 + random.below(3)}`];
  return { kind, folder, policy, options };
}

function writersOf({ kind }: KillOptions, random: Random): Writer[] {
  const own = () => new Random(random.nextU32());
  const resp: Writer[] = Array.from(
    { length: RESP_WRITERS },
    (_, i) => new RespWriter(`resp${i}`, own(), WRITER_KEYS),
  );
  for (let i = 0; i < COLLECTION_WRITERS; i++) {
    resp.push(new CollectionWriter(`types${i}`, own(), WRITER_KEYS));
  }
  if (kind === "redis") return resp;
  const http = Array.from(
    { length: HTTP_WRITERS },
    (_, i) => new HttpWriter(`http${i}`, own(), WRITER_KEYS),
  );
  return [...resp, ...http];
}

/** Lets all write, and ends the server while they do. Returns when. */
async function loadAndEnd(
  server: KilledServer,
  ending: Ending,
  writers: readonly Writer[],
  shared: SharedKeys,
  random: Random,
  [min, max]: readonly [number, number],
): Promise<number> {
  const { target } = server;
  const running = [
    ...writers.map((writer) => writer.run(target)),
    shared.run(target, new Random(random.nextU32())),
    shared.run(target, new Random(random.nextU32())),
  ];
  // In every other round a snapshot is under way when the server is killed, or just done.
  const loadMs = min + random.below(max - min + 1);
  const snapshotMs = random.below(2) === 0 ? loadMs * random.nextFloat() : Infinity;
  const timer = snapshotMs === Infinity
    ? undefined
    : setTimeout(() => void askForSnapshot(target), snapshotMs);
  await new Promise((resolve) => setTimeout(resolve, loadMs));
  const atMs = ending === "killed" ? await server.kill() : await stopInOrder(server);
  clearTimeout(timer);
  await Promise.all(running);
  return atMs;
}

/** Stops a server. What was answered by its end must be kept: returns a time after that. */
async function stopInOrder(server: KilledServer): Promise<number> {
  const code = await server.stop();
  if (code !== 0) throw new Error(`Server ended with ${code}: ${await server.stderr}`);
  return Infinity;
}

async function askForSnapshot({ respPort, httpPort }: Target): Promise<void> {
  try {
    using client = await RespClient.connect(respPort);
    await client.ask([httpPort === undefined ? "BGREWRITEAOF" : "BGSAVE"]);
  } catch {
    // The server is gone.
  }
}

/** Reads every key and compares. Returns the sums over all writers. */
async function settle(
  { respPort }: Target,
  writers: readonly Writer[],
  shared: SharedKeys,
  { atMs, graceMs }: End,
): Promise<Kept> {
  using client = await RespClient.connect(respPort);
  const all: Kept[] = [];
  for (const { journal } of writers) {
    all.push(journal.settle(await readAll(client, journal.keys), atMs, graceMs));
  }
  await shared.settle(client, atMs, graceMs);
  const sum = (of: (kept: Kept) => number) => all.reduce((total, kept) => total + of(kept), 0);
  return {
    sent: sum(({ sent }) => sent),
    answered: sum(({ answered }) => answered),
    kept: sum(({ kept }) => kept),
    lost: sum(({ lost }) => lost),
    lostAgeMs: Math.max(...all.map(({ lostAgeMs }) => lostAgeMs)),
  };
}
