// Sends random commands of a group to slabkv and to redis-server, and stops at the first answer that
// differs, with the shortest list of commands that leads to it. As a program:
// `deno run -A tests/server/commands/differential/walk.ts [group or all] [commands] [seed] [events]`.

import { Random } from "../../../../bench/workload.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { RedisConnection, RedisServer } from "../redis_server.ts";
import { quoted, show } from "./answer.ts";
import { nameOf } from "./compare.ts";
import { Draw, type Maker, type Words } from "./draw.ts";
import { EVENT_OPTIONS, RedisEvents } from "./event_feed.ts";
import { ofBits } from "./groups/bits.ts";
import { ofEvents } from "./groups/events.ts";
import { ofGeneric } from "./groups/generic.ts";
import { ofGeo } from "./groups/geo.ts";
import { ofHashes } from "./groups/hashes.ts";
import { ofHyperLogLogs } from "./groups/hyperloglog.ts";
import { ofLists } from "./groups/lists.ts";
import { mixed } from "./groups/pollution.ts";
import { ofScripts } from "./groups/scripts.ts";
import { ofSets } from "./groups/sets.ts";
import { ofSortedSets } from "./groups/sorted_sets.ts";
import { ofStreams } from "./groups/streams.ts";
import { ofStreamGroups } from "./groups/stream_groups.ts";
import { EVENT_FLAGS, Pair, type Verdict } from "./pair.ts";

/** The makers of each group. */
export const GROUPS: Readonly<Record<string, (draw: Draw) => Maker[]>> = {
  hashes: ofHashes,
  lists: ofLists,
  sets: ofSets,
  sorted_sets: ofSortedSets,
  geo: ofGeo,
  bits: ofBits,
  hyperloglog: ofHyperLogLogs,
  streams: ofStreams,
  stream_groups: ofStreamGroups,
  generic: ofGeneric,
  events: ofEvents,
  scripts: ofScripts,
};
/** After so many commands both servers are empty again. */
const ROUND = 1000;
const NAMES: ReadonlySet<string> = new Set(COMMANDS.map(({ name }) => name));

/** A command and the version of the protocol it is sent with. */
interface Step {
  readonly words: Words;
  readonly protocol: 2 | 3;
}

/** Where two servers differ, and how to get there from empty ones. */
export interface Difference {
  readonly steps: readonly string[];
  readonly own: string;
  readonly redis: string;
}

/** What a walk has found. */
export interface Outcome {
  readonly difference: Difference | null;
  /** How many commands both have answered. */
  readonly compared: number;
  /** Commands that slabkv does not know, and how often they were left out. */
  readonly unknown: ReadonlyMap<string, number>;
}

function isKnown(name: string): boolean {
  return NAMES.has(name.toUpperCase());
}

