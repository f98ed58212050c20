// Where the calls of the C library are to be had, and that their lack is no error.

import { assertEquals } from "@std/assert";
import { libcPaths, libcSockets } from "../../../server/process/libc_sockets.ts";
import { LIBC_PATHS } from "../../../server/process/memory/libc_heap.ts";

Deno.test("libcPaths() gives the paths that may be called, on Linux", () => {
  assertEquals(libcPaths(), Deno.build.os === "linux" ? [...LIBC_PATHS] : []);
});

Deno.test({
  name: "libcPaths() and libcSockets() find nothing without the permission",
  ignore: Deno.build.os !== "linux",
  permissions: { ffi: false, read: true },
  fn() {
    assertEquals(libcPaths(), []);
    assertEquals(libcSockets(), undefined);
  },
});

Deno.test("libcSockets() finds nothing where there is no such library", () => {
  assertEquals(libcSockets(["/not/there/libc.so.6"]), undefined);
  assertEquals(libcSockets([]), undefined);
});
