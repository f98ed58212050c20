// The journal of the kill harness: what it accepts after a crash, and that it accepts nothing else.

import { assertEquals, assertThrows } from "@std/assert";
import { type Change, Journal, type KeyState } from "../../bench/proof/journal.ts";

const CRASH_MS = 1000;

function set(key: string, value: string | null): Change {
  return { kind: "set", key, state: value === null ? null : { value, deadlineMs: 0 } };
}

/** What a reader finds: `a=1 b=2`, a value with its deadline as in `a=1@5000`. */
function found(text: string): Map<string, KeyState> {
  return new Map(
    text.split(" ").filter((part) => part !== "").map((part) => {
      const [, key, value, deadline = "0"] = /^(\w+)=(\w+)(?:@(\d+))?$/.exec(part)!;
      return [key!, { value: value!, deadlineMs: Number(deadline) }];
    }),
  );
}

/** Six steps: answered 100, 300, 800 and 995 ms after the start, refused, and not answered. */
function someSteps(): Journal {
  const journal = new Journal("w");
  const send = (answeredMs: number, ...changes: Change[]) =>
    Object.assign(journal.send(changes), { answeredMs });
  send(100, set("a", "1"), set("b", "1"));
  send(300, set("a", "2"));
  send(800, set("b", null));
  send(995, { kind: "deadline", key: "a", deadlineMs: 5000 });
  send(996, set("c", "9")).isRefused = true;
  send(Infinity, set("a", "3"), set("c", "3"));
  return journal;
}

Deno.test("Journal.settle() takes every first part that holds what is owed", () => {
  const table: [graceMs: number, found: string, kept: number, lost: number, age: number][] = [
    [0, "a=3 c=3", 6, 0, 0],
    [0, "a=2@5000", 5, 0, 0],
    [10, "a=2", 3, 1, 5],
    [500, "a=2 b=1", 2, 2, 200],
    [2000, "", 0, 4, 900],
  ];
  for (const [graceMs, text, kept, lost, lostAgeMs] of table) {
    const result = someSteps().settle(found(text), CRASH_MS, graceMs);
    assertEquals(result, { sent: 6, answered: 4, kept, lost, lostAgeMs }, text);
  }
});

Deno.test("Journal.settle() takes nothing else", () => {
  const table: [graceMs: number, found: string, why: string][] = [
    [0, "a=2", "only 3 were kept"],
    [10, "a=2 b=1", "only 2 were kept"],
    [10, "a=2 c=3", "no first part"],
    [10, "a=2@5000 c=9", "no first part"],
    [10, "a=3", "no first part"],
    [10, "a=2@5001", "no first part"],
    [10, "", "only 0 were kept"],
    [2000, "a=1", "no first part"],
    [2000, "a=7 b=1", "no first part"],
    [2000, "a=1 b=1 d=1", "no first part"],
  ];
  for (const [graceMs, text, why] of table) {
    assertThrows(() => someSteps().settle(found(text), CRASH_MS, graceMs), Error, why, text);
  }
});

Deno.test("Journal begins anew from what was found", () => {
  const journal = someSteps();
  journal.settle(found("a=2"), CRASH_MS, 10);
  assertEquals(journal.keys, ["a"]);
  journal.send([set("d", "1")]).answeredMs = 1500;
  assertThrows(() => journal.settle(found("d=1"), 2000, 0), Error, "no first part");
  assertEquals(journal.settle(found("a=2 d=1"), 2000, 0).kept, 1);
});
