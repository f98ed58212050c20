// The attacks of bench/attacks/ in their small form, each on a server of its own beside a polite
// client: the process lives, the client is served, memory and gauges come back. That the harness sees
// a server that misbehaves is tested in tests/bench_attacks_test.ts. They are dealt out to several files,
// since files can run side by side.

import { assertEquals } from "@std/assert";
import { measure, SMALL, type Victim } from "../../../bench/attacks/measure.ts";
import { ATTACKS } from "../../../bench/attacks/rows/all.ts";
import { rowOf } from "../../../bench/attacks/table.ts";
import { LENIENT, reasonsOf } from "../../../bench/attacks/verdict.ts";
import { optionsFor, portsOf, REGION_BYTES } from "../../../bench/attacks/victims.ts";
import { TestServer } from "../server.ts";

/** In how many files they are. */
export const FILES = 4;
/** They take two minutes, and a packed program is the same server. */
const isPacked = Deno.env.get("SLABKV_BIN") !== undefined;

/** Registers a test of each attack that the file of this number has, from 1 on. */
export function testAttacks(file: number): void {
  for (const attack of ATTACKS.filter((_, i) => i % FILES === file - 1)) {
    Deno.test({
      name: `${attack.name}: ${attack.sends}`,
      ignore: isPacked,
      fn: async () => {
        await using server = await TestServer.start(optionsFor(attack));
        const found = await measure(attack, victimOf(server), SMALL);
        assertEquals(reasonsOf(attack, found, LENIENT), [], rowOf(attack, found, []).join(" | "));
      },
    });
  }
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
