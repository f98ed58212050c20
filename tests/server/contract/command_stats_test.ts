// The counters of refusals: each status, kind and code has one, and those that are unknown share one.

import { assertEquals } from "@std/assert";
import {
  counterOfCode,
  counterOfKind,
  counterOfStatus,
  REFUSAL_COUNTERS,
} from "../../../server/contract/refusal_counters.ts";
import { CommandStats, Refusals } from "../../../server/contract/command_stats.ts";
import { newRegion } from "../fixture.ts";

Deno.test("each counter of refusals is that of its status, kind or code", () => {
  for (const row of REFUSAL_COUNTERS) {
    if ("status" in row) assertEquals(counterOfStatus(row.status), row.name);
    if ("kind" in row) assertEquals(counterOfKind(row.kind), row.name);
    if ("code" in row) assertEquals(counterOfCode(row.code), row.name);
  }
  assertEquals(counterOfStatus(426), "statusOther");
  assertEquals(counterOfCode("WHATEVER"), "codeOther");
});

Deno.test("Refusals.failed() counts kind, code and command, but not the command of one unrun", () => {
  const region = newRegion();
  const stats = new CommandStats();
  const refusals = new Refusals(region, 1, stats);
  refusals.failed({ kind: "busy", code: "BUSY", message: "" }, { running: 3, way: 0 });
  refusals.failed({ kind: "refused", code: "NOAUTH", message: "" }, { running: -1, way: 0 });
  refusals.answered(413);
  refusals.answered(418);
  refusals.unreadable("ERR");
  const counted = REFUSAL_COUNTERS.filter(({ name }) => region.counter(1, name) > 0);
  assertEquals(
    counted.map(({ name }) => `${name} ${region.counter(1, name)}`),
    [
      "status413 1",
      "statusOther 1",
      "unreadable 1",
      "locksBusy 1",
      "otherRefusals 1",
      "codeERR 1",
      "codeNOAUTH 1",
      "codeBUSY 1",
    ],
  );
  const { failed } = stats.sums();
  assertEquals([failed[3], failed.reduce((sum, count) => sum + count, 0)], [1, 1]);
});
