// The attacks of bench/attacks/ in their small form, each on a server of its own beside a polite
// client: the process lives, the client is served, memory and gauges come back. That the harness sees
// a server that misbehaves is tested in tests/bench_attacks_test.ts.

import { assertEquals } from "@std/assert";
import { measure, SMALL, type Victim } from "../../bench/attacks/measure.ts";
import { ATTACKS } from "../../bench/attacks/rows/all.ts";
import { rowOf } from "../../bench/attacks/table.ts";
import { LENIENT, reasonsOf } from "../../bench/attacks/verdict.ts";
import { optionsFor, portsOf, REGION_BYTES } from "../../bench/attacks/victims.ts";
import { TestServer } from "./server.ts";

/** Attacks that the server does not withstand yet, and what is still to do. */
const OPEN: Readonly<Record<string, string>> = {
  "odd-lengths": "lengths that are no digits are 400, and the gauge heals itself",
  "tiny-chunks": "a body is one growing buffer, with a bound on its chunks",
  "tiny-chunks-cancelled": "a body that is given up frees its chunks at once",
  "declared-bodies": "nothing is set aside before bytes arrive",
  "keys-pattern-1mb": "patterns are short, and KEYS ends with its client",
  "scan-pattern-1mb": "patterns are short",
  "config-patterns": "patterns are short and matched in linear time",
  "command-list-patterns": "patterns are short",
  "pipelined-setrange": "a turn is bounded over batches and connections",
  "pipelined-append": "a turn is bounded over batches and connections",
  "tracking-prefixes": "writers publish only what somebody watches",
  "tracking-one": "writers publish only what somebody watches",
};

for (const attack of ATTACKS) {
  const open = OPEN[attack.name];
  const name = `${attack.name}: ${attack.sends}`;
  Deno.test({
    name: open === undefined ? name : `${name} (open: ${open})`,
    ignore: open !== undefined,
    fn: async () => {
      await using server = await TestServer.start(optionsFor(attack));
      const found = await measure(attack, victimOf(server), SMALL);
      assertEquals(reasonsOf(attack, found, LENIENT), [], rowOf(attack, found, []).join(" | "));
    },
  });
}

function victimOf(server: TestServer): Victim {
  return {
    pid: server.pid,
    ports: portsOf(server.event("start")!.addresses as string[]),
    regionBytes: REGION_BYTES,
    status: server.status,
    kill: (signal) => server.kill(signal),
    lastWords: () => `${server.stderr}${server.events.at(-1)?.message ?? ""}`,
  };
}
