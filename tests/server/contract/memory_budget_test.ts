// The budget of memory outside the region: one bound for all workers, each of which counts for itself
// and shows it in steps, and who has to give up when there is too little.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { GAUGES, heldBytesOf, MEMORY_STEP_BYTES } from "../../../server/contract/counters.ts";
import type { MemoryAccount } from "../../../server/contract/memory_account.ts";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { newRegion } from "../fixture.ts";

const STEP = MEMORY_STEP_BYTES;

function setUp(maxBytes = 100 * STEP) {
  const region = newRegion();
  const [one, two] = [1, 2].map((actor) => new MemoryBudget(region, actor, maxBytes));
  const gauges = () => [1, 2].map((actor) => region.gauge(actor, "bodyBytes"));
  return { region, one: one!, two: two!, gauges };
}

/** An owner that notes when it has to give up, and does. */
function openNoted(budget: MemoryBudget, name: string, noted: string[], bytes = 0): MemoryAccount {
  const account = budget.open({
    giveUp() {
      noted.push(name);
      account.close();
    },
  });
  account.take(bytes);
  return account;
}

Deno.test("MemoryBudget.tryTake() takes up to the bound of all workers, and nothing beyond", () => {
  const { region, one, two, gauges } = setUp();
  const tries = [one.tryTake(60 * STEP), two.tryTake(40 * STEP + 1), two.tryTake(40 * STEP)];
  assertEquals(tries, [true, false, true]);
  assertEquals(gauges(), [60, 40]);
  assertEquals(heldBytesOf(region), 100 * STEP);
  assertEquals([one.bytesLeft, two.bytesLeft], [0, 0]);
  assertEquals([one.tryTake(0), one.tryTake(1)], [true, false]);
});

Deno.test("MemoryBudget.tryTake() leaves the rest to others where it may use a share only", () => {
  const { one, two, gauges } = setUp();
  const tries = [one.tryTake(20 * STEP, 0.25), two.tryTake(6 * STEP, 0.25), two.tryTake(6 * STEP)];
  assertEquals(tries, [true, false, true]);
  assertEquals(gauges(), [20, 6]);
});

Deno.test("MemoryBudget.take() takes more than is left, and give() gives it back", () => {
  const { one, two, gauges } = setUp();
  one.take(130 * STEP);
  assertEquals([two.bytesLeft, two.tryTake(1)], [-30 * STEP, false]);
  one.give(30 * STEP);
  assertEquals([two.bytesLeft, one.tryTake(-70 * STEP), two.bytesLeft], [0, true, 70 * STEP]);
  one.give(30 * STEP);
  assertEquals(gauges(), [0, 0]);
});

Deno.test("MemoryBudget counts bytes exactly for itself, and shows others the steps they begin", () => {
  const { one, two, gauges } = setUp();
  one.take(1);
  assertEquals([one.takenBytes, gauges(), one.bytesLeft], [1, [1, 0], 100 * STEP - 1]);
  assertEquals(two.bytesLeft, 99 * STEP);
  one.take(STEP);
  one.give(1);
  assertEquals([one.takenBytes, gauges()], [STEP, [1, 0]]);
  one.give(STEP);
  assertEquals(gauges(), [0, 0]);
});

Deno.test("MemoryBudget counts on beyond 4 GiB and 32 bits", () => {
  const gib = 2 ** 30;
  const { one, two } = setUp(64 * gib);
  assertEquals([one.tryTake(5 * gib), two.tryTake(58 * gib), two.tryTake(gib + 1)], [
    true,
    true,
    false,
  ]);
  assertEquals([one.bytesLeft, two.bytesLeft], [gib, gib]);
  two.give(58 * gib);
  assertEquals(one.bytesLeft, 59 * gib);
});

Deno.test("MemoryBudget throws for what is no count of bytes, and counts on as before", () => {
  const { one } = setUp();
  one.take(10);
  assertThrows(() => one.give(11), RangeError, "Cannot take -11 bytes: 10 are taken");
  for (const bytes of [NaN, 0.5, Infinity]) {
    assertThrows(() => one.take(bytes), RangeError);
    assertThrows(() => one.tryTake(bytes === Infinity ? -bytes : bytes), RangeError);
  }
  const account = openNoted(one, "account", [], 5);
  assertThrows(() => account.give(6), RangeError, "Cannot give 6 bytes back: 5 are held");
  assertEquals(one.takenBytes, 15);
});

Deno.test("MemoryBudget has the share of a worker that ended back", () => {
  const { region, one, two } = setUp();
  two.take(80 * STEP);
  assertEquals(one.tryTake(21 * STEP), false);
  // As the pool of workers does with what a worker has left behind.
  const ending = GAUGES.filter(({ endsWithWorker }) => endsWithWorker).map(({ name }) => name);
  for (const name of ending) region.words[region.gaugeWord(2, name)] = 0;
  assertEquals([one.bytesLeft, one.tryTake(100 * STEP)], [100 * STEP, true]);
});

Deno.test("MemoryBudget.giveLater() counts for another second", () => {
  const { one } = setUp();
  const account = openNoted(one, "account", [], 10);
  account.closeLater();
  assertEquals(account.bytes, 0);
  const taken = [0, 250, 500, 750, 1000].map((nowMs) => (one.tick(nowMs), one.takenBytes));
  assertEquals(taken, [10, 10, 10, 10, 0]);
});

