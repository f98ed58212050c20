// Listeners of what a worker tells once a second: all get the same, who is slow gets the latest, who is gone is let go of,
// and there is a bound.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { MemoryBudget } from "../../../../server/contract/memory_budget.ts";
import { SlowClient } from "../../../../server/http/large_answers.ts";
import { LiveStreams, MAX_LISTENERS } from "../../../../server/http/observe/live_streams.ts";
import { Figures } from "../../../../server/observe/figures.ts";
import { LiveSource } from "../../../../server/observe/live/live_source.ts";
import { newCache, NOW_MS } from "../../fixture.ts";

function setUp() {
  const clock = { nowMs: 1000 };
  const cache = newCache(undefined, () => NOW_MS + clock.nowMs);
  const budget = new MemoryBudget(cache.region, 1, 2 ** 24);
  const status = { state: "ready" } as const;
  const source = new LiveSource({
    cache,
    figures: new Figures(cache, COMMANDS),
    status,
    startedMs: NOW_MS,
  });
  const live = new LiveStreams(cache, budget, source, () => clock.nowMs);
  const open = () => live.open()!.pipeThrough(new TextDecoderStream()).getReader();
  const tick = async (ms: number) => {
    clock.nowMs += ms;
    live.tick();
    // The event is encoded by a stream, which takes some turns of the microtask queue.
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const count = () => cache.region.gaugeTotal("liveClients");
  return { clock, cache, budget, live, open, tick, count };
}

/** When the facts of an event were made. */
function atOf({ value }: ReadableStreamReadResult<string>): number {
  return JSON.parse(value!.slice("data:".length)).atMs - NOW_MS;
}

Deno.test("LiveStreams tells all listeners the same, the first event soon and then one a second", async () => {
  const { open, tick, count } = setUp();
  const one = open();
  await tick(250);
  assertEquals(atOf(await one.read()), 1250);
  const other = open();
  // Who comes later need not wait for what is known already.
  assertEquals(atOf(await other.read()), 1250);
  for (let i = 0; i < 3; i++) await tick(250);
  const early = one.read();
  await tick(250);
  assertEquals([atOf(await early), atOf(await other.read())], [2250, 2250]);
  assertEquals(count(), 2);
  await one.cancel();
  await other.cancel();
  assertEquals(count(), 0);
});

Deno.test("LiveStreams keeps nothing but the latest event for who is slow", async () => {
  const { live, tick } = setUp();
  const reader = live.open()!.getReader();
  for (let i = 0; i < 5; i++) await tick(1000);
  const text = async () => new TextDecoder().decode((await reader.read()).value);
  assert((await text()).includes(`"atMs":${NOW_MS + 6000}`));
  const next = text();
  await tick(1000);
  assert((await next).includes(`"atMs":${NOW_MS + 7000}`));
  await reader.cancel();
});

Deno.test("LiveStreams cuts off who takes nothing, and counts it as slow", async () => {
  const { cache, live, tick, count } = setUp();
  const silent = live.open()!.getReader();
  const reading = live.open()!.getReader();
  for (let i = 0; i < 40; i++) {
    const event = reading.read();
    await tick(1000);
    await event;
  }
  await assertRejects(() => silent.read(), SlowClient);
  assertEquals([count(), cache.region.counter(1, "clientsSlow")], [1, 1]);
  await reading.cancel();
});

Deno.test("LiveStreams has a bound over all workers, and gives every place back", async () => {
  const { cache, budget, live, count } = setUp();
  const word = cache.region.gaugeWord(2, "liveClients");
  Atomics.store(cache.region.words, word, MAX_LISTENERS - 2);
  const streams = [live.open()!, live.open()!];
  assertEquals([live.open(), count()], [null, MAX_LISTENERS]);
  for (const stream of streams) await stream.cancel();
  for (let i = 0; i < 5; i++) budget.tick(i);
  assertEquals([count(), budget.takenBytes], [MAX_LISTENERS - 2, 0]);
});

Deno.test("LiveStreams.drain() ends all streams in order, and begins none", async () => {
  const { live, count } = setUp();
  const reader = live.open()!.getReader();
  live.drain();
  assertEquals([(await reader.read()).done, live.open(), count()], [true, null, 0]);
});
