// Accepting raw connections: which errors are the client's own.

import { assertEquals } from "@std/assert";
import { isReset } from "../../../server/raw/raw_listener.ts";

Deno.test("isReset() tells clients that have gone from a lack of file descriptors", () => {
  const table: [unknown, boolean][] = [
    [new Deno.errors.NotConnected("Transport endpoint is not connected (os error 107)"), true],
    [new Deno.errors.ConnectionAborted(), true],
    [new Deno.errors.ConnectionReset(), true],
    [new Error("Transport endpoint is not connected (os error 107)"), true],
    [new Error("Too many open files (os error 24)"), false],
    [new Deno.errors.PermissionDenied(), false],
    ["os error 107", false],
  ];
  for (const [error, expected] of table) assertEquals(isReset(error), expected, String(error));
});
