// Each command that writes says which event it causes, or is known to cause none.

import { assertEquals } from "@std/assert";
import { hasEventRule } from "../../../../server/commands/notifications/event_rules.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";

/** What these do to keys is told of in other words, or not at all. */
const WITHOUT: ReadonlySet<string> = new Set([
  // They delete, and so need no name of their own.
  ...["DEL", "UNLINK", "GETDEL"],
  // Redis tells of these nothing.
  ...["FLUSHDB", "FLUSHALL", "SWAPDB"],
  // Each command of a script has its own.
  ...["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO"],
]);

Deno.test("each command that writes has a rule for its events", () => {
  const missing = COMMANDS.filter(({ name, isWrite }) =>
    isWrite && !hasEventRule(name) && !WITHOUT.has(name)
  );
  assertEquals(missing.map(({ name }) => name), []);
});
