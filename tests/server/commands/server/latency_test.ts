// LATENCY beside redis-server where there is one: the same refusals and forms, and what a command leaves behind
// that took long.

import { assertEquals, assertMatch } from "@std/assert";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, newRegion } from "../../fixture.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

function newSpeaker(): { speaker: Speaker; server: LocalServer } {
  const server = new LocalServer(configOf(), Date.now());
  return { server, speaker: new Speaker(newCache(newRegion(), Date.now), server) };
}

/** Answers of figures, with "N" for each number. */
function formOf(answer: string): string {
  return answer.replaceAll(/:\d+/g, ":N");
}

/** What is the same before and after something took long, and what is not. */
const REFUSALS = [
  "LATENCY",
  "LATENCY LATEST",
  "LATENCY LATEST x",
  "LATENCY HISTORY",
  "LATENCY HISTORY command",
  "LATENCY HISTORY Command",
  "LATENCY GRAPH",
  "LATENCY GRAPH command",
  "LATENCY GRAPH Command",
  "LATENCY GRAPH nosuch",
  "LATENCY DOCTOR x",
  "LATENCY RESET nosuch nosuch",
  "LATENCY RESET COMMAND",
  "LATENCY LATEST",
  "LATENCY RESET",
  "LATENCY HELP x",
  "LATENCY FOO",
  "MULTI",
  "LATENCY LATEST",
  "LATENCY HISTORY x",
  "LATENCY RESET",
  "LATENCY GRAPH x",
  "EXEC",
  "CONFIG GET latency-monitor-threshold",
  "CONFIG SET latency-monitor-threshold x",
  "CONFIG SET latency-monitor-threshold 25",
  "CONFIG GET latency-monitor-threshold",
  "CONFIG SET latency-monitor-threshold 0",
  "LATENCY HISTOGRAM nosuch SET",
  "CONFIG GET latency-tracking",
  "CONFIG GET latency-tracking-info-percentiles",
  "CONFIG SET latency-tracking-info-percentiles 50.0\\x2099.900\\x2033.3333333333",
  "CONFIG GET latency-tracking-info-percentiles",
  "CONFIG SET latency-tracking-info-percentiles 50\\x20x",
  "CONFIG SET latency-tracking-info-percentiles 100.1",
  'CONFIG SET latency-tracking-info-percentiles ""',
  "CONFIG GET latency-tracking-info-percentiles",
  "CONFIG SET latency-tracking-info-percentiles 50\\x2099\\x2099.9",
];

Deno.test({
  name: "LATENCY answers as redis-server does, before and after a command that took long",
  ignore: !await hasRedis(),
  async fn() {
    await using redis = await RedisServer.start("--enable-debug-command", "yes");
    const { speaker } = newSpeaker();
    const both = async (line: string) => {
      const ours = formOf(await speaker.say(line));
      const theirs = formOf(await redis.say(line));
      // Times differ, and so do pictures and labels of one column.
      if (line !== "LATENCY GRAPH command") assertEquals(ours, theirs, line);
      else assertEquals(ours.split("\\n").length, theirs.split("\\n").length, line);
    };
    for (const line of REFUSALS) await both(line);
    await both("CONFIG SET latency-monitor-threshold 3");
    await both("DEBUG SLEEP 0.004");
    for (const line of REFUSALS) await both(line);
  },
});

Deno.test("LATENCY tells commands that are always short from others, and in MULTI of this worker", async () => {
  const { speaker, server } = newSpeaker();
  server.latency.note("command", 1e6);
  assertEquals(await speaker.say("LATENCY LATEST"), "[]");
  await speaker.say("CONFIG SET latency-monitor-threshold 2");
  server.latency.note("fast-command", 2000);
  server.latency.note("command", 1999);
  await speaker.say("MULTI");
  await speaker.say("LATENCY LATEST");
  await speaker.say("LATENCY RESET");
  assertMatch(await speaker.say("EXEC"), /^\[\[\["fast-command", :\d+, :2, :2\]\], :1\]$/);
  assertEquals(await speaker.say("LATENCY LATEST"), "[]");
});

Deno.test("LATENCY DOCTOR and GRAPH are texts for people", async () => {
  const { speaker, server } = newSpeaker();
  assertMatch(await speaker.say("LATENCY DOCTOR"), /CONFIG SET latency-monitor-threshold/);
  await speaker.say("CONFIG SET latency-monitor-threshold 2");
  server.latency.note("aof-fsync-always", 7000);
  assertMatch(await speaker.say("LATENCY DOCTOR"), /1\. aof-fsync-always: 1 latency spikes/);
  assertMatch(await speaker.say("LATENCY GRAPH aof-fsync-always"), /high 7 ms, low 7 ms/);
});

/** Calls of a command, and how many took so many microseconds or less. */
function histogramIn(answer: string): { calls: number; octaves: number[][] } {
  const numbers = [...answer.matchAll(/:(\d+)/g)].map(([, digits]) => Number(digits));
  const [calls = NaN, ...rest] = numbers;
  const octaves = Array.from({ length: rest.length / 2 }, (_, i) => rest.slice(2 * i, 2 * i + 2));
  return { calls, octaves };
}

Deno.test("LATENCY HISTOGRAM counts every call, in octaves, until CONFIG RESETSTAT", async () => {
  const { speaker } = newSpeaker();
  for (let i = 0; i < 5; i++) await speaker.say("SET k v");
  const answer = await speaker.say("LATENCY HISTOGRAM nosuch set");
  assertMatch(answer, /^\["set", \["calls", :5, "histogram_usec", \[:\d+, :\d+(, :\d+)*\]\]\]$/);
  const { calls, octaves } = histogramIn(answer);
  assertEquals(octaves.at(-1)![1], calls);
  for (const [i, [us, count]] of octaves.entries()) {
    assertEquals(Number.isInteger(Math.log2(us!)), true, answer);
    const [usBefore, countBefore] = octaves[i - 1] ?? [0, 0];
    assertEquals([us! > usBefore!, count! > countBefore!], [true, true], answer);
  }
  await speaker.say("MULTI");
  await speaker.say("LATENCY HISTOGRAM SET");
  assertEquals(await speaker.say("EXEC"), `[${answer}]`);
  await speaker.say("CONFIG RESETSTAT");
  assertEquals(await speaker.say("LATENCY HISTOGRAM set"), "[]");
  assertMatch(await speaker.say("LATENCY HISTOGRAM"), /^\["config", \["calls", :1/);
});

Deno.test("INFO latencystats shows the percentiles that are wanted, and no others", async () => {
  const { speaker } = newSpeaker();
  await speaker.say("SET k v");
  const number = "\\d+\\.\\d{3}";
  const line = `latency_percentiles_usec_set:p50=${number},p99=${number},p99.9=${number}`;
  assertMatch(await speaker.say("INFO latencystats"), new RegExp(line));
  await speaker.say("CONFIG SET latency-tracking-info-percentiles 12.50");
  assertMatch(await speaker.say("INFO latencystats"), /usec_set:p12\.5=\d+\.\d{3}(?!,)/);
  const many = Array(33).fill("50").join("\\x20");
  assertMatch(
    await speaker.say(`CONFIG SET latency-tracking-info-percentiles ${many}`),
    /should be 32 at most/,
  );
});
