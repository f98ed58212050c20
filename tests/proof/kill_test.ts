// A server that is killed without a warning while it is written to, or while it starts, under every policy: whole steps
// of each connection in their order, over HTTP and in pipelines of the Redis protocol, none missing that was answered.
// 50 kills of each policy, and with shorter notice: deno task proof:kill.

import { assert, assertEquals } from "@std/assert";
import { runKillRounds } from "../../bench/proof/kill_rounds.ts";

/** On a busy machine main may have its turn late; on a quiet one 10 ms are enough. */
const GRACE_MS = 250;

Deno.test({
  name: "kill -9 under load loses no answered write, and no part of one",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const rounds = await runKillRounds({
      kind: "slabkv",
      folder,
      policies: ["always", "everysec", "no", "always", "everysec"],
      seed: 1,
      loadMs: [100, 400],
      graceMs: GRACE_MS,
    });
    for (const { policy, ending, sent, answered, lost, refusals } of rounds) {
      assert(answered > 100 && sent > answered, `${policy}: ${answered} of ${sent} answered`);
      if (policy === "always" || ending === "stopped") assertEquals(lost, 0);
      // Where threads have to wait for the processor, a lock may be taken for too long.
      const others = refusals.filter((text) => !/^BUSY|^503/.test(text));
      assertEquals(others, []);
      assert(refusals.length < answered / 20, `${refusals.length} of ${answered} refused`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
