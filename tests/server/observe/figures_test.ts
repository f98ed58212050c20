// Sums over all threads: requests by protocol, command and outcome, latencies by group.

import { assert, assertEquals } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { CommandStats } from "../../../server/contract/command_stats.ts";
import { COMMAND_GROUPS } from "../../../server/contract/commands/command_kinds.ts";
import {
  COMMAND_ROWS,
  OWN_ROWS,
  ROW_CALLS,
  ROW_WORDS,
} from "../../../server/contract/metrics/own_layout.ts";
import { Way } from "../../../server/contract/metrics/ways.ts";
import { PROTOCOLS } from "../../../server/observe/facts/protocols.ts";
import { Figures } from "../../../server/observe/figures.ts";
import { ALL_GROUPS, latencyByGroup } from "../../../server/observe/live/group_latency.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { Speaker } from "../commands/speaker.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../fixture.ts";

Deno.test("Way has the numbers of PROTOCOLS", () => {
  assertEquals(Object.keys(Way), [...PROTOCOLS]);
  assertEquals(Object.values(Way), PROTOCOLS.map((_, i) => i));
});

Deno.test("Figures.requests() sums up workers by protocol, command and outcome, and goes on with a new worker", async () => {
  const region = newRegion();
  const caches = [1, 2].map((actor) => new Cache(region, actor, () => NOW_MS));
  for (const cache of caches) {
    const speaker = new Speaker(cache, new LocalServer(configOf(), NOW_MS, cache));
    for (
      const line of ["SET a 1", "GET a", "GET b", "LPUSH a x", "GET", "MULTI", "GET a", "EXEC"]
    ) {
      await speaker.say(line);
    }
    speaker.session.way = Way.rest;
    await speaker.say("GET a");
  }
  const figures = new Figures(caches[0]!, COMMANDS);
  const lines = () =>
    figures.requests().map(({ protocol, command, ok, failed, refused }) =>
      `${protocol} ${command} ${ok} ${failed} ${refused}`
    );
  const expected = [
    "rest GET 2 0 0",
    "resp SET 2 0 0",
    "resp GET 6 0 2",
    "resp LPUSH 0 2 0",
    "resp MULTI 2 0 0",
    "resp EXEC 2 0 0",
  ];
  const sorted = (texts: readonly string[]) => texts.toSorted();
  assertEquals(sorted(lines()), sorted(expected));
  const { resp, rest, http } = figures.byProtocol().requests;
  assertEquals({ resp, rest, http }, { resp: 16, rest: 2, http: 0 });

  const replaced = new Speaker(caches[1]!, new LocalServer(configOf(), NOW_MS, caches[1]));
  await replaced.say("SET a 1");
  assert(lines().includes("resp SET 3 0 0"));
});

Deno.test("Figures.latency() has as many calls as were counted, by group, while every one is timed", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache, new LocalServer(configOf(), NOW_MS, cache));
  for (let i = 0; i < 50; i++) await speaker.say("SET a 1");
  await speaker.say("LPUSH l a");
  const figures = new Figures(cache, COMMANDS);
  assertEquals(COMMAND_GROUPS.map((group) => figures.latency(group).total).filter(Boolean), [
    1,
    50,
  ]);
  const { total, sumUs, maxUs } = latencyByGroup(figures).get(ALL_GROUPS)!;
  assertEquals(total, 51);
  assert(maxUs > 0 && sumUs >= maxUs && sumUs < 51 * maxUs, `${sumUs} µs, longest ${maxUs}`);
});

