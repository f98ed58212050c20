// The lock: excludes, gives up in time, wakes who waits, and stays shut when poisoned.

import { assert, assertEquals } from "@std/assert";
import { Cache, Outcome, Region, ValueBuffer } from "../../cache/mod.ts";
import { isPoisoned, lockOwner, poisonLock, releaseLock } from "../../cache/lock.ts";
import { LockWaits, MAX_LOCK_WAIT_MS } from "../../cache/lock_waits.ts";
import { bytesOf, holdShard, letGo, makeFixture, valueOf } from "./fixture.ts";

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

/** Takes a lock, in a turn that has not waited before. */
function acquireLock(words: Int32Array, at: number, owner: number): boolean {
  return new LockWaits(null).acquire(words, at, owner);
}

function newWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(64));
}

Deno.test("LockWaits.acquire() names its owner and releaseLock() clears it", () => {
  const words = newWords();
  assert(acquireLock(words, 0, 65));
  assertEquals(lockOwner(words, 0), 65);
  releaseLock(words, 0);
  assertEquals(words[0], 0);
});

Deno.test("LockWaits.acquire() lets one thread in at a time", async () => {
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

Deno.test("LockWaits.acquire() returns false within its bound, and the owner keeps the lock", () => {
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

Deno.test("LockWaits.acquire() gets a lock that another thread lets go within the bound", async () => {
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

/** Calls back for each nap that a thread takes, until it is disposed of. */
function countNaps(): { count: number } & Disposable {
  const { wait } = Atomics;
  const naps = { count: 0, [Symbol.dispose]: () => void (Atomics.wait = wait) };
  Atomics.wait = ((words: Int32Array, at: number, value: number, timeoutMs?: number) => {
    naps.count++;
    return wait(words, at, value, timeoutMs);
  }) as typeof wait;
  return naps;
}

Deno.test("a thread that has waited 50 ms for locks sleeps no more until its next turn", async () => {
  const { cache: { region } } = makeFixture();
  const other = new Cache(region, 1);
  let endTurn = () => {};
  let turns = 0;
  const cache = new Cache(region, 2, Date.now, () => {
    turns++;
    return new Promise((resolve) => endTurn = resolve);
  });
  const key = bytesOf("key");
  const hash = cache.hash(key, 0, key.length);
  const work = { runLocked() {} };
  const shards = Int32Array.of(hash - 1, hash, hash + 1);
  const held = holdShard(other, hash)!;
  using naps = countNaps();
  const sleeps = (operation: () => boolean) => {
    const before = naps.count;
    assertEquals(operation(), false);
    return naps.count > before;
  };
  const put = () => cache.put(key, valueOf(1)) !== Outcome.busy;
  for (let turn = 1; turn <= 2; turn++) {
    assert(sleeps(put), `turn ${turn}`);
    for (let i = 0; i < 5; i++) {
      assert(!sleeps(put), `turn ${turn}`);
      assert(!sleeps(() => cache.withShards(shards, 3, work)), `turn ${turn}`);
    }
    assertEquals([turns, region.counter(2, "lockTimeouts")], [turn, 11 * turn]);
    assert(cache.withShard(hash + 1, work), "free locks are there for it");
    endTurn();
    await Promise.resolve();
  }
  letGo(held);
  assert(put());
});

Deno.test("where threads have no turns each operation waits for itself, for all its locks together", () => {
  const { cache } = makeFixture();
  const other = new Cache(Region.attach(cache.region.buffer), 1);
  const [first, second] = [holdShard(other, 2)!, holdShard(other, 5)!];
  using naps = countNaps();
  const work = { runLocked() {} };
  const tries: readonly (() => boolean)[] = [
    () => cache.withShard(2, work),
    () => cache.withShards(Int32Array.of(1, 5), 2, work),
    () => cache.withShard(5, work),
  ];
  for (const attempt of tries) {
    const before = naps.count;
    assertEquals(attempt(), false);
    assert(naps.count > before);
  }
  for (const held of [first, second]) letGo(held);
});

Deno.test("Cache counts waits for locks and their time", () => {
  const { cache } = makeFixture();
  const { region } = cache;
  const other = new Cache(region, 1, cache.now);
  const hash = cache.hash(bytesOf("k"), 0, 1);
  cache.withShard(hash, {
    runLocked: () => assertEquals(other.get(bytesOf("k"), new ValueBuffer()), Outcome.busy),
  });
  const counted = (name: "lockWaits" | "lockTimeouts" | "lockWaitUs") => region.counter(1, name);
  assertEquals([counted("lockWaits"), counted("lockTimeouts")], [1, 1]);
  const waitMs = counted("lockWaitUs") / 1000;
  assert(waitMs >= MAX_LOCK_WAIT_MS - 1 && waitMs < MAX_LOCK_WAIT_MS * 6, `${waitMs} ms`);
});
