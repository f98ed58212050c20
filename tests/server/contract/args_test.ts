// Checks Args alone: what is pushed can be read back, buffers grow and shrink, and foreign buffers
// are not written to.

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Args, SCRATCH_BYTES } from "../../../server/contract/args.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function texts(args: Args): string[] {
  return Array.from({ length: args.count }, (_, i) => {
    const start = args.starts[i]!;
    return decoder.decode(args.bytes.subarray(start, start + args.lengths[i]!));
  });
}

Deno.test("Args.pushText() keeps every well-formed string", () => {
  const args = new Args();
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.string({ maxLength: 200 }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (list) => {
      args.reset();
      for (const one of list) args.pushText(one);
      assertEquals(texts(args), list);
    }),
    { numRuns: 200, seed: 7171 },
  );
});

Deno.test("Args.pushText() agrees on both sides of the length where the encoder takes over", () => {
  const args = new Args();
  const list: string[] = [];
  for (let length = 60; length < 70; length++) {
    for (const last of ["a", "é", "€", "😀"]) list.push("a".repeat(length - 1) + last);
  }
  for (const one of list) args.pushText(one);
  assertEquals(texts(args), list);
});

Deno.test("Args.push() grows the places and keeps those that are there", () => {
  const args = new Args();
  args.over(new Uint8Array(8));
  for (let i = 0; i < 1000; i++) args.push(i, i * 2);
  assertEquals(args.count, 1000);
  for (let i = 0; i < 1000; i++) assertEquals([args.starts[i], args.lengths[i]], [i, i * 2]);
});

Deno.test("Args.reset() shrinks a scratch buffer that grew and forgets the arguments", () => {
  const args = new Args();
  args.pushAscii("first");
  args.pushText("x".repeat(SCRATCH_BYTES));
  assertEquals(texts(args), ["first", "x".repeat(SCRATCH_BYTES)]);
  args.reset();
  assertEquals([args.bytes.length, args.count], [SCRATCH_BYTES, 0]);
});

Deno.test("Args.bytesOf() is a view of an argument, Args.copyOf() a copy", () => {
  const args = new Args();
  args.over(Uint8Array.of(1, 2, 3, 4));
  args.push(0, 0);
  args.push(1, 2);
  const [view, copy] = [args.bytesOf(1), args.copyOf(1)];
  args.bytes[1] = 9;
  assertEquals([[...view], [...copy]], [[9, 3], [2, 3]]);
  assertEquals([args.bytesOf(0).length, args.copyOf(0).length], [0, 0]);
});

Deno.test("Args.over() points at the given buffer and refuses to write there", () => {
  const args = new Args();
  const body = new TextEncoder().encode("abcdef");
  args.over(body);
  args.push(1, 3);
  assertStrictEquals(args.bytes, body);
  assertEquals(texts(args), ["bcd"]);
  assertThrows(() => args.pushText("x"), Error, "foreign buffer");
  args.reset();
  args.pushBytes(body, 2, 2);
  args.pushAscii("PX");
  args.pushText("");
  assertEquals(texts(args), ["cd", "PX", ""]);
});
