// The hottest keys: as often as they came, whatever else comes, forgotten when they are no more asked for, and merged
// over workers.

import { assert, assertEquals } from "@std/assert";
import { judge } from "../../../../bench/keys/accuracy.ts";
import type { HotAnswer } from "../../../../server/contract/keys/hot_answer.ts";
import { hotFacts } from "../../../../server/observe/keys/hot_facts.ts";
import { HotBoard } from "../../../../server/observe/keys/hot_board.ts";
import { HotKeys } from "../../../../server/observe/keys/hot_keys.ts";
import { COUNTERS, SpaceSaving } from "../../../../server/observe/keys/space_saving.ts";
import { newRegion } from "../../fixture.ts";

const encoder = new TextEncoder();

/** Counts a key `times` times, passing over as many as are to be passed over. Returns how many are left to pass over. */
function ask(hot: HotKeys, key: string, times: number, left = 0, isWrite = false): number {
  const bytes = encoder.encode(`.${key}.`);
  for (let i = 0; i < times; i++) {
    if (--left < 0) left = hot.count(key.length, 0, bytes, 1, bytes.length - 2, isWrite);
  }
  return left;
}

Deno.test("SpaceSaving counts exactly while it has counters, and beside more keys at least what is sure", () => {
  const counters = new SpaceSaving();
  const add = (key: string, hash: number) => {
    const bytes = encoder.encode(key);
    counters.add(hash, 0, bytes, 0, bytes.length, 1, false);
  };
  // All have one hash, so that they stand in each other's way.
  for (let round = 0; round < 3; round++) {
    for (let key = 0; key <= round; key++) add(`k${key}`, 7);
  }
  const named = () =>
    counters.top(100, 1).map(({ bytes, count }) => [new TextDecoder().decode(bytes), count]);
  assertEquals(named(), [["k0", 3], ["k1", 2], ["k2", 1]]);
  for (let i = 0; i < 20 * COUNTERS; i++) {
    add(`once${i}`, i % 3000);
    if (i % 20 === 0) add("often", 9);
  }
  const [first, second] = counters.top(2, 1);
  assertEquals(new TextDecoder().decode(first!.bytes), "often");
  assert(first!.count > 0.95 * COUNTERS && first!.count <= COUNTERS, `${first!.count}`);
  assert(second!.count < 20, `${second!.count}`);
});

Deno.test("SpaceSaving tells keys apart by database, length and first bytes, and finds them as others go", () => {
  const counters = new SpaceSaving();
  const long = "x".repeat(200);
  for (
    const [database, key] of [[0, "a"], [1, "a"], [0, long], [0, `${long}x`], [0, "a"]] as const
  ) {
    const bytes = encoder.encode(key);
    counters.add(5, database, bytes, 0, bytes.length, 1, true);
  }
  const named = counters.top(9, 1).map(({ database, keyBytes, bytes, count, writes }) =>
    [database, keyBytes, bytes.length, count, writes].join(" ")
  );
  assertEquals(named, ["0 1 1 2 2", "1 1 1 1 1", "0 200 128 1 1", "0 201 128 1 1"]);
  counters.scale(0.5);
  assertEquals(counters.top(9, 0.6).length, 1);
});

Deno.test("HotKeys name the ten hottest of a million keys, with shares that are right within 5 %", () => {
  const draw = {
    keys: 1_000_000,
    theta: 1,
    requests: 400_000,
    perSecond: 4000,
    workers: 2,
    seed: 3,
  };
  const { found, worstError } = judge(draw);
  assertEquals(found, 10);
  assert(worstError < 0.05, `${worstError}`);
});