/** Whether a command would make values that are only allowed there, take too long, or have a clock make an id. */
function isTooMuch(words: Words): boolean {
  const name = nameOf(words);
  if (name === "XADD") return words.slice(2).includes("*");
  if (!["SETBIT", "BITFIELD", "SETRANGE"].includes(name)) return false;
  return words.some((word) => /^#?\d{8,11}$/.test(word) && word !== "4294967296");
}

/** How a step is written for people. */
function written({ words, protocol }: Step): string {
  const text = words.map((word) => /^[!-~]+$/.test(word) && word.length < 80 ? word : quoted(word));
  return `${protocol === 3 ? "RESP3 " : ""}${text.join(" ")}`;
}

function thrown(error: unknown): Verdict {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  return {
    isSame: false,
    own: { kind: "thrown ", text, items: [] },
    redis: { kind: "", text: "", items: [] },
  };
}

async function judged(pair: Pair, { words, protocol }: Step): Promise<Verdict> {
  try {
    return await pair.judge(words, protocol);
  } catch (error) {
    return thrown(error);
  }
}

/** The connections to redis-server, and where its key events come from, if they are compared. */
interface Connections {
  readonly all: readonly RedisConnection[];
  readonly events: RedisEvents | null;
}

/** Runs steps from empty servers; returns the first that differs and its number, or null. */
async function replay(
  connections: Connections,
  steps: readonly Step[],
): Promise<{ verdict: Verdict; at: number } | null> {
  const pair = await Pair.open(connections.all, connections.events);
  for (const [at, step] of steps.entries()) {
    const verdict = await judged(pair, step);
    if (!verdict.isSame) return { verdict, at };
  }
  try {
    pair.check();
  } catch (error) {
    return { verdict: thrown(error), at: steps.length - 1 };
  }
  return null;
}

/** Leaves out steps for as long as what is left still differs somewhere. */
async function shrunk(
  connections: Connections,
  steps: readonly Step[],
): Promise<readonly Step[]> {
  let left = steps;
  for (
    let size = Math.ceil(left.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < left.length;) {
      const fewer = [...left.slice(0, from), ...left.slice(from + size)];
      const found = fewer.length === 0 ? null : await replay(connections, fewer);
      if (found === null) from += size;
      else left = fewer.slice(0, found.at + 1);
    }
  }
  return left;
}

async function explain(
  connections: Connections,
  steps: readonly Step[],
  verdict: Verdict,
): Promise<Difference> {
  const fewest = await shrunk(connections, steps);
  const again = await replay(connections, fewest);
  // What chance has led to may not come again.
  if (again === null) {
    const last = steps.slice(-20).map(written);
    return { steps: last, own: show(verdict.own), redis: show(verdict.redis) };
  }
  const { own, redis } = again.verdict;
  return { steps: fewest.map(written), own: show(own), redis: show(redis) };
}

/** Sends `count` commands of a group to both. */
export async function walk(
  redis: RedisServer,
  group: string,
  count: number,
  seed: number,
  withEvents = false,
): Promise<Outcome> {
  using events = withEvents ? await RedisEvents.open(redis, EVENT_FLAGS) : null;
  const connections: Connections = { all: await Pair.connect(redis), events };
  const unknown = new Map<string, number>();
  let compared = 0;
  for (let round = 0; round * ROUND < count; round++) {
    const draw = new Draw(new Random(seed + round));
    const next = mixed(draw, GROUPS[group]!(draw));
    const pair = await Pair.open(connections.all, connections.events);
    const steps: Step[] = [];
    for (let i = 0; i < Math.min(ROUND, count - round * ROUND); i++) {
      const step: Step = { words: next(), protocol: draw.isRare(2) ? 3 : 2 };
      const [first, , about] = step.words;
      // A damaged line may ask for the keys of anything.
      if (about !== undefined && first!.toUpperCase() === "COMMAND" && !isKnown(about)) continue;
      if (!isKnown(first!)) unknown.set(first!, (unknown.get(first!) ?? 0) + 1);
      if (!isKnown(first!) || isTooMuch(step.words)) continue;
      if (pair.isUnfit(step.words, step.protocol) || await pair.hasBadKey(step.words)) continue;
      steps.push(step);
      const verdict = await judged(pair, step);
      compared++;
      if (verdict.isSame) continue;
      return { difference: await explain(connections, steps, verdict), compared, unknown };
    }
    try {
      pair.check();
    } catch (error) {
      return { difference: await explain(connections, steps, thrown(error)), compared, unknown };
    }
  }
  return { difference: null, compared, unknown };
}

async function main(
  [which = "all", count = "20000", seed = "7171", events = ""]: string[],
): Promise<void> {
  await using redis = await RedisServer.start(...EVENT_OPTIONS);
  const names = which === "all" ? Object.keys(GROUPS) : [which];
  for (const name of names) {
    if (!(name in GROUPS)) throw new Error(`No group ${name}: ${Object.keys(GROUPS).join(" ")}`);
    const begun = performance.now();
    const { difference, compared, unknown } = await walk(
      redis,
      name,
      Number(count),
      Number(seed),
      events === "events",
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${name}: ${compared} answers compared in ${seconds} s`);
    if (unknown.size > 0) console.log(`  unknown here: ${[...unknown.keys()].join(" ")}`);
    if (difference === null) continue;
    Deno.exitCode = 1;
    for (const step of difference.steps) console.log(`  ${step}`);
    console.log(`  slabkv: ${difference.own}\n  redis:  ${difference.redis}`);
  }
}

if (import.meta.main) await main(Deno.args);
