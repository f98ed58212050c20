// Clients that wait, in two workers over one region that run in this thread: who is served, who gives way, and what
// is held for them.

import { assert, assertEquals } from "@std/assert";
import { publishOverflow } from "../../../../cache/mod.ts";
import { PRECEDENCE_MS } from "../../../../server/commands/blocking/wait_queue.ts";
import type { MemoryAccount } from "../../../../server/contract/memory_account.ts";
import { newRegion } from "../../fixture.ts";
import { until } from "../../../wire/server.ts";
import type { Speaker } from "../speaker.ts";
import { waiting, Worker } from "./worker.ts";

Deno.test("who waits longer in another worker is served first", async () => {
  const region = newRegion();
  const [one, two] = [new Worker(region, 1), new Worker(region, 2)];
  const [a, b, c] = [one.client(), two.client(), one.client()];
  const [first, second, third] = [a, b, c].map((each) => waiting(each, "BLPOP k 0"));
  await one.client().say("RPUSH k 1 2 3");
  await first!.promise;
  assertEquals(a.answer(), '["k", "1"]');
  assertEquals([second!.isDone, third!.isDone], [false, false]);
  // The push and the first pop.
  two.watch.slice();
  await second!.promise;
  assertEquals(b.answer(), '["k", "2"]');
  one.watch.slice();
  await third!.promise;
  assertEquals(c.answer(), '["k", "3"]');
});

Deno.test("who waits longer in a worker that does not take it gives way after a while", async () => {
  const region = newRegion();
  const [one, two] = [new Worker(region, 1), new Worker(region, 2)];
  // This worker hangs: it takes no events.
  two.watch.slice = () => false;
  const [a, b] = [two.client(), one.client()];
  const first = waiting(a, "BLPOP k 0");
  const second = waiting(b, "BLPOP k 0");
  await one.client().say("RPUSH k 1");
  one.nowMs = PRECEDENCE_MS - 1;
  one.waits.hear();
  assertEquals([first.isDone, second.isDone], [false, false]);
  one.nowMs = PRECEDENCE_MS;
  // It looks again by itself.
  await second.promise;
  assertEquals([b.answer(), first.isDone], ['["k", "1"]', false]);
  a.session.leave();
  await first.promise;
});

Deno.test("who comes while another one is about to be served waits behind him", async () => {
  const region = newRegion();
  const [one, two] = [new Worker(region, 1), new Worker(region, 2)];
  const [a, b] = [two.client(), one.client()];
  const first = waiting(a, "BLPOP k 0");
  await one.client().say("RPUSH k 1 2");
  const second = waiting(b, "BLPOP k 0");
  two.watch.slice();
  await first.promise;
  assertEquals(a.answer(), '["k", "1"]');
  await second.promise;
  assertEquals(b.answer(), '["k", "2"]');
});

Deno.test("clients that wait hear of lost events", async () => {
  const region = newRegion();
  const [one, two] = [new Worker(region, 1), new Worker(region, 2)];
  const a = one.client();
  const state = waiting(a, "BLMPOP 0 2 k l LEFT COUNT 2");
  // Its event is taken out of the ring unread.
  one.watch.slice = () => false;
  await two.client().say("RPUSH l 1 2 3");
  delete (one.watch as { slice?: unknown }).slice;
  publishOverflow(region);
  one.watch.slice();
  await state.promise;
  assertEquals(a.answer(), '["l", ["1", "2"]]');
});

Deno.test("a wait holds memory of its client until it ends, and is refused without it", async () => {
  const region = newRegion();
  const one = new Worker(region, 1);
  const [a, b] = [one.client(), one.client()];
  let heldBytes = 0;
  let mostBytes = Infinity;
  const account = {
    tryTake(bytes: number) {
      if (heldBytes + bytes > mostBytes) return false;
      heldBytes += bytes;
      return true;
    },
  };
  a.session.account = account as unknown as MemoryAccount;
  const state = waiting(a, `BLPOP k other ${"x".repeat(1000)} 0`);
  assert(heldBytes > 5000 && heldBytes < 8000, String(heldBytes));
  assertEquals(region.gaugeTotal("blockedClients"), 1);
  await b.say("RPUSH other 1");
  await state.promise;
  assertEquals([a.answer(), heldBytes], ['["other", "1"]', 0]);
  assertEquals([region.gaugeTotal("blockedClients"), one.watch.size], [0, 0]);
  mostBytes = 100;
  assertEquals((await a.say("BLPOP k 0")).slice(0, 4), "-OOM");
  assertEquals([heldBytes, one.watch.size], [0, 0]);
});

Deno.test("more keys than a worker has places for are refused, and leave nothing behind", async () => {
  const region = newRegion();
  const one = new Worker(region, 1);
  const states: { isDone: boolean; promise: Promise<void> }[] = [];
  const speakers: Speaker[] = [];
  const keys = (from: number) => Array.from({ length: 100 }, (_, i) => `k${from + i}`).join(" ");
  let refused = "";
  for (let i = 0; refused === "" && i < 50; i++) {
    const speaker = one.client();
    const pending = speaker.run(`BLPOP ${keys(100 * i)} 0`);
    await Promise.race([pending, Promise.resolve()]);
    if (region.gaugeTotal("blockedClients") === states.length) {
      await pending;
      refused = speaker.answer();
      break;
    }
    speakers.push(speaker);
    states.push({ isDone: false, promise: pending as Promise<void> });
  }
  assertEquals(
    refused,
    "-ERR too many keys are waited for, nothing has changed, wait for fewer or try again later",
  );
  assert(states.length > 20, String(states.length));
  for (const speaker of speakers) speaker.session.leave();
  await Promise.all(states.map(({ promise }) => promise));
  assertEquals([region.gaugeTotal("blockedClients"), one.watch.size], [0, 0]);
  const again = one.client();
  const state = waiting(again, `BLPOP ${keys(0)} 0`);
  again.session.unblock!(false);
  await state.promise;
  assertEquals(again.answer(), "nil list");
});

Deno.test("a thousand clients and one push: one is served, whoever came first", async () => {
  const region = newRegion();
  const one = new Worker(region, 1);
  const clients = Array.from({ length: 1000 }, () => one.client());
  const states = clients.map((client) => waiting(client, "BZPOPMIN z 0"));
  const pusher = one.client();
  for (let i = 0; i < 5; i++) {
    await pusher.say(`ZADD z ${i} m${i}`);
    await states[i]!.promise;
    assertEquals(clients[i]!.answer(), `["z", "m${i}", "${i}"]`);
  }
  assertEquals(states.filter(({ isDone }) => isDone).length, 5);
  await pusher.say(`ZADD z ${Array.from({ length: 995 }, (_, i) => `${i} m${i}`).join(" ")}`);
  await until("all are served", () => region.gaugeTotal("blockedClients") === 0);
  await Promise.all(states.map(({ promise }) => promise));
  assertEquals(clients[999]!.answer(), '["z", "m994", "994"]');
});