Deno.test("CommandStats.count() times a sample of many, whose times stand for all calls of their command", () => {
  const region = newRegion();
  const cache = newCache(region);
  const stats = new CommandStats(region.words, region.ownWord(1));
  const figures = new Figures(cache, COMMANDS);
  const [get, set] = ["GET", "SET"].map((name) => COMMANDS.find((row) => row.name === name)!);
  const seen = { GET: 0, SET: 0 };
  const run = (calls: number) => {
    for (let i = 0; i < calls; i++) {
      const { name, id, groupNumber } = i % 64 === 0 ? set! : get!;
      if (!stats.count(Way.resp, id, false)) continue;
      seen[name as keyof typeof seen]++;
      stats.noteTook(Way.resp, id, groupNumber, name === "SET" ? 100 : 1, false);
    }
  };
  run(256);
  assertEquals(figures.latency("string").total, 256);
  run(640_000);
  const timed = seen.GET + seen.SET - 256;
  assert(timed > 9000 && timed < 11_000, `${timed} were timed`);
  // Those in turns of 64 are met as often as others.
  assert(seen.SET > 100 && seen.SET < 220, `${seen.SET} of SET were timed`);
  const { total, sumUs } = figures.latency("string");
  const missing = 640_256 - total;
  assert(missing >= 0 && missing < 1000, `${missing} calls are without a time`);
  assert(Math.abs(sumUs / 1_630_652 - 1) < 0.02, `${sumUs} µs`);
  stats.tick();
  run(256);
  assertEquals(640_512 - figures.latency("string").total < 64, true);
});

Deno.test("CommandStats.noteTook() lets long calls stand for themselves alone", () => {
  const region = newRegion();
  const stats = new CommandStats(region.words, region.ownWord(1));
  const figures = new Figures(newCache(region), COMMANDS);
  for (let i = 0; i < 256; i++) {
    if (stats.count(Way.http, 1, false)) stats.noteTook(Way.http, 1, 0, 1, false);
  }
  for (let i = 0; i < 20; i++) stats.count(Way.http, 1, false);
  stats.noteTook(Way.http, 1, 0, 5000, true);
  const { total, sumUs } = figures.latency(COMMAND_GROUPS[0]!);
  assertEquals([total, sumUs], [257, 256 + 5000]);
  stats.noteTook(Way.http, 1, 0, 1, false);
  assertEquals(figures.latency(COMMAND_GROUPS[0]!).total, 276);
});

Deno.test("CommandStats.clear() begins its sums anew, and not those of Figures, also for who comes after", () => {
  const region = newRegion();
  const statsOf = () => new CommandStats(region.words, region.ownWord(1));
  const stats = statsOf();
  const figures = new Figures(newCache(region), COMMANDS);
  const call = () => {
    stats.count(Way.text, 2, true);
    stats.noteTook(Way.text, 2, 0, 8, true);
  };
  call();
  assertEquals([stats.sums().calls[2], stats.sums().tookUs[2]], [1, 8]);
  assertEquals(stats.histograms().get(2)?.reduce((a, b) => a + b), 1);
  stats.clear();
  assertEquals([stats.sums().calls[2], stats.histograms().size], [0, 0]);
  call();
  assertEquals([stats.sums().calls[2], figures.byProtocol().requests.text], [1, 2]);
  assertEquals(statsOf().sums().calls[2], 0);
});

Deno.test("CommandStats has a row of each protocol for all that find no other, and counts carry over 2^32", () => {
  const region = newRegion();
  const stats = new CommandStats(region.words, region.ownWord(1));
  const figures = new Figures(newCache(region), COMMANDS);
  const ids = Array.from({ length: 100 }, (_, id) => id);
  for (const way of Object.values(Way)) for (const id of ids) stats.count(way, id, true);
  const rows = figures.requests();
  assertEquals(rows.length, COMMAND_ROWS - 3);
  const { requests } = figures.byProtocol();
  assertEquals(requests, {
    http: 100,
    rest: 100,
    websocket: 100,
    resp: 100,
    text: 100,
    memcache: 100,
  });
  const other = rows.filter(({ command }) => command === "OTHER");
  assertEquals(other.map(({ protocol, ok }) => `${protocol} ${ok}`), [
    "memcache 100",
    "text 100",
    "resp 22",
  ]);
  region.words[region.ownWord(1) + OWN_ROWS + 2 * ROW_WORDS + ROW_CALLS + 1] = -1;
  stats.count(Way.http, 2, true);
  assertEquals(
    figures.requests().find(({ command }) => command === COMMANDS[2]!.name)?.ok,
    2 ** 32,
  );
});
