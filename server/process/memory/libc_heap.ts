// The C library, of which V8's buffers and Deno get their memory. What is freed there stays with the
// process, for later, until the library is asked to hand it back. Main asks, for all threads. It also
// tells how many files are open, sockets among them, which Deno does not.

import type { Heap } from "./heap_return.ts";

/** Where glibc lies on Debian and Ubuntu, on Fedora, and on Arch. The start task allows no other library. */
export const LIBC_PATHS: readonly string[] = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
];

/** Open files with larger numbers are not counted. */
const MAX_FILES = 2 ** 18;
/** In the second word of a pollfd, on a little-endian machine: the file is not open. */
const NOT_OPEN = 0x20 << 16;

/** The memory of the whole process, and its open files. */
export interface ProcessHeap extends Heap {
  /** How many files and sockets are open. Takes 0.3 ms for each 1,000 of them. */
  openFiles(): number;
}

/**
 * The C library of this process, if it is glibc and may be called (`--allow-ffi` with its path);
 * undefined otherwise: musl, macOS and Windows hand memory back by themselves.
 *
 * Source of malloc_trim(): man 3 malloc_trim. It takes a millisecond for each 10 MiB or so.
 * poll() says of each number whether a file has it: man 2 poll.
 */
export function libcHeap(paths: readonly string[] = LIBC_PATHS): ProcessHeap | undefined {
  if (Deno.build.os !== "linux") return undefined;
  for (const path of paths) {
    if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
    try {
      const { symbols } = Deno.dlopen(path, {
        malloc_trim: { parameters: ["usize"], result: "i32" },
        poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
        getdtablesize: { parameters: [], result: "i32" },
      });
      return {
        bytes: () => Deno.memoryUsage().rss,
        collect: () => void symbols.malloc_trim(0n),
        openFiles: () => {
          const count = Math.min(symbols.getdtablesize(), MAX_FILES);
          const files = new Int32Array(2 * count);
          for (let i = 0; i < count; i++) files[2 * i] = i;
          symbols.poll(files, BigInt(count), 0);
          let open = 0;
          for (let i = 0; i < count; i++) if ((files[2 * i + 1]! & NOT_OPEN) === 0) open++;
          return open;
        },
      };
    } catch {
      // Another machine's path.
    }
  }
  return undefined;
}
