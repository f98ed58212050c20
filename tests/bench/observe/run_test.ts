// The benchmark of what it costs to tell how the server does, in its smallest form.

import { assertMatch } from "@std/assert";
import { report } from "../../../bench/observe/run.ts";

Deno.test("bench/observe measures events, pictures and the history", () => {
  const printed: string[] = [];
  report(24 * 2 ** 20, (text) => printed.push(text));
  assertMatch(
    printed.join("\n"),
    /an event of \/stats\/live.*a lock of a shard.*the picture of 8 shards.*history of an hour/s,
  );
});
