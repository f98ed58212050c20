// The way of a sampled key from a command to main, and what main makes of it: uses, sizes, deadlines, full rings.

import { assert, assertEquals } from "@std/assert";
import { Cache } from "../../../../cache/mod.ts";
import type { ServerRegion } from "../../../../server/contract/counters.ts";
import { SAMPLE_ENTRIES } from "../../../../server/contract/metrics/own_layout.ts";
import { CurveKeeper } from "../../../../server/observe/curve/curve_keeper.ts";
import { KeyUse, MAX_SAMPLE_RATE } from "../../../../server/observe/curve/curve_model.ts";
import { readCurve, writeCurve } from "../../../../server/observe/curve/curve_words.ts";
import { memoryCurve } from "../../../../server/observe/curve/memory_curve.ts";
import { SampleReader, SampleWriter } from "../../../../server/observe/curve/sample_ring.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../../commands/speaker.ts";

const { hit, hits, read, write } = KeyUse;
const MAIN = 0;

/** A worker of which main wants to hear of this share of its keys. */
function worker(rate: number, region: ServerRegion = newRegion()) {
  writeCurve(region, { rate, sampledReads: 0, points: [] });
  const cache = newCache(region);
  const server = new LocalServer(configOf(), NOW_MS, cache);
  server.tick();
  return { region, cache, server, speaker: new Speaker(cache, server) };
}

/** What has come: use, eighths, deadline. */
function taken(reader: SampleReader): number[][] {
  const all: number[][] = [];
  reader.drain(1000, (_, use, eighths, deadlineMs) => all.push([use, eighths, deadlineMs]));
  return all;
}

Deno.test("main hears what commands did with sampled keys: read, hit or written, and what is there now", async () => {
  const { region, speaker } = worker(1);
  const reader = new SampleReader({ region });
  const conversation: [string, number[][]][] = [
    ["GET k", [[read, 0, 0]]],
    ["SET k v", [[write, 1, 0]]],
    ["GET k", [[read | hit, 1, 0]]],
    ["EXISTS k", []],
    ["TTL k", []],
    ["STRLEN k", [[read | hit, 1, 0]]],
    ["PEXPIREAT k 1800000000123", [[write, 1, 1800000000123]]],
    ["GETSET k w", [[read | hit | write, 1, 0]]],
    ["INCR n", [[write, 1, 0]]],
    ["MGET k none n", [[read | hit, 1, 0], [read, 0, 0], [read | hit, 1, 0]]],
    ["GETDEL k", [[read | hit | write, 0, 0]]],
    ["DEL k n", [[write, 0, 0], [write, 0, 0]]],
    // The first slot, 18 that have 252 bytes each, and 233 bytes in another.
    [`SET k ${"v".repeat(5000)}`, [[write, 8 * (1 + 18 + 1), 0]]],
  ];
  for (const [line, expected] of conversation) {
    await speaker.say(line);
    assertEquals(taken(reader), expected, line);
  }
});

Deno.test("a worker tells of no key unless main wants to hear, and begins when it does", async () => {
  const { region, server, speaker } = worker(0);
  const reader = new SampleReader({ region });
  await speaker.say("SET k v");
  assertEquals(taken(reader), []);
  writeCurve(region, { rate: 1, sampledReads: 0, points: [] });
  server.tick();
  await speaker.say("SET k v");
  assertEquals(taken(reader).length, 1);
});

Deno.test("what finds the ring full is lost and counted, and so many are taken at a time as are asked for", () => {
  const region = newRegion();
  const [one, two] = [new SampleWriter(region, 1), new SampleWriter(region, 2)];
  const reader = new SampleReader({ region });
  for (let i = 0; i < SAMPLE_ENTRIES + 10; i++) one.readUnlocked(i);
  two.readUnlocked(-1);
  assertEquals([reader.takeLost(), reader.takeLost()], [10, 0]);
  const hashes: number[] = [];
  const take = (hash: number) => hashes.push(hash);
  assertEquals(reader.drain(100, take), 100);
  assertEquals(reader.drain(100, take), 100);
  assertEquals(hashes.includes(-1), true);
  assertEquals(reader.drain(5000, take), SAMPLE_ENTRIES + 1 - 200);
  for (let i = 0; i < SAMPLE_ENTRIES; i++) one.readUnlocked(i);
  assertEquals([reader.drain(5000, take), reader.takeLost()], [SAMPLE_ENTRIES, 0]);
});

Deno.test("of a hot key main hears some hits in a tick, how many more there were, and all else", async () => {
  const { region, server, speaker } = worker(1);
  const reader = new SampleReader({ region });
  const told = async (...lines: string[]) => {
    for (const line of lines) await speaker.say(line);
    return taken(reader);
  };
  const gets = Array<string>(100).fill("GET k");
  const some = Array(32).fill([read | hit, 1, 0]);
  await told("SET k v");
  assertEquals(await told(...gets), some.slice(1));
  assertEquals(await told(...gets), []);
  assertEquals(await told("SET k w"), [[hits, 169, 0], [write, 1, 0]]);
  assertEquals((await told(...gets)).length, 31);
  server.tick();
  assertEquals(await told("GET k"), [[hits, 69, 0], [read | hit, 1, 0]]);
});

Deno.test("CurveKeeper writes what any worker can read, and begins anew after FLUSHALL", async () => {
  const region = newRegion(32 * 2 ** 20);
  const keeper = new CurveKeeper(new Cache(region, MAIN, () => NOW_MS));
  assertEquals(memoryCurve(newCache(region)).sampleRate, MAX_SAMPLE_RATE);
  const { cache, server, speaker } = worker(MAX_SAMPLE_RATE, region);
  const tick = (count: number) => {
    for (let i = 0; i < count; i++) keeper.tick();
  };
  const keys = 4000;
  const { samples } = server;
  const name = new TextEncoder();
  const sampledKeys: string[] = [];
  for (let i = 0; i < keys; i++) {
    const key = `key:${i}`;
    await speaker.say(`SET ${key} v`);
    const bytes = name.encode(key);
    if (samples.has(cache.hash(bytes, 0, bytes.length))) sampledKeys.push(key);
  }
  assert(sampledKeys.length > 5, `only ${sampledKeys.length} keys are sampled`);
  tick(20);
  for (let i = 0; i < 100; i++) await speaker.say(`GET ${sampledKeys[0]}`);
  server.tick();
  tick(20);
  assertEquals(readCurve(region).sampledReads, 100);
  const { advice, points } = memoryCurve(newCache(region));
  assertEquals([advice.startsWith("Too little is known yet: 100 reads"), points], [true, []]);
  await speaker.say("FLUSHALL");
  tick(20);
  assertEquals(readCurve(region).sampledReads, 0);
});