Deno.test("HotKeys count the fewer keys the more there are, and each for more", () => {
  const hot = new HotKeys(0, 1);
  let left = ask(hot, "k", 400);
  assertEquals(hot.top(1, 1).requests, 400);
  const paces = [[1500, 2], [5000, 4], [20_000, 8], [40_000, 16], [90_000, 32], [400_000, 64]];
  for (const [perTick, least] of paces as [number, number][]) {
    const draws = 1000 * least;
    ask(hot, "k", perTick, left);
    hot.tick(1);
    const before = hot.top(1, 1).requests;
    let counted = 0;
    left = 0;
    const bytes = encoder.encode("k");
    for (let i = 0; i < draws; i++) {
      if (--left >= 0) continue;
      left = hot.count(1, 0, bytes, 0, 1, false);
      counted++;
    }
    assert(Math.abs(counted * least / draws - 1) < 0.1, `${perTick}: ${counted}`);
    assertEquals(hot.top(1, 1).requests - before, counted * least);
    hot.tick(1);
  }
});

Deno.test("HotKeys know of the hottest keys of other workers, a second later and while they are asked for", () => {
  const region = newRegion();
  const workers = [1, 2].map((actor) => new HotKeys(0, 1, new HotBoard(region, actor)));
  const [one, two] = workers;
  ask(one!, "key", 100);
  ask(two!, "key", 50);
  const uses = (hot: HotKeys) => Math.round(hot.usesOf(3, 0, encoder.encode("key"), 0, 3));
  assertEquals([uses(one!), uses(two!)], [100, 50]);
  for (const hot of workers) hot.tick(1000);
  assertEquals([uses(one!), uses(two!)], [148, 148]);
  for (let second = 2; second < 400; second++) one!.tick(second * 1000);
  assertEquals([uses(one!), uses(two!)], [50, 49], "what is forgotten is told no more");
});

Deno.test("HotKeys forget keys that nobody asks for any more", () => {
  const hot = new HotKeys(0, 1);
  ask(hot, "old", 300);
  let nowMs = 0;
  for (let second = 0; second < 240; second++) {
    ask(hot, "newer", 10);
    for (let tick = 0; tick < 4; tick++) hot.tick(nowMs += 250);
  }
  const { keys, requests, seconds } = hot.top(nowMs, 9);
  const names = keys.map(({ bytes }) => new TextDecoder().decode(bytes));
  assertEquals(names, ["newer", "old"]);
  assert(Math.abs(requests / seconds - 10) < 0.5, `${requests} in ${seconds}`);
  assert(Math.abs(keys[1]!.count - 300 / 16) < 1, `${keys[1]!.count}`);
  for (let second = 0; second < 1200; second++) hot.tick(nowMs += 1000);
  assertEquals(hot.top(nowMs, 9).keys, []);
});

Deno.test("hotFacts() adds up what workers say, by rates, and names keys that are no text", () => {
  const key = (bytes: Uint8Array, count: number, writes: number, keyBytes = bytes.length) => (
    { hash: 6, database: 0, bytes, keyBytes, count, writes }
  );
  const [a, b] = [encoder.encode("a"), Uint8Array.of(0xff, 0)];
  const long = encoder.encode(`${"x".repeat(126)}é`.repeat(2)).subarray(0, 127);
  const answers: HotAnswer[] = [
    { requests: 1000, seconds: 100, keys: [key(a, 400, 100), key(b, 50, 0)] },
    { requests: 300, seconds: 10, keys: [key(long, 100, 0, 256), key(a, 60, 60)] },
    { requests: 0, seconds: 0, keys: [] },
  ];
  const { keys: [first, second, third], ...rest } = hotFacts(answers, 3, (hash) => hash & 3);
  assertEquals(rest, { requests: 1300, seconds: 100 });
  const share = Number((460 / 1300).toFixed(5));
  // The first worker has 10 requests a second, the second one 30.
  const perSecond = Number((40 * 460 / 1300).toFixed(2));
  assertEquals(first, { key: "a", database: 0, share, perSecond, writeShare: 0.348, shard: 2 });
  assertEquals([second!.key, second!.isCut], ["x".repeat(126), true]);
  assertEquals([third!.key, third!.base64, third!.isCut], [undefined, "/wA=", undefined]);
  assertEquals(hotFacts([], 9, () => 0), { requests: 0, seconds: 0, keys: [] });
});
