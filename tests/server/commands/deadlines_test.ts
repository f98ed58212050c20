// Deadlines as Redis computes them: in 64 bits, and what an item cannot hold is the farthest it can.

import { assertEquals } from "@std/assert";
import { MAX_DEADLINE_MS } from "../../../cache/mod.ts";
import { deadlineAfter, deadlineAhead } from "../../../server/commands/deadlines.ts";
import { NOW_MS } from "../fixture.ts";

Deno.test("deadlineAfter() adds exactly, and refuses what has more than 64 bits", () => {
  const table: [number | bigint, number, number, number | undefined][] = [
    [5, 1000, NOW_MS, NOW_MS + 5000],
    [-5, 1000, NOW_MS, NOW_MS - 5000],
    [MAX_DEADLINE_MS, 1, 0, MAX_DEADLINE_MS],
    [MAX_DEADLINE_MS + 1, 1, 0, MAX_DEADLINE_MS],
    [MAX_DEADLINE_MS, 1, NOW_MS, MAX_DEADLINE_MS],
    [9223372036854775n, 1000, 0, MAX_DEADLINE_MS],
    [9223372036854775n, 1000, NOW_MS, undefined],
    [9223372036854776n, 1000, 0, undefined],
    [9223372036854775807n, 1, 0, MAX_DEADLINE_MS],
    [9223372036854775807n - BigInt(NOW_MS), 1, NOW_MS, MAX_DEADLINE_MS],
    [9223372036854775808n - BigInt(NOW_MS), 1, NOW_MS, undefined],
    [-9223372036854775n, 1000, 0, -9223372036854775000],
    [-9223372036854776n, 1000, NOW_MS, undefined],
    [-9223372036854775808n, 1, 0, -9223372036854775808],
  ];
  for (const [amount, unitMs, baseMs, expected] of table) {
    assertEquals(deadlineAfter(amount, unitMs, baseMs), expected, `${amount} ${unitMs} ${baseMs}`);
  }
});

Deno.test("deadlineAhead() refuses what is not above zero", () => {
  assertEquals(deadlineAhead(1, 1, 0), 1);
  assertEquals(deadlineAhead(0, 1, NOW_MS), undefined);
  assertEquals(deadlineAhead(-1, 1, NOW_MS), undefined);
  assertEquals(deadlineAhead(-9223372036854775n, 1000, NOW_MS), undefined);
});
