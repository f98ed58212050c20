// The calls of the C library by which a worker sends answers at once: three of them, and no more can be
// had once it has begun to serve. Knows no connection.

import type { SocketCalls } from "../raw/direct_send.ts";
import { LIBC_PATHS } from "./memory/libc_heap.ts";

/** Where the C library may be called. */
export function libcPaths(paths: readonly string[] = LIBC_PATHS): string[] {
  if (Deno.build.os !== "linux") return [];
  return paths.filter((path) => {
    return Deno.permissions.querySync({ name: "ffi", path }).state === "granted";
  });
}

/**
 * The calls, if this process has glibc and may call it (`--allow-ffi` with its path), on Linux, whose
 * numbers they are given; undefined otherwise.
 */
export function libcSockets(paths: readonly string[] = LIBC_PATHS): SocketCalls | undefined {
  for (const path of libcPaths(paths)) {
    try {
      const { symbols } = Deno.dlopen(path, {
        // A buffer has less than 2 GiB, so that the low half of what it returns is all of it.
        send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
        getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
        getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
      });
      return symbols;
    } catch {
      // Another machine's path.
    }
  }
  return undefined;
}
