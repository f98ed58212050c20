/**
 * Tests of reading the summary of `deno test`, which is what decides whether a run did well.
 * The outputs are as Deno 2.9 prints them.
 */

import { assertEquals } from "@std/assert";
import { readSummary } from "../../tools/test.ts";

Deno.test("readSummary() reads a run that did well", () => {
  const output =
    "running 2 tests from ./a_test.ts\na ... ok (1ms)\n\nok | 2 passed | 0 failed (4ms)\n";
  assertEquals(readSummary(output), { passed: 2, failed: 0 });
});

Deno.test("readSummary() reads steps, failures and ignored tests in color", () => {
  const output =
    "\x1b[0m\x1b[31mFAILED\x1b[0m | 3 passed (2 steps) | 1 failed (1 step) | 1 ignored " +
    "\x1b[0m\x1b[38;5;245m(4ms)\x1b[0m\n";
  assertEquals(readSummary(output), { passed: 3, failed: 1 });
});

Deno.test("readSummary() takes the last summary, not one that a test printed", () => {
  const output = "ok | 9 passed | 0 failed (1ms)\nFAILED | 1 passed | 2 failed (1ms)\n";
  assertEquals(readSummary(output), { passed: 1, failed: 2 });
});

Deno.test("readSummary() finds nothing where tests did not run", () => {
  assertEquals(readSummary("error: Module not found\n"), undefined);
});
