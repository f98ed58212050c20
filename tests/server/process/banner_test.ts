// The banner: addresses as clients write them, and a capacity that the region can keep.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { Cache, readStats, Region } from "../../../cache/mod.ts";
import {
  addressOf,
  bannerFields,
  bannerText,
  capacityItems,
} from "../../../server/process/banner.ts";
import { configOf, newCache } from "../fixture.ts";

const listens = [
  { hostname: "127.0.0.1", port: 7171 },
  { hostname: "", port: 0, unixPath: "/run/slabkv.sock" },
];

function factsOf(...args: string[]) {
  const config = configOf("--memory", "8MiB", ...args);
  return { cache: newCache(), config, listens, workers: 1, maxWorkers: 4 };
}

Deno.test("addressOf() writes addresses as clients do", () => {
  assertEquals(addressOf(listens[0]!), "http://127.0.0.1:7171");
  assertEquals(addressOf({ hostname: "::1", port: 1 }), "http://[::1]:1");
  const tls = { hostname: "a.example", port: 443, cert: "c", key: "k" };
  assertEquals(addressOf(tls), "https://a.example:443");
  assertEquals(addressOf(listens[1]!), "unix:/run/slabkv.sock");
});

Deno.test("capacityItems() is about what a region holds of such items when it is full", () => {
  for (const bytes of [64, 150, 160, 224]) {
    const facts = factsOf("--average-item", String(bytes));
    const region = Region.create({ memoryBytes: 8 * 2 ** 20, averageItemBytes: bytes });
    const cache = new Cache(region, 0);
    // The header has 20 bytes and the key 8.
    const value = new Uint8Array(bytes - 28);
    for (let i = 0; i < 2 * 8 * 2 ** 20 / bytes; i++) {
      cache.put(new TextEncoder().encode(String(i).padStart(8, "0")), value);
    }
    const { items, evictions } = readStats(cache);
    assert(evictions > 0, "the region is not full");
    assertAlmostEquals(items / capacityItems({ ...facts, cache }), 1, 0.1, `${bytes} bytes`);
  }
});

Deno.test("capacityItems() shrinks as items grow", () => {
  const [small, large] = ["128", "512"].map((size) =>
    capacityItems(factsOf("--average-item", size))
  ) as [number, number];
  assertEquals(small > 2 * large && large > 0, true);
  assertEquals(large * 512 < 8 * 2 ** 20, true);
});

Deno.test("bannerText() and bannerFields() name the data dir, if there is one", () => {
  const without = factsOf();
  assertEquals(bannerText(without).includes("  data "), false);
  assertEquals("dataDir" in bannerFields(without), false);
  const config = configOf("--data-dir", "/var/lib/slabkv", "--fsync", "always");
  const facts = { ...without, config };
  assertStringIncludes(bannerText(facts), "\n  data       /var/lib/slabkv, --fsync always\n");
  const { dataDir, fsync } = bannerFields(facts);
  assertEquals([dataDir, fsync], ["/var/lib/slabkv", "always"]);
});

Deno.test("bannerText() and bannerFields() say the same", () => {
  const facts = factsOf();
  const items = capacityItems(facts);
  assertEquals(bannerText(facts).split("\n").slice(1), [
    "  listening  http://127.0.0.1:7171",
    "  listening  unix:/run/slabkv.sock",
    "  memory     8MiB in 8 shards",
    `  capacity   ${items.toLocaleString("en-US")} items of 160 bytes`,
    "  workers    1, up to 4 under load",
    "  dashboard  http://127.0.0.1:7171/",
    `  try        curl -d '{"key":"k","value":"v"}' http://127.0.0.1:7171/put`,
  ]);
  const { addresses, memoryBytes, capacityItems: capacity, workers, workersMax } = bannerFields(
    facts,
  );
  assertEquals({ addresses, memoryBytes, capacity, workers, workersMax }, {
    addresses: ["http://127.0.0.1:7171", "unix:/run/slabkv.sock"],
    memoryBytes: 8 * 2 ** 20,
    capacity: items,
    workers: 1,
    workersMax: 4,
  });
});

Deno.test("bannerText() names the dashboard where there is one that a browser can open", () => {
  const hasDashboard = (facts: ReturnType<typeof factsOf>) =>
    bannerText(facts).includes("\n  dashboard  ");
  assertEquals(hasDashboard(factsOf("--dashboard", "read")), true);
  assertEquals(hasDashboard(factsOf("--dashboard", "off")), false);
  assertEquals(hasDashboard({ ...factsOf(), listens: listens.slice(1) }), false);
});

Deno.test("bannerText() sends a token with the command to try where one is asked for, and does not show it", () => {
  const lines = bannerText(factsOf("--token", "geheim")).split("\n");
  assertEquals(
    lines.at(-1),
    '  try        curl -H "Authorization: Bearer $SLABKV_TOKEN" ' +
      `-d '{"key":"k","value":"v"}' http://127.0.0.1:7171/put`,
  );
  assertEquals(lines.filter((line) => line.includes("geheim")), []);
});
