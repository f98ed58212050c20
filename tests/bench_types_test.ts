// The benchmark of data types in its tiny form, so that it cannot rot, and what it makes of figures.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { versionOf } from "../bench/child_servers.ts";
import { pairTraffic } from "../bench/types/measure.ts";
import { OPERATIONS, PAIRS } from "../bench/types/operations.ts";
import { parseOptions } from "../bench/types/options.ts";
import { type Cell, memoryLines, memoryTable, table, targetLines } from "../bench/types/report.ts";
import { benchmark } from "../bench/types/run.ts";

const HAS_LOAD = await versionOf("redis-benchmark") !== undefined;

Deno.test({
  name: "benchmark() in its tiny form measures every operation and counts bytes",
  ignore: !HAS_LOAD,
  fn: async () => {
    const printed: string[] = [];
    await benchmark(parseOptions(["--tiny"])!, (text) => printed.push(text));
    assertEquals(printed.length, 2);
    for (const { name } of [...OPERATIONS, ...PAIRS]) assert(printed[0]!.includes(name), name);
    assertEquals(printed[1]!.split("\n").length, 2 + 5 * 2);
  },
});

Deno.test({
  name: "benchmark() refuses a part that is none",
  ignore: !HAS_LOAD,
  fn: async () => {
    const options = parseOptions(["NONE"])!;
    await assertRejects(() => benchmark(options, () => {}), RangeError, "Cannot measure NONE");
  },
});

Deno.test("pairTraffic() undoes in each block what it has done", () => {
  const { requests, requestBytes, replyBytes } = pairTraffic(PAIRS[1]!, 10);
  const block = new TextDecoder().decode(requests.subarray(0, requestBytes));
  const wordsOf = (name: string) =>
    [...block.matchAll(new RegExp(`${name}\r\n\\$6\r\nset:10\r\n\\$16\r\n(.{16})`, "g"))]
      .map(([, member]) => member);
  assertEquals(wordsOf("SADD").length, 8);
  assertEquals(wordsOf("SADD"), wordsOf("SREM"));
  assertEquals(replyBytes, 16 * 4);
});

Deno.test("targetLines() and memoryLines() say PASS, MISS, or OPEN without Redis", () => {
  const cell = (size: number, perSecond: number, cpuUs: number): Cell => ({
    name: "ZRANK",
    size,
    slabkv: [{ perSecond, cpuUs }],
    redis: [{ perSecond: 100, cpuUs: 1 }],
  });
  const verdicts = (lines: string[]) => lines.map((line) => line.slice(0, 4)).join(" ");
  const good = [cell(1_000, 100, 1), cell(100_000, 120, 2)];
  assertEquals(verdicts(targetLines(good)), "PASS PASS PASS");
  assertEquals(
    verdicts(targetLines([cell(1_000, 99, 1), cell(100_000, 90, 2.1)])),
    "MISS MISS MISS",
  );
  assertEquals(verdicts(targetLines([{ ...cell(10, 9, 1), redis: undefined }])), "OPEN");
  assert(table(good).includes("| ZRANK | 100,000 | 120 | 100 | 1.20 | 2.00 | 1.00 | 2.00 |"));
  const memory = { type: "set", size: 10, slabkv: 12, redis: 10 };
  assertEquals(
    verdicts(memoryLines([memory, { ...memory, slabkv: 12.1 }, { ...memory, redis: undefined }])),
    "PASS MISS OPEN",
  );
  assert(memoryTable([memory]).includes("| set | 10 | 12.0 | 10.0 | 1.20 |"));
});
