// Permissions of sockets, as options give them.

import { assertEquals } from "@std/assert";
import { optionalMode } from "../../../server/config/path_kinds.ts";

Deno.test("optionalMode() reads permissions in octal, with a 0 before them or without", () => {
  const kind = optionalMode();
  assertEquals([kind.parse("660"), kind.parse("0600")], [0o660, 0o600]);
  assertEquals([kind.format(0o660), kind.format(0o7), kind.format(undefined)], [
    "0660",
    "0007",
    "",
  ]);
  for (const text of ["", "66", "888", "1777", "0o660", "rw-rw----", "06600"]) {
    assertEquals(kind.parse(text), undefined, text);
  }
});
