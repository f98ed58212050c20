// What a tracking client holds: taken from its memory, given back with what it forgets, and where there
// is none left it is told of a change at once, so that it keeps nothing that could grow stale.

import { assert, assertEquals, assertLess } from "@std/assert";
import { ClientTracking } from "../../../server/changes/tracking.ts";
import { WorkerWatch } from "../../../server/changes/watch.ts";
import { RespReply } from "../../../server/codecs/resp_reply.ts";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { Session } from "../../../server/contract/session.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../fixture.ts";

const encoder = new TextEncoder();

function setUp(budgetBytes: number, prefixes: readonly string[] = []) {
  const region = newRegion();
  const cache = newCache(region);
  const watch = new WorkerWatch(region, 2);
  const budget = new MemoryBudget(region, 1, budgetBytes);
  const session = new Session(1, "resp", "a:1", "b:2", NOW_MS, true);
  session.protocol = 3;
  session.account = budget.open({ giveUp() {} }, budgetBytes);
  const heard: string[] = [];
  session.push = (compose) => {
    const reply = new RespReply();
    reply.peer = session;
    compose(reply);
    heard.push(new TextDecoder().decode(reply.bytes.subarray(0, reply.used)));
  };
  const options = {
    isBroadcast: prefixes.length > 0,
    mode: "all" as const,
    prefixes: prefixes.map((prefix) => encoder.encode(prefix)),
    noLoop: false,
    redirect: 0,
  };
  const { messages } = new LocalServer(configOf(), NOW_MS);
  const tracking = new ClientTracking(watch, session, messages, options);
  const remember = (key: string) => {
    const bytes = encoder.encode(key);
    tracking.remember(cache.hash(bytes, 0, bytes.length), bytes, 0, bytes.length);
  };
  const put = (key: string) => cache.put(encoder.encode(key), encoder.encode("v"));
  return { watch, budget, heard, tracking, remember, put };
}

Deno.test("ClientTracking keeps 16 keys of one hash, and tells of the others", () => {
  const { watch, heard, tracking } = setUp(64 * 2 ** 20);
  tracking.start();
  for (let i = 0; i < 1000; i++) {
    const bytes = encoder.encode(`key:${i}`);
    tracking.remember(77, bytes, 0, bytes.length);
  }
  assertEquals(watch.size, 1);
  const told = heard.filter((message) => message.includes("invalidate"));
  assertEquals(told.length, 1000 - 1000 % 16);
});

Deno.test("ClientTracking takes what its keys cost, and gives it back with them", () => {
  const { watch, budget, heard, tracking, remember, put } = setUp(64 * 2 ** 20);
  assertEquals(tracking.start(), "started");
  for (let i = 0; i < 10_000; i++) remember(`key:${i}`);
  const bytes = budget.takenBytes;
  assert(bytes > 1e6 && bytes < 2e6, `${bytes} bytes`);
  assertEquals([watch.size, heard.length], [10_000, 0]);
  put("key:7");
  watch.slice();
  assertEquals([watch.size, heard.length], [9999, 1]);
  assertLess(budget.takenBytes, bytes);
  // The oldest makes place for one more.
  remember("key:10000");
  remember("key:10001");
  assertEquals(heard[1], ">2\r\n$10\r\ninvalidate\r\n*1\r\n$5\r\nkey:0\r\n");
  tracking.forget();
  assertEquals(heard[2], ">2\r\n$10\r\ninvalidate\r\n_\r\n");
  assertEquals(watch.size, 0);
  assertLess(budget.takenBytes, 4096);
  tracking.stop();
  assertEquals(budget.takenBytes, 0);
});

Deno.test("ClientTracking tells a client at once to forget what it cannot remember", () => {
  const { watch, budget, heard, tracking, remember } = setUp(20_000);
  assertEquals(tracking.start(), "started");
  for (let i = 0; i < 1000; i++) remember(`key:${i}`);
  assert(watch.size > 50 && watch.size < 500);
  assertEquals(heard.length, 1000 - watch.size);
  assertEquals(heard.at(-1), ">2\r\n$10\r\ninvalidate\r\n*1\r\n$7\r\nkey:999\r\n");
  tracking.stop();
  assertEquals([watch.size, budget.takenBytes], [0, 0]);
});

Deno.test("ClientTracking.start() refuses prefixes that there is no memory for", () => {
  const prefixes = Array.from({ length: 100 }, (_, i) => `prefix:${i}:`);
  const { watch, budget, tracking } = setUp(20_000, prefixes);
  assertEquals(tracking.start(), "noMemory");
  assertEquals([watch.size, budget.takenBytes], [0, 0]);
});
