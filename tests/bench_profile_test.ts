// What the profile of pipelines makes of what perf prints; measuring needs perf, and is not tested.

import { assertEquals, assertThrows } from "@std/assert";
import { groups, nameOf, parseProfile, readSamples } from "../bench/resp/profile.ts";

const PRINTED = `
# Overhead|Command|Shared Object|Symbol
 20.50%|worker-1        |[kernel.kallsyms]|[k] tcp_ack|-|-
 10.25%|worker-1|[JIT] tid 1|[.] JS:*'look file:///a/b/server/raw/read_ahead.ts:28:11
  9.00%|worker-1|perf-1.map|[.] JS:+'warm file:///a/b/cache/warming.ts:3:1
  5.00%|worker-1|deno|[.] 0x0000000003676abc
  4.00%|worker-1|[JIT] tid 1|[.] JS:*op_read ext:core/01_core.js:1:1
  3.00%|worker-1|[vdso]|[.] __vdso_clock_gettime
  2.00%|V8 DefaultWorke|deno|[.] 0x01
  1.00%|deno|libc.so.6|[.] malloc
  0.50%|worker-1|[JIT] tid 1|[.] JS:~'look file:///a/b/server/raw/read_ahead.ts:28:11
`;

Deno.test("groups() adds up the samples of perf by room and by what is below", () => {
  assertEquals(groups(readSamples(PRINTED)), [
    ["system: sockets, waking threads", 20.5],
    ["server/raw", 10.75],
    ["cache", 9],
    ["Deno, V8 and C library", 5],
    ["JavaScript of Deno", 4],
    ["system: reading the clock", 3],
    ["other threads: compiler and garbage collector", 2],
    ["other threads: main", 1],
  ]);
});

Deno.test("nameOf() shortens what perf calls a function", () => {
  const table = [
    [
      "JS:*'look file:///a/b/server/raw/read_ahead.ts:28:11",
      "look server/raw/read_ahead.ts:28:11",
    ],
    ["JS:* file:///a/x.ts:1:1", "(anonymous) file:///a/x.ts:1:1"],
    ["malloc", "malloc"],
  ] as const;
  for (const [symbol, name] of table) assertEquals(nameOf(symbol), name);
});

Deno.test("parseProfile() refuses commands that it does not know, and numbers out of bounds", () => {
  assertEquals(parseProfile(["--help"]), undefined);
  assertEquals(parseProfile(["--command", "set", "--pipeline=64"])?.kind, "set");
  assertThrows(() => parseProfile(["--command", "del"]), RangeError, "expected get or set");
  assertThrows(() => parseProfile(["--pipeline", "0"]), RangeError, "--pipeline 0");
});
