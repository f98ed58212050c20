// The input of a raw connection: small while idle, larger for busy clients and long commands as far
// as the budget goes, and everything given back.

import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { INPUT_BYTES, InputBuffer } from "../../../server/raw/input_buffer.ts";
import { newRegion } from "../fixture.ts";

const KIB = 1024;

function setUp(budgetBytes: number) {
  const budget = new MemoryBudget(newRegion(), 1, budgetBytes);
  const input = new InputBuffer(budget.open({ giveUp() {} }, budgetBytes));
  return { input, taken: () => budgetBytes - budget.bytesLeft };
}

/** As if a read had filled the buffer, and commands had used `used` bytes of it. */
function fill(input: InputBuffer, used: number): boolean {
  const count = input.bytes.length - input.end;
  input.bytes.fill(7, input.end);
  input.end += count;
  input.at = used;
  return input.settle(count);
}

Deno.test("InputBuffer.settle() grows for a busy client up to a quarter of the budget", () => {
  const { input, taken } = setUp(100 * KIB);
  for (let i = 0; i < 5; i++) assertEquals(fill(input, input.bytes.length), true);
  assertEquals(input.bytes.length, 16 * KIB);
  assertEquals(taken(), 16 * KIB - INPUT_BYTES);
  input.drop();
  assertEquals([input.bytes.length, taken()], [INPUT_BYTES, 0]);
});

Deno.test("InputBuffer.settle() grows for pipelines that do not fit, whose last command is cut off", () => {
  const { input, taken } = setUp(100 * KIB);
  const read = (count: number) => {
    input.at = input.end = count;
    assertEquals(input.settle(count), true);
    return input.bytes.length;
  };
  assertEquals(fill(input, INPUT_BYTES - 46), true);
  assertEquals([read(700), input.bytes.length], [INPUT_BYTES, INPUT_BYTES]);
  assertEquals(fill(input, INPUT_BYTES - 46), true);
  assertEquals([input.bytes.length, input.end, input.at], [2 * INPUT_BYTES, 46, 0]);
  // The rest of it, then whole ones, then little.
  assertEquals([700, 5000, 5000, 100].map(read), [8 * KIB, 8 * KIB, 8 * KIB, INPUT_BYTES]);
  assertEquals(taken(), 0);
});

Deno.test("InputBuffer.settle() does not grow while more than half is one command's that is not complete", () => {
  const { input } = setUp(100 * KIB);
  assertEquals(fill(input, INPUT_BYTES / 4), true);
  assertEquals([input.bytes.length, input.end], [INPUT_BYTES, 3 * INPUT_BYTES / 4]);
});

Deno.test("InputBuffer.settle() gives back what it grew by for bytes that were skipped, however the last ones came", () => {
  const { input, taken } = setUp(400 * KIB);
  const grow = () => {
    while (input.bytes.length < 64 * KIB) assertEquals(fill(input, input.bytes.length), true);
    input.hasSkipped = true;
  };
  for (const count of [100, 20 * KIB, 50 * KIB]) {
    grow();
    input.at = input.end = count;
    assertEquals([input.settle(count), input.bytes.length, taken()], [true, INPUT_BYTES, 0]);
  }
  // Behind it the beginning of a command, which is kept.
  grow();
  input.end = 30 * KIB;
  input.at = 30 * KIB - 10;
  assertEquals([input.settle(30 * KIB), input.end, input.bytes.length], [true, 10, 64 * KIB]);
  input.at = input.end = 20 * KIB;
  assertEquals([input.settle(20 * KIB), taken(), input.hasSkipped], [true, 0, false]);
});

Deno.test("InputBuffer.settle() grows for a long command, and keeps what has come of it", () => {
  const { input, taken } = setUp(100 * KIB);
  input.needed = 50 * KIB;
  assertEquals(fill(input, 4), true);
  assertEquals([input.bytes.length, input.end, input.at], [52 * KIB, INPUT_BYTES - 4, 0]);
  assertEquals(input.bytes.subarray(0, input.end).every((byte) => byte === 7), true);
  assertEquals(taken(), 52 * KIB - INPUT_BYTES);
});

Deno.test("InputBuffer.settle() refuses a full buffer that the budget has nothing left for", () => {
  const { input, taken } = setUp(3 * KIB);
  assertEquals(fill(input, 0), false);
  assertEquals([input.bytes.length, taken()], [INPUT_BYTES, 0]);
});
