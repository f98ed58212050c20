// What main says of a worker that hangs: how long, and what it was at.

import { assertEquals } from "@std/assert";
import { execute } from "../../../server/commands/execute.ts";
import { commandOf } from "../../../server/commands/table.ts";
import { hangText } from "../../../server/process/supervisor.ts";
import { CollectedReply } from "../../../server/codecs/collected_reply.ts";
import { argsOf, contextOf, newCache } from "../fixture.ts";

Deno.test("hangText() names the command that a worker was at, and none when it was at none", () => {
  const cache = newCache();
  const context = contextOf(cache);
  let seen = "";
  const slow = { ...commandOf("MGET"), run: () => void (seen = hangText(cache.region, 1, 5400)) };
  execute(context, slow, argsOf("a", "b"), new CollectedReply());
  assertEquals(seen, "worker 1 has not moved for 5 s while it ran MGET");
  assertEquals(hangText(cache.region, 1, 6000), "worker 1 has not moved for 6 s");
});
