// Large answers: whole for who takes them, bounded together, and cut off for who does not. Reads of
// large values: within the memory there is.

import { assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { TimeSlices } from "../../../server/contract/time_slices.ts";
import {
  ANSWER_COST_BYTES,
  LARGE_BYTES,
  LargeAnswers,
  readLarge,
  SlowClient,
} from "../../../server/http/large_answers.ts";
import { newRegion } from "../fixture.ts";

const BYTES = 3 * LARGE_BYTES + 5;
const HELD_BYTES = BYTES + ANSWER_COST_BYTES;

function setUp(budgetBytes = Math.ceil(2 * HELD_BYTES / 0.75)) {
  const region = newRegion();
  const clock = { nowMs: 0 };
  const budget = new MemoryBudget(region, 1, budgetBytes);
  const answers = new LargeAnswers(region, 1, budget, 1000, () => clock.nowMs);
  const taken = () => budget.takenBytes;
  /** What was let go is collected: see MemoryBudget.giveLater(). */
  const collected = () => {
    for (let i = 0; i < 5; i++) budget.tick(clock.nowMs);
    return budget.takenBytes;
  };
  return { region, budget, clock, answers, taken, collected };
}

Deno.test("LargeAnswers.answer() delivers every byte and then holds nothing", async () => {
  const { answers, taken } = setUp();
  const bytes = Uint8Array.from({ length: BYTES }, (_, i) => i % 251);
  const answer = answers.answer(bytes.slice(), "text/plain");
  assertEquals(taken(), HELD_BYTES);
  assertEquals(answer.headers.get("content-length"), String(BYTES));
  assertEquals(await answer.bytes(), bytes);
  assertEquals(taken(), 0);
});

Deno.test("LargeAnswers.answer() answers 503 where too much is on its way, and counts it", async () => {
  const { region, answers, taken, collected } = setUp(HELD_BYTES);
  const first = answers.answer(new Uint8Array(BYTES), "text/plain");
  const second = answers.answer(new Uint8Array(BYTES), "text/plain");
  assertEquals([first.status, second.status, region.counter(1, "overloads")], [200, 503, 1]);
  await first.body?.cancel();
  assertEquals([taken(), collected()], [ANSWER_COST_BYTES, 0]);
});

Deno.test("LargeAnswers.expire() cuts off who takes nothing, not who takes a little", async () => {
  const { clock, answers, collected } = setUp();
  const idle = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  const slow = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  await idle.read();
  clock.nowMs = 900;
  await slow.read();
  clock.nowMs = 1100;
  answers.expire();
  assertEquals(collected(), HELD_BYTES);
  await assertRejects(() => idle.read(), SlowClient);
  assertEquals((await slow.read()).value?.length, LARGE_BYTES);
  await slow.cancel();
  assertEquals(collected(), 0);
});

Deno.test("LargeAnswers cuts off who has taken nothing for longest, where memory is short", async () => {
  const { budget, answers, taken } = setUp();
  const idle = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  const slow = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  await idle.read();
  budget.tick(900);
  await slow.read();
  assertEquals(answers.answer(new Uint8Array(BYTES), "text/plain").status, 503);
  budget.tick(1100);
  await assertRejects(() => idle.read(), SlowClient);
  assertEquals((await slow.read()).value?.length, LARGE_BYTES);
  assertEquals(taken(), HELD_BYTES + ANSWER_COST_BYTES);
});

Deno.test("LargeAnswers gives out pieces that keep no more than themselves in memory", async () => {
  const { answers } = setUp();
  const reader = answers.answer(new Uint8Array(BYTES), "text/plain").body!.getReader();
  for (const length of [LARGE_BYTES, LARGE_BYTES, LARGE_BYTES, 5]) {
    const { value } = await reader.read();
    assertEquals([value?.length, value?.buffer.byteLength], [length, length]);
  }
});

const BUDGET_BYTES = 64 * LARGE_BYTES;

function setUpReads() {
  const region = newRegion();
  const budget = new MemoryBudget(region, 1, BUDGET_BYTES);
  const largeAnswers = new LargeAnswers(region, 1, budget, 1000, () => 0);
  return { region, budget, largeAnswers, slices: new TimeSlices() };
}

/** Notes how much it may copy; what it reads is longer than `maxBytes`, or nothing. */
function reader(asked: number[], wantedBytes = 0) {
  return (maxBytes: number) => {
    asked.push(maxBytes);
    return wantedBytes > maxBytes ? null : new Response("value");
  };
}

Deno.test("readLarge() reads at once, and no more than answers may take of the budget", () => {
  const { budget, ...parts } = setUpReads();
  const asked: number[] = [];
  budget.take(BUDGET_BYTES / 2);
  const answer = readLarge(parts, reader(asked));
  assertEquals([answer.status, asked], [200, [BUDGET_BYTES / 4 - ANSWER_COST_BYTES]]);
  assertEquals(parts.largeAnswers.maxBytes, asked[0]);
  const late = readLarge(parts, reader(asked, BUDGET_BYTES / 4));
  assertEquals([late.status, late.headers.get("retry-after"), asked.length], [503, "1", 2]);
});

Deno.test("readLarge() reads nothing where there is no memory, and has others give way", () => {
  const { budget, region, ...parts } = setUpReads();
  let gaveUp = 0;
  const silent = budget.open({ giveUp: () => gaveUp++ }, BUDGET_BYTES);
  silent.take(3 * BUDGET_BYTES / 4);
  const asked: number[] = [];
  const answer = readLarge(parts, reader(asked));
  assertEquals([answer.status, asked.length, region.counter(1, "overloads")], [503, 0, 1]);
  budget.tick(2000);
  assertEquals(gaveUp, 1);
});
