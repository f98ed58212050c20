/**
 * What it costs a worker to tell how the server does: an event of /stats/live, the picture of all shards and how long it
 * holds their locks, the history of an hour. In one process, over a region for 64 workers.
 */

import { parseArgs } from "node:util";
import { Cache, Region, sampleSlotsLocked, SlotSamples } from "../../cache/mod.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import { ACTOR_NAMES, type ServerCache } from "../../server/contract/counters.ts";
import { HISTORY_SERIES } from "../../server/observe/facts/history_facts.ts";
import { Figures } from "../../server/observe/figures.ts";
import { HISTORY_KEPT } from "../../server/observe/history/history_layout.ts";
import { HistoryRing } from "../../server/observe/history/history_ring.ts";
import { LiveSource } from "../../server/observe/live/live_source.ts";
import { positive, runCommandLine } from "../command_line.ts";
import { median } from "../figures.ts";
import { atMost, plain, type Row, rowTable } from "../report.ts";

const HELP = `Measures what it costs to tell how the server does, in one process

Usage: deno run -A bench/observe/run.ts [options]

  --memory MIB  Size of the cache, which is filled; 1024 unless given
  --help        This

All figures are medians, but for the longest lock.`;

const WORKERS = 64;
const ROUNDS = 50;
const VALUE_BYTES = 300;
const MIB = 2 ** 20;
/** As many slots as a picture looks at in a shard, and under one lock. */
const SHARD_SAMPLES = 256;
const LOCKED_SAMPLES = 32;

/** Targets in milliseconds. */
const MAX_EVENT_MS = 1;
const MAX_LOCK_MS = 0.2;
const MAX_HISTORY_MS = 20;

function filledCache(memoryBytes: number): ServerCache {
  const region = Region.create({ memoryBytes, actorCount: WORKERS + 1, names: ACTOR_NAMES });
  for (let worker = 1; worker <= WORKERS; worker++) {
    Atomics.store(region.words, region.gaugeWord(worker, "serving"), 1);
  }
  const cache = new Cache(region, 1);
  const encoder = new TextEncoder();
  const count = 1.2 * memoryBytes / VALUE_BYTES;
  for (let i = 0; i < count; i++) {
    cache.put(encoder.encode(`key:${i}`), new Uint8Array(i * 7919 % (2 * VALUE_BYTES)));
  }
  return cache;
}

/** Times of `rounds` calls in milliseconds, shortest first. */
function timesOf(rounds: number, work: (round: number) => void): number[] {
  const times = Array.from({ length: rounds }, (_, round) => {
    const fromMs = performance.now();
    work(round);
    return performance.now() - fromMs;
  });
  return times.sort((a, b) => a - b);
}

function eventRow(cache: ServerCache): Row {
  const figures = new Figures(cache, COMMANDS);
  const status = { state: "ready" } as const;
  const source = new LiveSource({ cache, figures, status, startedMs: 0 });
  let before = source.snapshot(0);
  const times = timesOf(ROUNDS, (round) => {
    const after = source.snapshot(1000 * (round + 1));
    JSON.stringify(source.facts(before, after));
    before = after;
  });
  return atMost(`an event of /stats/live, ${WORKERS} workers`, median(times), MAX_EVENT_MS, "ms");
}

function pictureRows(cache: ServerCache): Row[] {
  const { shards, region: { geometry } } = cache;
  const every = Math.max(1, Math.ceil(geometry.shard.slotCount / SHARD_SAMPLES));
  const samples = new SlotSamples(Math.ceil(geometry.shard.slotCount / every));
  const locks: number[] = [];
  for (const { index, memory } of shards) {
    samples.length = 0;
    for (let hasMore = true; hasMore;) {
      cache.withShard(index, {
        runLocked() {
          const fromMs = performance.now();
          hasMore = sampleSlotsLocked(memory, every, samples, LOCKED_SAMPLES);
          locks.push(performance.now() - fromMs);
        },
      });
    }
  }
  locks.sort((a, b) => a - b);
  const all = locks.reduce((sum, ms) => sum + ms, 0);
  return [
    atMost("a lock of a shard for its picture", median(locks), MAX_LOCK_MS, "ms", 3),
    plain("the longest of them", locks.at(-1)!, "ms", 3),
    plain(`the picture of ${shards.length} shards`, all, "ms"),
  ];
}

function historyRow(cache: ServerCache): Row {
  const ring = new HistoryRing(cache.region);
  for (let point = 0; point < HISTORY_KEPT; point++) {
    ring.append(point, HISTORY_SERIES.map((_, i) => point * (i + 1) / 7));
  }
  const times = timesOf(ROUNDS, () => void JSON.stringify(ring.read()));
  return atMost("the history of an hour as JSON", median(times), MAX_HISTORY_MS, "ms");
}

/** Measures and prints. */
export function report(memoryBytes: number, print: (text: string) => void): void {
  const cache = filledCache(memoryBytes);
  print(rowTable([eventRow(cache), ...pictureRows(cache), historyRow(cache)]));
}

function parse(args: string[]): { memoryBytes: number } | undefined {
  const options = { memory: { type: "string" }, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) return undefined;
  return { memoryBytes: positive("memory", values.memory, 1024, 65_536) * MIB };
}

if (import.meta.main) {
  await runCommandLine(HELP, parse, ({ memoryBytes }) => {
    report(memoryBytes, console.log);
    return Promise.resolve();
  });
}
