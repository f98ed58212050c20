// The benchmark of scripts in its tiny form, so that it cannot rot.

import { assert, assertRejects } from "@std/assert";
import { versionOf } from "../bench/child_servers.ts";
import { benchmark } from "../bench/scripts/run.ts";
import { parseOptions } from "../bench/types/options.ts";
import { SCRIPTS } from "../bench/scripts/scripts.ts";

const ignore = await versionOf("redis-benchmark") === undefined;

Deno.test({
  name: "benchmark() of scripts in its tiny form measures every script",
  ignore,
  fn: async () => {
    const printed: string[] = [];
    await benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
    for (const { name } of SCRIPTS) assert(printed[0]!.includes(name), name);
  },
});

Deno.test({
  name: "benchmark() of scripts refuses a part that is none",
  ignore,
  fn: async () => {
    const options = parseOptions(["nothing"])!;
    await assertRejects(() => benchmark(options, () => {}), RangeError, "Cannot measure nothing");
  },
});
