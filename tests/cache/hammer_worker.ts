/// <reference lib="deno.worker" />
// One of the threads of threads_test.ts: puts, gets and deletes few keys as fast as it can. Four
// of them have one name, each in another database. Every value says which key it belongs to and is checked
// whole, so that a torn one cannot pass. Half of the reads are tried without the lock first.

import { Cache, NOT_READ, Outcome, Region, ValueBuffer } from "../../cache/mod.ts";
import { Random } from "../../bench/workload.ts";

/** What to do. */
export interface HammerOptions {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly operations: number;
  readonly keys: number;
  readonly seed: number;
}

/** What came of it. */
export interface HammerResult {
  readonly hits: number;
  readonly stored: number;
  /** Those hits for which no lock was taken. */
  readonly unlocked: number;
  readonly busy: number;
  readonly wrong: number;
}

const MAX_VALUE_BYTES = 600;

/** Fills `value` for a key: its first byte is the key, the next the stamp, the rest follow. */
function fill(value: Uint8Array, length: number, key: number, stamp: number): void {
  value[0] = key;
  value[1] = stamp;
  for (let i = 2; i < length; i++) value[i] = key * 7 + stamp * 13 + i;
}

function isRight(value: Uint8Array, length: number, key: number): boolean {
  if (length < 2 || value[0] !== key) return false;
  const stamp = value[1]!;
  for (let i = 2; i < length; i++) {
    if (value[i] !== ((key * 7 + stamp * 13 + i) & 0xff)) return false;
  }
  return true;
}

function hammer({ buffer, actor, operations, keys, seed }: HammerOptions): HammerResult {
  const cache = new Cache(Region.attach(buffer), actor);
  const random = new Random(seed);
  const into = new ValueBuffer();
  const value = new Uint8Array(MAX_VALUE_BYTES);
  const encoder = new TextEncoder();
  const names = Array.from({ length: keys }, (_, i) => encoder.encode(`hammer-${i >> 2}`));
  let [hits, stored, unlocked, busy, wrong] = [0, 0, 0, 0, 0];
  /** Reads a key without its lock. Returns whether that could be done. */
  const readHot = (key: number): boolean => {
    const name = names[key]!;
    const hash = cache.hash(name, 0, name.length, key & 3);
    const length = cache.readHot(hash, name, 0, name.length);
    if (length === NOT_READ) return false;
    cache.hotReads.countHit();
    hits++;
    unlocked++;
    if (!isRight(cache.hotReads.value, length, key)) wrong++;
    return true;
  };
  for (let i = 0; i < operations; i++) {
    const roll = random.nextU32();
    const key = (roll >>> 8) % keys;
    const database = key & 3;
    const kind = roll & 15;
    let outcome: Outcome;
    if (kind < 5 && readHot(key)) continue;
    if (kind < 10) {
      outcome = cache.get(names[key]!, into, database);
      if (outcome === Outcome.hit) {
        hits++;
        if (!isRight(into.bytes, into.length, key)) wrong++;
      }
    } else if (kind < 15) {
      // Mostly short, so that the checks leave time for contention.
      const length = 2 + (roll >>> 16) % ((roll & 0xf0) === 0 ? MAX_VALUE_BYTES - 2 : 60);
      fill(value, length, key, roll >>> 24);
      outcome = cache.put(names[key]!, value.subarray(0, length), { database });
      if (outcome === Outcome.stored) stored++;
    } else outcome = cache.delete(names[key]!, database);
    if (outcome === Outcome.busy) busy++;
  }
  return { hits, stored, unlocked, busy, wrong };
}

self.onmessage = ({ data }: MessageEvent<HammerOptions>) => self.postMessage(hammer(data));
