// The lock: excludes, gives up in time, wakes who waits, and stays shut when poisoned.

import { assert, assertEquals } from "@std/assert";
import {
  acquireLock,
  isPoisoned,
  lockOwner,
  MAX_LOCK_WAIT_MS,
  poisonLock,
  releaseLock,
} from "../../cache/lock.ts";

interface OtherThread {
  readonly result: Promise<number>;
  end(): void;
}

function start(words: Int32Array, message: Record<string, unknown>): OtherThread {
  const worker = new Worker(new URL("./lock_worker.ts", import.meta.url), { type: "module" });
  const result = new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.postMessage({ ...message, buffer: words.buffer });
  return { result, end: () => worker.terminate() };
}

/** Waits until word `at` is no longer `old`. */
async function changed(words: Int32Array, at: number, old: number): Promise<void> {
  while (Atomics.load(words, at) === old) await Atomics.waitAsync(words, at, old, 10_000).value;
}

function newWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(64));
}

Deno.test("acquireLock() names its owner and releaseLock() clears it", () => {
  const words = newWords();
  assert(acquireLock(words, 0, 65));
  assertEquals(lockOwner(words, 0), 65);
  releaseLock(words, 0);
  assertEquals(words[0], 0);
});

Deno.test("acquireLock() lets one thread in at a time", async () => {
  const words = newWords();
  const rounds = 100_000;
  const threads = [1, 2, 3].map((owner) => start(words, { kind: "add", owner, rounds }));
  try {
    await Promise.all(threads.map(({ result }) => result));
    assertEquals(words[1], 3 * rounds);
    assertEquals(words[0], 0);
  } finally {
    for (const thread of threads) thread.end();
  }
});

Deno.test("acquireLock() returns false within its bound, and the owner keeps the lock", () => {
  const words = newWords();
  acquireLock(words, 0, 2);
  const startMs = performance.now();
  assertEquals(acquireLock(words, 0, 1), false);
  const tookMs = performance.now() - startMs;
  assert(tookMs >= MAX_LOCK_WAIT_MS - 1, `gave up after ${tookMs} ms`);
  assert(tookMs < MAX_LOCK_WAIT_MS * 6, `gave up after ${tookMs} ms only`);
  assertEquals(lockOwner(words, 0), 2);
});

Deno.test("releaseLock() wakes a thread that waits", async () => {
  const words = newWords();
  acquireLock(words, 0, 1);
  const other = start(words, { kind: "add", owner: 2, rounds: 1 });
  try {
    await changed(words, 2, 0);
    // It has set the waiters bit at the latest when it sleeps.
    const held = Atomics.load(words, 0);
    if (held === 1) await Atomics.waitAsync(words, 0, held, 5).value;
    releaseLock(words, 0);
    await other.result;
    assertEquals(words[1], 1);
    assertEquals(words[0], 0);
  } finally {
    other.end();
  }
});

Deno.test("acquireLock() gets a lock that another thread lets go within the bound", async () => {
  const words = newWords();
  const other = start(words, { kind: "hold", owner: 2 });
  try {
    await changed(words, 2, 0);
    assertEquals(lockOwner(words, 0), 2);
    Atomics.store(words, 3, 1);
    Atomics.notify(words, 3);
    while (!acquireLock(words, 0, 1));
    assertEquals(lockOwner(words, 0), 1);
    await other.result;
  } finally {
    other.end();
  }
});

Deno.test("poisonLock() keeps the lock taken, with its owner, until it is released", () => {
  const words = newWords();
  acquireLock(words, 0, 3);
  poisonLock(words, 0);
  assert(isPoisoned(words, 0));
  assertEquals(lockOwner(words, 0), 3);
  assertEquals(acquireLock(words, 0, 1), false);
  assert(isPoisoned(words, 0));
  releaseLock(words, 0);
  assert(!isPoisoned(words, 0));
  assert(acquireLock(words, 0, 1));
});
