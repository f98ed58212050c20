// Exports: every item that is there all the time once, in bounded memory, for clients that take it.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cache, Condition, Outcome } from "../../../../cache/mod.ts";
import { MemoryBudget } from "../../../../server/contract/memory_budget.ts";
import { TimeSlices } from "../../../../server/contract/time_slices.ts";
import { SlowClient } from "../../../../server/http/large_answers.ts";
import { Exports } from "../../../../server/http/transfer/export_stream.ts";
import { BATCH_BYTES, ItemWalk } from "../../../../server/contract/export/item_walk.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { newCache, newRegion, NOW_MS } from "../../fixture.ts";

const encoder = new TextEncoder();

function setUp(budgetBytes = 64 * 1024 * 1024) {
  const region = newRegion(64 * 2 ** 20);
  const clock = { nowMs: 0 };
  const time = { nowMs: NOW_MS };
  const cache = newCache(region, () => time.nowMs);
  const budget = new MemoryBudget(region, 1, budgetBytes);
  const parts = {
    cache,
    budget,
    slices: new TimeSlices(),
    timeoutMs: 1000,
    now: () => clock.nowMs,
  };
  return { region, clock, time, cache, budget, exports: new Exports(parts) };
}

function put(
  cache: Cache,
  key: string,
  value: string | Uint8Array,
  database = 0,
  deadlineMs = 0,
): void {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  const options = { database, deadlineMs, condition: Condition.none };
  assertEquals(cache.put(encoder.encode(key), bytes, options), Outcome.stored);
}

async function textOf(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  return new TextDecoder("latin1").decode(await new Response(stream).bytes());
}

/** The keys of an export, with the database in front. */
function keysOf(text: string): string[] {
  let database = "0";
  const keys: string[] = [];
  for (
    const [, chosen, key] of text.matchAll(/SELECT\r\n\$\d\d?\r\n(\d+)|SET\r\n\$\d+\r\n([^\r]+)/g)
  ) {
    if (chosen !== undefined) database = chosen;
    else keys.push(`${database} ${key}`);
  }
  return keys;
}

Deno.test("Exports.begin() writes SET with PXAT, and SELECT where the database changes", async () => {
  const { cache, time, exports } = setUp();
  put(cache, "a", "x\r\ny");
  put(cache, "b", "", 3, NOW_MS + 5000);
  put(cache, "gone", "1", 0, NOW_MS + 1);
  time.nowMs += 10;
  assertEquals(
    await textOf(exports.begin()),
    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\nx\r\ny\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n" +
      `*5\r\n$3\r\nSET\r\n$1\r\nb\r\n$0\r\n\r\n$4\r\nPXAT\r\n$13\r\n${NOW_MS + 5000}\r\n`,
  );
});

Deno.test("Exports.begin() gives each item once, among others that come and go", async () => {
  const { cache, budget, exports } = setUp();
  const expected: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    const database = i % 7 === 0 ? 2 : i % 11 === 0 ? 15 : 0;
    put(cache, `stays${i}`, `value ${i}`, database);
    expected.push(`${database} stays${i}`);
  }
  const reader = exports.begin()!.getReader();
  let text = "";
  for (let round = 0;; round++) {
    const { value } = await reader.read();
    if (value === undefined) break;
    assert(value.length < 2 * BATCH_BYTES);
    text += new TextDecoder("latin1").decode(value);
    for (let i = 0; i < 50; i++) put(cache, `comes${round}-${i}`, "x".repeat(100), i % 3);
    if (round > 2) cache.delete(encoder.encode(`comes${round - 2}-1`), 1);
  }
  const found = keysOf(text).filter((key) => key.includes("stays"));
  assertEquals(found.sort(), expected.sort());
  assertEquals(budget.takenBytes, 0);
});

Deno.test("Exports.begin() gives values longer than a batch, whole", async () => {
  const { cache, budget, exports } = setUp();
  const long = Uint8Array.from({ length: 3 * BATCH_BYTES }, (_, i) => i * 7 % 251);
  put(cache, "long", long);
  for (let i = 0; i < 100; i++) put(cache, `k${i}`, "v");
  const text = await textOf(exports.begin());
  assert(text.includes(`$${long.length}\r\n${new TextDecoder("latin1").decode(long)}\r\n`));
  assertEquals(keysOf(text).length, 101);
  assertEquals(budget.takenBytes, 0);
});

Deno.test("Exports.begin() refuses where there is no memory, and takes no more than it counts", async () => {
  const { exports, budget } = setUp(4 * BATCH_BYTES);
  const first = exports.begin();
  assert(first !== null);
  assertEquals(budget.takenBytes, 3 * BATCH_BYTES);
  assertEquals(exports.begin(), null);
  await first.cancel();
  assertEquals(budget.takenBytes, 0);
});

Deno.test("Exports.expire() cuts off who takes nothing", async () => {
  const { cache, clock, budget, exports } = setUp();
  for (let i = 0; i < 5000; i++) put(cache, `k${i}`, "x".repeat(100));
  const reader = exports.begin()!.getReader();
  await reader.read();
  clock.nowMs = 900;
  exports.expire();
  assert((await reader.read()).value !== undefined);
  clock.nowMs = 2000;
  exports.expire();
  await assertRejects(() => reader.read(), SlowClient);
  assertEquals(budget.takenBytes, 0);
});

Deno.test("ItemWalk.step() is busy while a shard is locked, and goes on where it stood", () => {
  const { region, cache } = setUp();
  put(cache, "a", "1");
  const other = new Cache(region, 2, cache.now);
  const held = holdShard(other, 0)!;
  const walk = new ItemWalk(cache);
  assertEquals(walk.step(), "busy");
  letGo(held);
  let count = 0;
  while (walk.step() !== "done") count += walk.batch.count;
  assertEquals(count, 1);
});
