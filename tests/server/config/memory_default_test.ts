// The default size of the region, on machines and in containers of several sizes.

import { assertEquals } from "@std/assert";
import { defaultMemoryBytes } from "../../../server/config/memory_default.ts";
import { GIB, MIB, parseSize } from "../../../server/config/units.ts";

Deno.test("defaultMemoryBytes() takes 70 % of the smaller limit, at most 1.4 GiB", () => {
  const table: [number, number | undefined, number][] = [
    [16 * GIB, undefined, parseSize("1.4GiB")!],
    [16 * GIB, 0, parseSize("1.4GiB")!],
    [16 * GIB, 2 ** 63, parseSize("1.4GiB")!],
    [16 * GIB, GIB, 716 * MIB],
    [GIB, 16 * GIB, 716 * MIB],
  ];
  for (const [totalMemoryBytes, containerMemoryBytes, expected] of table) {
    const limits = { totalMemoryBytes, containerMemoryBytes, cpus: 1 };
    assertEquals(defaultMemoryBytes(limits), expected);
  }
});
