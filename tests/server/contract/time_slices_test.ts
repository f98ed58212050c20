// Long work in slices: timers run between them, pieces of work go one after the other.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { Cache } from "../../../cache/mod.ts";
import { nextTurn, TimeSlices, TurnQueue } from "../../../server/contract/time_slices.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { configOf, newRegion, NOW_MS } from "../fixture.ts";
import { Speaker } from "../commands/speaker.ts";

/** Work of so many steps of 2 ms each. */
function workOf(name: string, steps: number, log: string[]): () => boolean {
  return () => {
    for (const fromMs = performance.now(); performance.now() - fromMs < 2;);
    log.push(name);
    return --steps === 0;
  };
}

Deno.test("work that takes long lets timers run, and later work waits for it", async () => {
  const slices = new TimeSlices();
  const log: string[] = [];
  assertEquals(slices.run(workOf("a", 1, log)), null);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const both = [slices.run(workOf("b", 20, log)), slices.run(workOf("c", 20, log))];
  await Promise.all(both);
  clearInterval(timer);
  const letters = (letter: string, count: number) => Array.from({ length: count }, () => letter);
  assertEquals(log, ["a", ...letters("b", 20), ...letters("c", 20)]);
  assert(ticks >= 5, String(ticks));
});

Deno.test("work that fails ends, and the next is done", async () => {
  const slices = new TimeSlices();
  const log: string[] = [];
  let steps = 0;
  const failing = slices.run(() => {
    workOf("x", 1, log)();
    if (++steps === 20) throw new Error("out of order");
    return false;
  });
  const next = slices.run(workOf("y", 1, log));
  await assertRejects(() => failing!, Error, "out of order");
  await next;
  assertEquals(log.at(-1), "y");
});

Deno.test("many KEYS at once let timers run", async () => {
  const region = newRegion(2 ** 28);
  const cache = new Cache(region, 1, () => NOW_MS);
  await new Speaker(cache).say("SET k v");
  let ticks = 0;
  const fromMs = performance.now();
  const timer = setInterval(() => ticks++, 1);
  const server = new LocalServer(configOf(), NOW_MS);
  const speakers = Array.from({ length: 200 }, () => new Speaker(cache, server));
  const done = speakers.map((speaker) => speaker.run("KEYS *"));
  await Promise.all(done);
  const tookMs = performance.now() - fromMs;
  clearInterval(timer);
  for (const speaker of speakers) assertEquals(speaker.answer(), '["k"]');
  // The first slice may be long on a busy machine: its code is still cold.
  assert(ticks >= Math.floor(tookMs / 100) - 1, `${ticks} ticks in ${tookMs} ms`);
});

Deno.test("TimeSlices.turn() lets one after the other go on, each with a slice of its own", async () => {
  const slices = new TimeSlices();
  slices.spend(100);
  assertEquals(slices.isOver, true);
  const log: string[] = [];
  await Promise.all(["a", "b", "c"].map(async (name) => {
    await slices.turn();
    log.push(name);
    // Work of somebody else, who has to have his turn before the next one here.
    setImmediate(() => log.push(`after ${name}`));
    slices.spend(100);
  }));
  assertEquals(log, ["a", "after a", "b", "after b", "c"]);
  await nextTurn();
});

Deno.test("TimeSlices.whenFree() works at once while there is time, and counts it", async () => {
  const slices = new TimeSlices();
  assertEquals(slices.whenFree(() => 1), 1);
  slices.spend(100);
  const later = slices.whenFree(() => 2);
  assert(later instanceof Promise);
  assertEquals(await later, 2);
});

Deno.test("a slice is used up only until the event loop has had its turn, also if nobody waits", async () => {
  const slices = new TimeSlices();
  slices.spend(100);
  assertEquals(slices.isOver, true);
  await nextTurn();
  await nextTurn();
  assertEquals(slices.isOver, false);
});

Deno.test("who goes away when it is his turn does not hold up those behind him", async () => {
  const slices = new TimeSlices();
  slices.spend(100);
  const gone = slices.turn();
  const next = slices.turn();
  await gone;
  await next;
});

Deno.test("nextTurn() has looked at what has come in by then", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using server = await listener.accept();
  for (let i = 0; i < 30; i++) {
    let hasCome = false;
    const reading = server.read(new Uint8Array(1)).then(() => hasCome = true);
    await client.write(new Uint8Array(1));
    await nextTurn();
    assert(hasCome, `byte ${i}`);
    await reading;
  }
});

Deno.test("TimeSlices.turnOf() lets go first who has used less, though others keep coming", async () => {
  const slices = new TimeSlices();
  slices.spend(100);
  const log: string[] = [];
  const say = (name: string) => () => {
    log.push(name);
    slices.spend(100);
  };
  const first = slices.turn();
  const usedMs = slices.spendFor(0, 100);
  const [much, piece] = [slices.turnOf(usedMs, 0.3), slices.turn()];
  const [little, large] = [slices.turnOf(0, 0), slices.turnOf(0, 0.5)];
  const done = [much.then(say("much")), piece.then(say("piece")), large.then(say("large"))];
  let isOver = false;
  const newcomers = async (): Promise<void> => {
    while (!isOver) await slices.turnOf(0, 0).then(() => slices.spend(100));
  };
  const coming = [newcomers(), newcomers()];
  await first;
  await little.then(say("little"));
  await Promise.all(done);
  isOver = true;
  await Promise.all(coming);
  assertEquals(log, ["little", "piece", "large", "much"]);
});

Deno.test("TimeSlices.turnOf() lets go first who needs little, though a pause was counted as his", async () => {
  const slices = new TimeSlices();
  slices.spend(100);
  const first = slices.turn();
  const pausedMs = slices.spendFor(0, 500);
  const log: string[] = [];
  const say = (name: string) => () => {
    log.push(name);
    slices.spend(1);
  };
  await Promise.all([
    first.then(say("first")),
    slices.turnOf(0, 0.9).then(say("flood")),
    slices.turnOf(pausedMs, 0.02).then(say("paused")),
  ]);
  assertEquals(log.indexOf("paused") < log.indexOf("flood"), true, log.join());
});

Deno.test("TimeSlices does not make wait where the event loop has turns by itself", async () => {
  const slices = new TimeSlices();
  for (let i = 0; i < 10; i++) {
    slices.spend(4);
    assertEquals(slices.isBusy, false);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
});

Deno.test("TurnQueue.next() lets go the smallest place first, and of equal ones the oldest", () => {
  const queue = new TurnQueue();
  const waiting: { place: number; name: number }[] = [];
  const gone: number[] = [];
  let seed = 17;
  const random = (most: number) => (seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0) % most;
  for (let name = 0; name < 3000; name++) {
    if (random(3) > 0) {
      const place = random(50);
      waiting.push({ place, name });
      queue.add(place, () => gone.push(name));
    } else {
      waiting.sort((a, b) => a.place - b.place || a.name - b.name);
      const first = waiting.shift();
      assertEquals(queue.next(), first !== undefined);
      if (first !== undefined) assertEquals(gone.pop(), first.name);
    }
    assertEquals(queue.size, waiting.length);
  }
});
