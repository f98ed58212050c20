// CLIENT TRACKING with REDIRECT: the messages that another client gets, as from redis-server, from all workers.

import { assertEquals } from "@std/assert";
import { hasRedis, RedisServer } from "../../server/commands/redis_server.ts";
import { TestServer, until } from "../server.ts";
import { Talker, type Value } from "./talker.ts";

const CHANNEL = "__redis__:invalidate";
const message = (keys: Value): Value => ["*", "$message", `$${CHANNEL}`, keys];
const told = (key: string) => message(["*", `$${key}`]);

/** Sends the words of a line; resolves with the answer. */
const say = (talker: Talker, line: string) => talker.ask(...line.split(" "));

/**
 * Waits for a message, or for one that anything may have changed, which comes in its place shortly after FLUSHALL. Others
 * may come before it: what has changed just before a key was read may be told of again, where another worker has
 * changed it.
 */
async function hears(subscriber: Talker, expected: Value): Promise<void> {
  const wanted = [JSON.stringify(expected), JSON.stringify(message("_"))];
  while (!wanted.includes(JSON.stringify(await subscriber.next())));
}

async function redirect(port: number): Promise<void> {
  using subscriber = await Talker.open(port);
  using tracker = await Talker.open(port);
  using broadcast = await Talker.open(port);
  using writer = await Talker.open(port);
  await say(writer, "FLUSHALL");
  const id = String(await say(subscriber, "CLIENT ID")).slice(1);
  assertEquals(await say(tracker, "CLIENT GETREDIR"), ":-1");
  assertEquals(await say(tracker, `CLIENT TRACKING ON REDIRECT ${id}`), "+OK");
  assertEquals(await say(tracker, "CLIENT GETREDIR"), `:${id}`);
  const info = ["*", "$flags", ["*", "$on"], "$redirect", `:${id}`, "$prefixes", ["*"]];
  assertEquals(await say(tracker, "CLIENT TRACKINGINFO"), info);
  assertEquals(await say(subscriber, `SUBSCRIBE ${CHANNEL}`), [
    "*",
    "$subscribe",
    `$${CHANNEL}`,
    ":1",
  ]);
  await say(tracker, "GET k");
  await say(writer, "SET k 2");
  await hears(subscriber, told("k"));
  // Once for each read.
  assertEquals(await say(tracker, "GET k"), "$2");
  assertEquals(await say(tracker, "GET other"), "_");
  await say(writer, "SET other 1");
  await hears(subscriber, told("other"));
  await say(writer, "DEL k");
  await hears(subscriber, told("k"));
  const options = `BCAST PREFIX p: NOLOOP REDIRECT ${id}`;
  assertEquals(await say(broadcast, `CLIENT TRACKING ON ${options}`), "+OK");
  await say(writer, "SET p:1 v");
  await hears(subscriber, told("p:1"));
  await say(broadcast, "SET p:2 v");
  await say(writer, "SET p:3 v");
  await hears(subscriber, told("p:3"));
  await say(broadcast, "CLIENT TRACKING OFF");
  assertEquals(await say(broadcast, "CLIENT GETREDIR"), ":-1");
  await say(tracker, "GET last");
  await say(writer, "FLUSHALL");
  await hears(subscriber, message("_"));
  await refusals(tracker, id);
  await breaks(subscriber, tracker, writer, id);
}

async function refusals(tracker: Talker, id: string): Promise<void> {
  const table: [options: string, answer: string][] = [
    ["ON REDIRECT 99999999", "The client ID you want redirect to does not exist"],
    ["ON REDIRECT x", "value is not an integer or out of range"],
    [`ON REDIRECT ${id} REDIRECT ${id}`, "A client can only redirect to a single other client"],
    ["ON REDIRECT", "syntax error"],
  ];
  for (const [options, answer] of table) {
    assertEquals(await say(tracker, `CLIENT TRACKING ${options}`), `-ERR ${answer}`);
  }
  assertEquals(await say(tracker, "CLIENT GETREDIR"), `:${id}`);
}

/** The other client goes: a client of RESP3 is told so, and its tracking says it. */
async function breaks(
  subscriber: Talker,
  tracker: Talker,
  writer: Talker,
  id: string,
): Promise<void> {
  await say(tracker, "HELLO 3");
  await say(writer, `CLIENT KILL ID ${id}`);
  await until("the other client is closed", () => subscriber.isOver);
  // Its worker tells the others a moment later that it is gone.
  const broken = JSON.stringify([">", "$tracking-redir-broken", `:${id}`]);
  await until("the tracking is broken", async () => {
    await say(writer, "SET k 4");
    const heard = await tracker.drain("read");
    await tracker.send(["GET", "k"]);
    return heard.some((value) => JSON.stringify(value) === broken);
  });
  await tracker.drain("all");
  const info = await say(tracker, "CLIENT TRACKINGINFO");
  assertEquals(JSON.stringify(info).includes("$broken_redirect"), true, JSON.stringify(info));
  // It can begin anew, without the other one.
  assertEquals(await say(tracker, "CLIENT TRACKING ON"), "+OK");
  assertEquals(await say(tracker, "CLIENT GETREDIR"), ":0");
  await say(tracker, "GET fresh");
  await say(writer, "SET fresh 5");
  assertEquals(await tracker.next(), [">", "$invalidate", ["*", "$fresh"]]);
}

for (const workers of ["1", "2"]) {
  Deno.test(`tracking is redirected to another client, with ${workers} workers`, async () => {
    await using server = await TestServer.start(["--resp-port", "0", "--workers", workers]);
    const addresses = server.event("start")!.addresses as string[];
    const port = Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
    // Often enough that clients of both workers have been on either side.
    for (let i = 0; i < (workers === "1" ? 1 : 5); i++) await redirect(port);
  });
}

Deno.test({
  name: "redis-server redirects tracking in the same way",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    await redirect(redis.port);
  },
});
