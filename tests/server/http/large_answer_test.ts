// Large answers: whole for who takes them, bounded together, and cut off for who does not.

import { assertEquals, assertRejects } from "@std/assert";
import type { Region } from "../../../cache/mod.ts";
import { RequestAccess } from "../../../server/http/request_access.ts";
import { Bodies } from "../../../server/http/bodies.ts";
import { LARGE_BYTES, largeAnswer, SlowClient } from "../../../server/http/large_answer.ts";
import { newRegion } from "../fixture.ts";

const BYTES = 3 * LARGE_BYTES + 5;

function setUp(bodyMemoryBytes = 2 * BYTES) {
  const region = newRegion();
  const clock = { nowMs: 0 };
  const limits = { maxInFlight: 9, bodyMemoryBytes, bodyTimeoutMs: 1000 };
  return {
    region,
    clock,
    bodies: new Bodies(region, 1, limits, new RequestAccess(), () => clock.nowMs),
  };
}

const held = (region: Region) => region.gauge(1, "bodyBytes");

Deno.test("largeAnswer() delivers every byte and then holds nothing", async () => {
  const { region, bodies } = setUp();
  const bytes = Uint8Array.from({ length: BYTES }, (_, i) => i % 251);
  const answer = largeAnswer(bytes, "text/plain", bodies);
  assertEquals(held(region), BYTES);
  assertEquals(answer.headers.get("content-length"), String(BYTES));
  assertEquals(await answer.bytes(), bytes);
  assertEquals(held(region), 0);
});

Deno.test("largeAnswer() answers 503 where too much is on its way, and counts it", async () => {
  const { region, bodies } = setUp(BYTES);
  const first = largeAnswer(new Uint8Array(BYTES), "text/plain", bodies);
  const second = largeAnswer(new Uint8Array(BYTES), "text/plain", bodies);
  assertEquals([first.status, second.status, region.counter(1, "overloads")], [200, 503, 1]);
  await first.body?.cancel();
  assertEquals(held(region), 0);
});

Deno.test("Bodies.expire() cuts off who takes nothing, not who takes a little", async () => {
  const { region, clock, bodies } = setUp();
  const idle = largeAnswer(new Uint8Array(BYTES), "text/plain", bodies).body!.getReader();
  const slow = largeAnswer(new Uint8Array(BYTES), "text/plain", bodies).body!.getReader();
  await idle.read();
  clock.nowMs = 900;
  await slow.read();
  clock.nowMs = 1100;
  bodies.expire();
  assertEquals(held(region), BYTES);
  await assertRejects(() => idle.read(), SlowClient);
  assertEquals((await slow.read()).value?.length, LARGE_BYTES);
  await slow.cancel();
  assertEquals(held(region), 0);
});
