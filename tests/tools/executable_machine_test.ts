// The kinds of machines that executables are for: heads made by hand, and that of Deno itself.

import { assertEquals } from "@std/assert";
import { machineOf, machineOfFile } from "../../tools/executable_machine.ts";

/** The first bytes of a file, with these values at these places. */
function head(...values: [at: number, value: number, bytes: 2 | 4][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(256));
  for (const [at, value, bytes] of values) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

Deno.test("machineOf() reads the heads of ELF, Mach-O and PE", () => {
  const table: [Uint8Array, string | undefined][] = [
    [head([0, 0x464c457f, 4], [18, 0x3e, 2]), "x86_64-unknown-linux-gnu"],
    [head([0, 0x464c457f, 4], [18, 0xb7, 2]), "aarch64-unknown-linux-gnu"],
    [head([0, 0xfeedfacf, 4], [4, 0x01000007, 4]), "x86_64-apple-darwin"],
    [head([0, 0xfeedfacf, 4], [4, 0x0100000c, 4]), "aarch64-apple-darwin"],
    [
      head([0, 0x5a4d, 2], [60, 128, 4], [128, 0x4550, 4], [132, 0x8664, 2]),
      "x86_64-pc-windows-msvc",
    ],
    [head([0, 0x5a4d, 2], [60, 1e6, 4]), undefined],
    [head([0, 0x464c457f, 4]), undefined],
    [new TextEncoder().encode("#!/bin/sh\n"), undefined],
  ];
  for (const [bytes, machine] of table) assertEquals(machineOf(bytes), machine);
});

Deno.test("machineOfFile() knows the Deno that runs this", async () => {
  assertEquals(await machineOfFile(Deno.execPath()), Deno.build.target);
});
