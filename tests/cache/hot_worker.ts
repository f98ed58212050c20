/// <reference lib="deno.worker" />
// A thread of hot_reads_test.ts. The first stores higher and higher numbers under one key, in values of many
// lengths, and other keys around it. The others read that key without its lock until the last number is there.

import { Cache, NOT_READ, Outcome, Region, ValueBuffer } from "../../cache/mod.ts";

/** What to do. */
export interface RaceOptions {
  readonly buffer: SharedArrayBuffer;
  /** 1 writes. */
  readonly actor: number;
  /** How often. */
  readonly writes: number;
}

/** What came of it. */
export interface RaceResult {
  /** Reads without the lock that succeeded. */
  readonly unlocked: number;
  /** Values that were torn, or older than one read before. */
  readonly wrong: number;
}

const KEY = new TextEncoder().encode("hot");
const WORDS = 45;
/** The writer leaves the key alone for so long, so that its readers get somewhere. */
const PAUSE_SPINS = 300;

function write(cache: Cache, writes: number): RaceResult {
  const words = new Int32Array(WORDS);
  const bytes = new Uint8Array(words.buffer);
  const encoder = new TextEncoder();
  const others = Array.from({ length: 64 }, (_, i) => encoder.encode(`other-${i}`));
  for (let i = 1; i <= writes; i++) {
    words.fill(i);
    const length = i === writes ? 4 : 4 * (1 + i % WORDS);
    while (cache.put(KEY, bytes.subarray(0, length)) !== Outcome.stored);
    if (i % 16 === 0) cache.put(others[(i >> 4) & 63]!, bytes);
    else if (i % 16 === 8) cache.delete(others[(i * 7 >> 4) & 63]!);
    else if (i % 256 === 1) cache.delete(KEY);
    for (let spin = i % PAUSE_SPINS; spin > 0; spin--) Atomics.load(words, 0);
  }
  return { unlocked: 0, wrong: 0 };
}

function read(cache: Cache, writes: number): RaceResult {
  const hash = cache.hash(KEY, 0, KEY.length);
  const buffer = new ValueBuffer();
  let [unlocked, wrong, latest] = [0, 0, 0];
  while (latest < writes) {
    const length = cache.readHot(hash, KEY, 0, KEY.length);
    let value = cache.hotReads.value.subarray(0, length);
    if (length !== NOT_READ) unlocked++;
    else if (cache.get(KEY, buffer) === Outcome.hit) value = buffer.copy();
    else continue;
    const words = new Int32Array(value.slice().buffer);
    const number = words[0]!;
    if (number < latest || words.some((word) => word !== number)) wrong++;
    latest = number;
  }
  return { unlocked, wrong };
}

self.onmessage = ({ data: { buffer, actor, writes } }: MessageEvent<RaceOptions>) => {
  const cache = new Cache(Region.attach(buffer), actor);
  self.postMessage(actor === 1 ? write(cache, writes) : read(cache, writes));
};
