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
