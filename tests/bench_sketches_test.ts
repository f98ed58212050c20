// The benchmark of sketches in its tiny form, so that it cannot rot.
// Its figures are those of few items, so only that they are there is asked for.

import { assert, assertEquals } from "@std/assert";
import { versionOf } from "../bench/child_servers.ts";
import { parseOptions } from "../bench/types/options.ts";
import { benchmark, OWN, SHARED } from "../bench/types/sketches.ts";

const HAS_LOAD = await versionOf("redis-benchmark") !== undefined;

Deno.test("the benchmark of sketches in its tiny form measures errors and every operation", async () => {
  const printed: string[] = [];
  await benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
  assertEquals(printed.length, HAS_LOAD ? 2 : 1);
  assertEquals(printed[0]!.trim().split("\n").length, 2 + 9 + 3 + 1);
  if (!HAS_LOAD) return;
  for (const { name } of [...SHARED, ...OWN]) assert(printed[1]!.includes(`| ${name} |`), name);
});