Deno.test("MemoryAccount.tryTake() leaves a part of the budget to those that may use all of it", () => {
  const { one, two } = setUp();
  const accounts = [1, 2, 3].map(() => one.open({ giveUp() {} }, 0, 0.75));
  assertEquals(accounts.map((account) => account.tryTake(25 * STEP)), [true, true, true]);
  const late = two.open({ giveUp() {} }, 40 * STEP, 0.75);
  assertEquals([late.bytesLeft, late.tryTake(1)], [0, false]);
  const body = two.open({ giveUp() {} });
  assertEquals([body.bytesLeft, body.tryTake(25 * STEP)], [25 * STEP, true]);
});

Deno.test("MemoryAccount leaves to others what it does not need for what it may hold at least", () => {
  const left = (leastBytes: number) =>
    setUp().one.open({ giveUp() {} }, leastBytes * STEP, 0.75).bytesLeft / STEP;
  assertEquals([left(60), left(75), left(90), left(100), left(200)], [60, 75, 90, 100, 100]);
});

Deno.test("MemoryAccount.tryTake() takes a quarter of the budget, or what its request needs", () => {
  const { one } = setUp();
  const small = one.open({ giveUp() {} });
  const large = one.open({ giveUp() {} }, 60 * STEP);
  assertEquals([small.tryTake(25 * STEP + 1), small.tryTake(25 * STEP)], [false, true]);
  assertEquals([large.tryTake(60 * STEP), large.bytesLeft, small.bytesLeft], [true, 0, 0]);
  assertEquals([one.bytesLeft, large.bytes], [15 * STEP, 60 * STEP]);
  large.close();
  small.close();
  assertEquals([one.takenBytes, large.bytes, small.bytes], [0, 0, 0]);
});

Deno.test("MemoryBudget.tick() has the oldest give up first, then the largest, as many as it needs", () => {
  const { one } = setUp();
  const noted: string[] = [];
  openNoted(one, "old", noted, 20 * STEP);
  one.tick(3000);
  openNoted(one, "small", noted, 10 * STEP);
  openNoted(one, "large", noted, 24 * STEP);
  const moving = openNoted(one, "moving", noted, 20 * STEP);
  const touched = openNoted(one, "touched", noted, 20 * STEP);
  one.tick(5000);
  assertEquals(noted, []);
  moving.take(1);
  touched.touch();
  assertEquals(one.tryTake(20 * STEP), false);
  one.tick(5250);
  assertEquals(noted, ["old", "large"]);
  one.tick(5500);
  one.tick(9000);
  assertEquals(noted, ["old", "large"]);
});

Deno.test("MemoryBudget.tick() leaves alone who moved within a second", () => {
  const { one } = setUp();
  const noted: string[] = [];
  openNoted(one, "young", noted, 100 * STEP);
  assertEquals(one.tryTake(1), false);
  one.tick(999);
  assertEquals(noted, []);
  assertEquals(one.tryTake(1), false);
  one.tick(1000);
  assertEquals(noted, ["young"]);
});

Deno.test("MemoryBudget.tick() gives up what another worker went short for", () => {
  const { one, two } = setUp();
  const noted: string[] = [];
  openNoted(two, "of two", noted, 90 * STEP);
  assertEquals(one.tryTake(11 * STEP), false);
  one.tick(1000);
  two.tick(1100);
  assertEquals([noted, one.tryTake(11 * STEP)], [["of two"], true]);
});

Deno.test("MemoryBudget.tick() asks an account once that closes later", () => {
  const { one } = setUp();
  let asked = 0;
  const account = one.open({ giveUp: () => void asked++ }, 100 * STEP);
  account.take(100 * STEP);
  for (const nowMs of [1000, 2000, 3000]) {
    assertEquals(one.tryTake(1), false);
    one.tick(nowMs);
  }
  assertEquals(asked, 1);
});

Deno.test("MemoryBudget has the sum of all accounts of all workers, never less than 0", () => {
  const move = fc.record({
    who: fc.nat(5),
    what: fc.constantFrom("tryTake", "take", "give", "close", "closeLater", "tick"),
    bytes: fc.nat(40 * STEP),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 100 }), (moves) => {
      const { one, two, gauges } = setUp();
      const budgets = [one, two];
      const accounts = [0, 1, 2, 3, 4, 5].map((i) => openNoted(budgets[i % 2]!, "", []));
      const later = [0, 0];
      let nowMs = 0;
      for (const { who, what, bytes } of moves) {
        const account = accounts[who]!;
        if (what === "tick") budgets.forEach((budget) => budget.tick(nowMs += 125));
        else if (what === "close") account.close();
        else if (what === "closeLater") account.closeLater();
        else if (what === "give") account.give(Math.min(bytes, account.bytes));
        else if (what === "take") account.take(bytes);
        else {
          const { bytesLeft } = account;
          assertEquals(account.tryTake(bytes) || bytes > bytesLeft, true);
        }
        budgets.forEach((budget, i) => {
          const held = accounts.reduce((sum, { bytes }, j) => sum + (j % 2 === i ? bytes : 0), 0);
          later[i] = budget.takenBytes - held;
          assertEquals(later[i]! >= 0, true);
        });
        assertEquals(gauges(), budgets.map(({ takenBytes }) => Math.ceil(takenBytes / STEP)));
      }
      for (const account of accounts) account.close();
      for (let i = 0; i < 5; i++) budgets.forEach((budget) => budget.tick(nowMs += 250));
      assertEquals(gauges(), [0, 0]);
    }),
    { seed: 9, numRuns: 500 },
  );
});
