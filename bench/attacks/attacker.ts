/**
 * The program of an attacking process: takes its orders from the command line, prepares, says "ready", waits for a byte
 * on standard input, attacks, and says every now and then how it stands. Whoever started it kills it.
 */

import { Assault } from "./assault.ts";
import type { Dispatch, Orders } from "./orders.ts";
import { attackOf } from "./rows/all.ts";

const REPORT_MS = 50;

if (import.meta.main) {
  const orders: Orders = JSON.parse(Deno.args[0]!);
  const attack = attackOf(orders.name);
  await attack.prepare?.(new Assault(orders.ports, orders.isSmall));
  const assault = new Assault(orders.ports, orders.isSmall);
  say(assault.dispatch("ready"));
  const start = await Deno.stdin.read(new Uint8Array(1));
  if (start !== null) {
    setInterval(() => say(assault.dispatch("attacking")), REPORT_MS);
    await attack.run(assault);
  }
}

function say(dispatch: Dispatch): void {
  console.log(JSON.stringify(dispatch));
}
