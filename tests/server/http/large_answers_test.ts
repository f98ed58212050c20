// Large answers: whole for who takes them, bounded together, and cut off for who does not.

import { assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { LARGE_BYTES, LargeAnswers, SlowClient } from "../../../server/http/large_answers.ts";
import { newRegion } from "../fixture.ts";

const BYTES = 3 * LARGE_BYTES + 5;

function setUp(budgetBytes = 2 * BYTES) {
  const region = newRegion();
  const clock = { nowMs: 0 };
  const budget = new MemoryBudget(region, 1, budgetBytes);
  const answers = new LargeAnswers(region, 1, budget, 1000, () => clock.nowMs);
  return { region, clock, answers, taken: () => budget.takenBytes };
}

Deno.test("LargeAnswers.answer() delivers every byte and then holds nothing", async () => {
  const { answers, taken } = setUp();
  const bytes = Uint8Array.from({ length: BYTES }, (_, i) => i % 251);
  const answer = answers.answer(bytes, "text/plain");
  assertEquals(taken(), BYTES);
  assertEquals(answer.headers.get("content-length"), String(BYTES));
  assertEquals(await answer.bytes(), bytes);
  assertEquals(taken(), 0);
});

Deno.test("LargeAnswers.answer() answers 503 where too much is on its way, and counts it", async () => {
  const { region, answers, taken } = setUp(BYTES);
  const first = answers.answer(new Uint8Array(BYTES), "text/plain");
  const second = answers.answer(new Uint8Array(BYTES), "text/plain");
  assertEquals([first.status, second.status, region.counter(1, "overloads")], [200, 503, 1]);
  await first.body?.cancel();
  assertEquals(taken(), 0);
});

Deno.test("LargeAnswers.expire() cuts off who takes nothing, not who takes a little", async () => {
  const { clock, answers, taken } = setUp();
  const idle = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  const slow = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  await idle.read();
  clock.nowMs = 900;
  await slow.read();
  clock.nowMs = 1100;
  answers.expire();
  assertEquals(taken(), BYTES);
  await assertRejects(() => idle.read(), SlowClient);
  assertEquals((await slow.read()).value?.length, LARGE_BYTES);
  await slow.cancel();
  assertEquals(taken(), 0);
});
