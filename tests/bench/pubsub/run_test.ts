// The benchmark of messages in its tiny form, so that it cannot rot: every server delivers all, and nothing is judged.

import { assertEquals } from "@std/assert";
import { benchmark, parseOptions } from "../../../bench/pubsub/run.ts";

Deno.test("the benchmark of messages in its tiny form loads every server and judges nothing", async () => {
  const printed: string[] = [];
  await benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
  assertEquals(printed.length, 1);
  const rows = printed[0]!.split("\n").slice(2).map((row) => row.split(" | ").slice(0, 3).join());
  const slabkv = rows.filter((row) => row.includes("slabkv"));
  assertEquals(slabkv, [64, 16, 1].flatMap((n) => [`| ${n},slabkv,1`, `| ${n},slabkv,2`]));
});
