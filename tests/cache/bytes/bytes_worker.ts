/// <reference lib="deno.worker" />
// One of the threads of bytes_threads_test.ts: rewrites few values byte by byte under their locks, or makes them
// longer and shorter, and reads them as others do. All bytes of a value are the same, so a torn one cannot pass.

import {
  ByteView,
  Cache,
  ItemType,
  NOT_READ,
  Outcome,
  Region,
  ValueBuffer,
} from "../../../cache/mod.ts";
import { Random } from "../../../bench/workload.ts";

/** What to do. */
export interface BytesOptions {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly operations: number;
  readonly seed: number;
}

/** What came of it. */
export interface BytesResult {
  readonly changed: number;
  readonly hits: number;
  readonly unlocked: number;
  readonly wrong: number;
}

const KEYS = 4;
/** Longest values, by key: some stay in their items, some get slots. */
const MOST_BYTES = [190, 5000, 190, 600];

function isEven(bytes: Uint8Array, length: number): boolean {
  for (let i = 1; i < length; i++) if (bytes[i] !== bytes[0]) return false;
  return true;
}

/** Makes all bytes of the opened value `byte`, perhaps of another length. */
function rewrite(view: ByteView, random: Random, byte: number, most: number): void {
  const roll = random.below(4);
  if (roll === 0) view.setLength(random.below(view.length + 1));
  const length = roll === 1 ? random.below(most) : view.length;
  if (length < view.length) view.setLength(length);
  if (random.below(2) === 0) view.write(0, new Uint8Array(length).fill(byte), 0, length);
  else for (let i = 0; i < length; i++) view.setByte(i, byte);
  view.close();
}

function work({ buffer, actor, operations, seed }: BytesOptions): BytesResult {
  const cache = new Cache(Region.attach(buffer), actor);
  const random = new Random(seed);
  const view = new ByteView();
  const into = new ValueBuffer();
  const keys = Array.from({ length: KEYS }, (_, i) => new TextEncoder().encode(`bytes-${i}`));
  let [changed, hits, unlocked, wrong] = [0, 0, 0, 0];
  for (let i = 0; i < operations; i++) {
    const number = random.below(KEYS);
    const key = keys[number]!;
    const hash = cache.hash(key, 0, key.length);
    const kind = random.below(10);
    if (kind < 6) {
      const length = kind < 3 ? cache.readHot(hash, key, 0, key.length) : NOT_READ;
      if (length !== NOT_READ) {
        cache.hotReads.countHit();
        unlocked++;
        if (!isEven(cache.hotReads.value, length)) wrong++;
      } else if (cache.get(key, into) === Outcome.hit) {
        hits++;
        if (!isEven(into.bytes, into.length)) wrong++;
      }
    } else if (kind < 9) {
      const shard = cache.shardOf(hash);
      cache.withShard(hash, {
        runLocked: () => {
          view.open(shard, 0, hash, key, 0, key.length, ItemType.string, false);
          rewrite(view, random, random.below(256), MOST_BYTES[number % MOST_BYTES.length]!);
          changed++;
        },
      });
    } else if (random.below(20) === 0) cache.delete(key);
    else cache.put(key, new Uint8Array(random.below(200)).fill(random.below(256)));
  }
  return { changed, hits, unlocked, wrong };
}

self.onmessage = ({ data }: MessageEvent<BytesOptions>) => self.postMessage(work(data));
