// The fuzzers in their smallest form, and that they would notice: a codec with a mistake is found.

import { assertThrows } from "@std/assert";
import { Finding, fuzz } from "../bench/fuzz/run.ts";
import { TARGETS } from "../bench/fuzz/targets.ts";

for (const target of TARGETS) {
  Deno.test(`fuzzing ${target.name} breaks no rule`, () => fuzz(target, 2000, 7171));
}

Deno.test("fuzz() finds a codec that cannot bear some input, and shows it", () => {
  const check = (input: Uint8Array) => {
    if (input.includes(0x22) && input.length % 7 === 0) throw new Error("out of range");
  };
  const broken = { name: "broken", samples: ['{"key":"k"}', "abc"], pieces: ['"'], check };
  assertThrows(() => fuzz(broken, 10_000, 7171), Finding, "out of range");
});
