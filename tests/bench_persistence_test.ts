// The benchmark of persistence in its tiny form, so that it cannot rot, and its parts that no speed of the
// machine decides.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { askText } from "../bench/resp/load.ts";
import { expectItems, storeItems } from "../bench/persistence/numbered_items.ts";
import { parseOptions } from "../bench/persistence/options.ts";
import { benchmark, PARTS } from "../bench/persistence/run.ts";
import { Servers } from "../bench/persistence/servers.ts";

const TINY = parseOptions(["--tiny"])!;

/** Runs a part in its tiny form; returns the first column of what it prints. */
async function printedBy(part: string): Promise<string[]> {
  const printed: string[] = [];
  await benchmark({ ...TINY, parts: [part] }, (text) => printed.push(text));
  assertEquals(printed.length, 1);
  const [title, , , , ...rows] = printed[0]!.trim().split("\n");
  assertEquals(title, `### ${part}`);
  return rows.map((row) => row.split(" | ")[0]!.slice(2));
}

/** What each part says at least of slabkv. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  everysec: [
    "HTTP PUT: throughput with everysec against without",
    "RESP SET, pipeline 64: throughput with everysec against without",
  ],
  always: ["slabkv always: 64 clients against one"],
  copies: ["longest hold of a lock for a copy", "items that did not come back"],
  hits: [],
  lag: ["from answer to kernel, SET in pipelines of 64: longest"],
  snapshot: ["p99 of others while snapshots are made, against undisturbed", "more memory"],
  start: ["slabkv, 2000 items of 16 + 512 bytes from a snapshot: start to first answer"],
};

for (const [part, wanted] of Object.entries(SAID)) {
  Deno.test(`benchmark() in its tiny form runs ${part}`, async () => {
    const said = await printedBy(part);
    assertEquals(wanted.filter((what) => !said.includes(what)), []);
  });
}

Deno.test("every part of the benchmark of persistence runs here", () => {
  assertEquals(Object.keys(SAID).sort(), Object.keys(PARTS).sort());
});

Deno.test("storeItems() stores values of any size, and expectItems() misses what is not as it was stored", async () => {
  await using servers = new Servers(TINY);
  const { port } = await servers.startSlabkv({ name: "slabkv", memory: "64MiB", args: [] });
  for (const valueBytes of [1, 20, 100, 512]) {
    await storeItems(port, { count: 5000, valueBytes });
    await expectItems(port, { count: 5000, valueBytes }, 5000);
  }
  const items = { count: 5000, valueBytes: 512 };
  await askText(port, "SET key:000000005000 x");
  await assertRejects(() => expectItems(port, items, 5000), Error, "5001 keys are there");
  await assertRejects(
    () => expectItems(port, { count: 5001, valueBytes: 511 }, 5001),
    Error,
    "Wrong answer",
  );
});

Deno.test("benchmark() refuses parts that are none, and parseOptions() numbers out of bounds", async () => {
  const options = { ...TINY, parts: ["sometimes"] };
  await assertRejects(() => benchmark(options, () => {}), RangeError, "Cannot run sometimes");
  assertThrows(() => parseOptions(["--items", "0"]), RangeError, "--items 0");
});
