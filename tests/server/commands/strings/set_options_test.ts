// The options of SET: every form becomes one condition and one absolute deadline, or a refusal.

import { assertEquals } from "@std/assert";
import { Condition, KEEP_DEADLINE, MAX_DEADLINE_MS } from "../../../../cache/mod.ts";
import { SetOptions } from "../../../../server/commands/strings/set_options.ts";
import { argsOf, NOW_MS } from "../../fixture.ts";

const { none, absent, present, version } = Condition;

Deno.test("SetOptions.parse() resolves options in any order and case", () => {
  const table: [string, [deadlineMs: number, condition: Condition, version: number]][] = [
    ["", [0, none, 0]],
    ["NX", [0, absent, 0]],
    ["xx", [0, present, 0]],
    ["IfVersion 281474976710655", [0, version, 2 ** 48 - 1]],
    ["EX 10", [NOW_MS + 10_000, none, 0]],
    ["px 10", [NOW_MS + 10, none, 0]],
    ["EXAT 1800000000", [1_800_000_000_000, none, 0]],
    ["PXAT 1", [1, none, 0]],
    [`PXAT ${MAX_DEADLINE_MS}`, [MAX_DEADLINE_MS, none, 0]],
    [`PXAT ${MAX_DEADLINE_MS + 1}`, [MAX_DEADLINE_MS, none, 0]],
    ["KEEPTTL", [KEEP_DEADLINE, none, 0]],
    ["NX NX", [0, absent, 0]],
    ["EX 1 EX 2", [NOW_MS + 2000, none, 0]],
    ["KEEPTTL KEEPTTL", [KEEP_DEADLINE, none, 0]],
    ["NX EX 1", [NOW_MS + 1000, absent, 0]],
    ["EX 1 NX", [NOW_MS + 1000, absent, 0]],
    ["IFVERSION 3 KEEPTTL", [KEEP_DEADLINE, version, 3]],
  ];
  for (const [text, [deadlineMs, condition, number]] of table) {
    const args = argsOf("k", "v", ...text.split(" ").filter((token) => token !== ""));
    const parsed = SetOptions.parse(args, 2, NOW_MS) as SetOptions;
    const found = [parsed.deadlineMs, parsed.condition, parsed.version];
    assertEquals(found, [deadlineMs, condition, number], text);
  }
});

Deno.test("SetOptions.parse() refuses what it does not know or cannot carry out", () => {
  const table: Record<string, string[]> = {
    syntax: [
      "FROB",
      "__proto__",
      "constructor",
      "EX",
      "IFVERSION",
      "NX XX",
      "XX IFVERSION 1",
      "EX 1 PX 1",
      "IFVERSION 1 IFVERSION 1",
      "EX 1 EX",
      "EX 1 KEEPTTL",
      "A-TOKEN-THAT-IS-MUCH-TOO-LONG",
    ],
    notInteger: ["EX x", "EX 1.5", "PX 9223372036854775808", "IFVERSION -1", "IFVERSION x"],
    badExpire: ["EX 0", "PX -1", "EXAT 0", "EX 9223372036854775807"],
  };
  for (const [problem, texts] of Object.entries(table)) {
    for (const text of texts) {
      const args = argsOf("k", "v", ...text.split(" "));
      assertEquals(SetOptions.parse(args, 2, NOW_MS), problem as "syntax", text);
    }
  }
});
