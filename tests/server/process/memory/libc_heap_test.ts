// Memory that the C library keeps goes back to the system when it is asked; where it cannot be asked nothing happens.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { LIBC_PATHS, libcHeap } from "../../../../server/process/memory/libc_heap.ts";

const MIB = 1024 * 1024;
/** Below the size from which the C library maps each piece by itself. */
const PIECE_BYTES = 64 * 1024;
const PIECES = 1600;

Deno.test("libcHeap() is undefined where no path is a library", () => {
  assertEquals(libcHeap([]), undefined);
  assertEquals(libcHeap(["/nowhere/libc.so.6"]), undefined);
});

const heap = libcHeap();
Deno.test({
  name: "collect() hands freed pieces between used ones back to the system",
  ignore: heap === undefined,
  fn: () => {
    const pieces = Array.from({ length: PIECES }, () => new Uint8Array(PIECE_BYTES).fill(1).buffer);
    const fullBytes = heap!.bytes();
    for (let i = 0; i < PIECES; i++) if (i % 8 !== 0) pieces[i]!.transfer(0);
    heap!.collect();
    const freedBytes = fullBytes - heap!.bytes();
    assert(freedBytes > 50 * MIB, `${freedBytes} bytes of ${fullBytes} went back`);
    assertEquals(pieces[0]!.byteLength, PIECE_BYTES);
  },
});

/** Files that other threads of this process may open and close meanwhile. */
const OTHER_FILES = 50;

Deno.test({
  name: "openFiles() counts files and sockets that are open, and not those that were",
  ignore: heap === undefined,
  fn: async () => {
    const before = heap!.openFiles();
    const files = await Promise.all(Array.from({ length: 400 }, () => Deno.open("/dev/null")));
    assertAlmostEquals(heap!.openFiles(), before + 400, OTHER_FILES);
    for (const file of files.slice(0, 200)) file.close();
    assertAlmostEquals(heap!.openFiles(), before + 200, OTHER_FILES);
    for (const file of files.slice(200)) file.close();
  },
});

Deno.test("the start tasks may open the C library and no other", async () => {
  const file = new URL("../../../../deno.json", import.meta.url);
  const { tasks } = JSON.parse(await Deno.readTextFile(file));
  for (const name of ["start", "dev"]) {
    const flags = tasks[name].command.split(" ").filter((word: string) => word.includes("ffi"));
    assertEquals(flags, [`--allow-ffi=${LIBC_PATHS.join(",")}`]);
  }
});
