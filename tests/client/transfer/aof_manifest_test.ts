// Manifests of append-only files: which files there are and in which order, and what is no manifest.

import { assertEquals } from "@std/assert";
import { parseManifest } from "../../../client/transfer/aof_manifest.ts";

Deno.test("parseManifest() gives base and increments in order", () => {
  const cases: [string, readonly string[] | string][] = [
    [
      "file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\nfile a.2.incr.aof seq 2 type i\n",
      ["a.1.base.rdb", "a.1.incr.aof", "a.2.incr.aof"],
    ],
    ["# comment\nfile old seq 1 type h\n\nfile a seq 7 type i\r\n", ["a"]],
    ['file "a \\"b\\"\\x41.aof" seq 1 type i\n', ['a "b"A.aof']],
    ["FILE a SEQ 1 TYPE b offset 5\n", ["a"]],
    ["", "it names no file"],
    ["file a seq x type b\n", "line 1 is no file"],
    ["file ../a seq 1 type b\n", "line 1 is no file"],
    ["file a seq 1\n", "line 1 has no known type"],
    ["file a seq\n", "line 1 is no file"],
    ["file a seq 1 type z\n", "line 1 has no known type"],
    ["file a seq 1 type b\nfile b seq 2 type b\n", "line 2 is a second base"],
    ["file a seq 2 type i\nfile b seq 1 type i\n", "its increments are not in order"],
  ];
  for (const [text, expected] of cases) {
    const found = parseManifest(text);
    assertEquals(typeof found === "string" ? found : found.names, expected);
  }
});
