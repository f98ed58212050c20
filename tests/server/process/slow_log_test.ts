// The slow log: bounded in entries and in bytes, and its bytes are taken and given back.

import { assert, assertEquals, assertLess } from "@std/assert";
import { CommandStats } from "../../../server/contract/command_stats.ts";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { MAX_SLOW_LOG_BYTES, SlowLog } from "../../../server/process/slow_log.ts";
import { newRegion } from "../fixture.ts";

function entryOf(chars: number) {
  const words = Array.from({ length: 8 }, () => "x".repeat(chars));
  return { atSeconds: 0, tookUs: 1, words, address: "a:1", clientName: "" };
}

Deno.test("SlowLog.add() keeps the latest entries, within a MiB whatever their number", () => {
  const budget = new MemoryBudget(newRegion(), 1, 8 * 2 ** 20);
  const log = new SlowLog(new CommandStats());
  log.memory = budget;
  log.maxEntries = 10_000;
  for (let i = 0; i < 3000; i++) log.add(entryOf(64));
  assertLess(log.entries.length, 1000);
  assertEquals(log.entries[0]!.id, 2999);
  assertEquals(log.entries.at(-1)!.id, 3000 - log.entries.length);
  assert(budget.takenBytes <= MAX_SLOW_LOG_BYTES && budget.takenBytes > MAX_SLOW_LOG_BYTES / 2);
  log.maxEntries = 2;
  assertEquals(log.entries.map(({ id }) => id), [2999, 2998]);
  log.clear();
  assertEquals(budget.takenBytes, 0);
});

Deno.test("SlowLog.slowerThanUs below 1 ms has every call timed", () => {
  const stats = new CommandStats();
  const log = new SlowLog(stats);
  const found = [10_000, 1000, 999, 0, Infinity].map((us) => {
    log.slowerThanUs = us;
    return stats.timesAll;
  });
  assertEquals(found, [false, false, true, true, false]);
});

Deno.test("SlowLog.add() makes do with fewer entries where memory is short", () => {
  const budget = new MemoryBudget(newRegion(), 1, 16 * 1024);
  const log = new SlowLog(new CommandStats());
  log.memory = budget;
  for (let i = 0; i < 100; i++) log.add(entryOf(64));
  assertEquals(log.entries[0]!.id, 99);
  assert(log.entries.length > 2 && budget.takenBytes <= 16 * 1024);
});
