/**
 * The attack on what tells clients of changes: many that track prefixes under which nothing happens, beside one that
 * writes at full speed at another worker. Measures itself whether anybody is told or cut off, and what is left of the
 * writer's throughput, by turns with and without trackers.
 */

import { type Assault, pause } from "../assault.ts";
import type { Attack } from "../attack.ts";
import type { Connection } from "../connection.ts";
import { command, joined, numbered } from "../messages.ts";
import { median } from "../../figures.ts";

const PREFIXES = 100;
const BATCH_SETS = 1000;
const OK_BYTES = BATCH_SETS * "+OK\r\n".length;
const TURN_MS = 1000;
const ROUNDS = 3;
const MIN_THROUGHPUT = 0.8;
/** What HELLO 3 answers at most, and CLIENT TRACKING ON with it. */
const SETTLE_MS = 300;

/** Clients that track and must hear nothing. */
class Trackers {
  readonly #assault: Assault;
  /** Those that are not to be ended yet. */
  readonly #connections = new Set<Connection>();

  constructor(assault: Assault) {
    this.#assault = assault;
  }

  /** Connects and tracks; complains of all that comes later. */
  async begin(count: number): Promise<void> {
    const prefixes = numbered("nothing:", PREFIXES).flatMap((prefix) => ["PREFIX", `${prefix}:`]);
    const tracking = command("CLIENT", "TRACKING", "ON", "BCAST", ...prefixes);
    for (let i = 0; i < count; i++) {
      const connection = await this.#assault.open("resp");
      this.#connections.add(connection);
      await connection.send(joined(command("HELLO", "3"), tracking));
      await connection.receiveTo("+OK\r\n");
      this.#listen(connection);
    }
  }

  async #listen(connection: Connection): Promise<void> {
    try {
      await connection.receive(1);
      this.#assault.complain("a tracking client was told of something that did not match");
      await connection.discard();
    } catch {
      // It has been disconnected, by whom it says below.
    }
    if (this.#connections.has(connection)) {
      this.#assault.complain("a tracking client was disconnected");
    }
  }

  /** Ends them. */
  end(): void {
    const connections = [...this.#connections];
    this.#connections.clear();
    for (const connection of connections) connection.close();
  }
}

/** Writes over one connection for so long; returns writes per second. */
async function write(connection: Connection, batch: Uint8Array, ms: number): Promise<number> {
  const fromMs = performance.now();
  let count = 0;
  while (performance.now() < fromMs + ms) {
    await connection.send(batch);
    await connection.receive(OK_BYTES);
    count += BATCH_SETS;
  }
  return count / (performance.now() - fromMs) * 1000;
}

async function attack(assault: Assault): Promise<void> {
  const sets = numbered("key", BATCH_SETS).map((key) => command("SET", key, "v"));
  const batch = joined(...sets);
  const turnMs = assault.pick(TURN_MS, 100);
  const trackers = new Trackers(assault);
  using writer = await assault.open("resp");
  await write(writer, batch, turnMs);
  const ratios: number[] = [];
  for (let round = 0; round < assault.pick(ROUNDS, 1); round++) {
    const alone = await write(writer, batch, turnMs);
    await trackers.begin(assault.pick(100, 10));
    await pause(assault.pick(SETTLE_MS, 10));
    ratios.push(await write(writer, batch, turnMs) / alone);
    trackers.end();
  }
  const left = median(ratios);
  if (left < MIN_THROUGHPUT && !assault.isSmall) {
    assault.complain(`writes went at ${left.toFixed(2)} of their throughput`);
  }
  await trackers.begin(assault.pick(100, 10));
  for (;;) await write(writer, batch, turnMs);
}

/** Attacks on tracking. */
export const TRACKING_ATTACKS: readonly Attack[] = [
  {
    name: "tracking-prefixes",
    sends:
      "100 RESP3 clients with 100 prefixes each that never match, beside SETs at full speed, 2 workers",
    isAboutTurns: true,
    workers: 2,
    seconds: 20,
    maxP99Ms: 15,
    run: attack,
  },
  {
    name: "tracking-one",
    sends:
      "one RESP3 client with one prefix that never matches, beside SETs at full speed, 2 workers",
    isAboutTurns: true,
    workers: 2,
    maxP99Ms: 15,
    run: async (assault) => {
      const trackers = new Trackers(assault);
      await trackers.begin(1);
      const batch = joined(...numbered("key", BATCH_SETS).map((key) => command("SET", key, "v")));
      await assault.flood(2, "resp", batch);
    },
  },
];
