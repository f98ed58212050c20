// The benchmark of job queues on streams in a short form, so that it cannot rot.

import { assert, assertEquals } from "@std/assert";
import { benchmark, parseOptions } from "../../../bench/streams/jobs.ts";

Deno.test("benchmark() of job queues adds, takes and ends jobs", async () => {
  const printed: string[] = [];
  await benchmark(parseOptions(["--seconds", "0.2", "--rounds", "1"])!, (text) => {
    printed.push(text);
  });
  assertEquals(printed.length, 1);
  const rate = /^\| slabkv +\| +([\d,]+) /m.exec(printed[0]!);
  assert(rate !== null && rate[1] !== "0", printed[0]);
});
