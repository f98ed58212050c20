// The C library's memory, which V8's buffers and Deno come from. What is freed there stays with the
// process, for later, until the library is asked to hand it back. Main asks, for all threads.

import type { Heap } from "./heap_return.ts";

/** Where glibc lies on Debian and Ubuntu, on Fedora, and on Arch. The start task allows no other library. */
export const LIBC_PATHS: readonly string[] = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
];

/**
 * The C library of this process, if it is glibc and may be called (`--allow-ffi` with its path);
 * undefined otherwise: musl, macOS and Windows hand memory back by themselves.
 *
 * Source of malloc_trim(): man 3 malloc_trim. It takes a millisecond for each 10 MiB or so.
 */
export function libcHeap(paths: readonly string[] = LIBC_PATHS): Heap | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const path of paths) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      const { symbols } = Deno.dlopen(path, {
        malloc_trim: { parameters: ["usize"], result: "i32" },
      });
      return {
        bytes: () => Deno.memoryUsage().rss,
        collect: () => void symbols.malloc_trim(0n),
      };
    } catch {
      // Another machine's path.
    }
  }
  return undefined;
}
