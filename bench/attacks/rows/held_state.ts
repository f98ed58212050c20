/**
 * Attacks with what the server remembers for a connection of the Redis protocol: queued commands, watched and tracked
 * keys, prefixes, input that is not complete.
 */

import type { Assault } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, joined, numbered, times, utf8 } from "../messages.ts";

const TRACKED_KEYS = 10_000;
const KEYS_OF_A_COMMAND = 500;

/** Reads so many keys of 1,000 bytes, a few at a time, as a client that tracks them. */
async function trackKeys(assault: Assault, clients: number, count: number): Promise<void> {
  await assault.crowd(clients, "resp", async (connection, client) => {
    connection.discard();
    await connection.send(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON"));
    const prefix = `${client}:${"k".repeat(990)}`;
    for (let from = 0; from < count; from += KEYS_OF_A_COMMAND) {
      const keys = Array.from({ length: KEYS_OF_A_COMMAND }, (_, i) => prefix + (from + i));
      await connection.send(command("MGET", ...keys));
    }
    await assault.hold();
  });
}

/** Attacks with what is remembered for connections. */
export const HELD_STATE_ATTACKS: readonly Attack[] = [
  {
    name: "queued-transactions",
    sends: "800 clients with MULTI and 990 SETs of 1,000 bytes",
    isAboutTurns: false,
    run: (assault) => {
      const sets = times(command("SET", "queued", "x".repeat(1000)), 990);
      const bytes = joined(command("MULTI"), sets);
      return assault.unread(assault.pick(800, 10), "resp", bytes);
    },
  },
  {
    name: "queued-words",
    sends: "800 clients with MULTI and commands of 29,000 arguments of one byte",
    isAboutTurns: false,
    run: (assault) => {
      const words = command("DEL", ...Array.from({ length: 29_000 }, () => "k"));
      return assault.unread(
        assault.pick(800, 10),
        "resp",
        joined(command("MULTI"), times(words, 30)),
      );
    },
  },
  {
    name: "tracked-keys",
    sends: "20 RESP3 clients that track 10,000 keys of 1,000 bytes",
    isAboutTurns: false,
    run: (assault) => trackKeys(assault, assault.pick(20, 2), assault.pick(TRACKED_KEYS, 1000)),
  },
  {
    name: "watched-keys",
    sends: "500 clients that watch 999 keys of 500 bytes",
    isAboutTurns: false,
    run: (assault) => {
      const bytes = utf8(command("WATCH", ...numbered("w".repeat(497), 999)));
      return assault.unread(assault.pick(500, 10), "resp", bytes);
    },
  },
  {
    name: "prefixes",
    sends: "500 RESP3 clients with 128 prefixes of 1,000 bytes each",
    isAboutTurns: false,
    run: (assault) => {
      const prefixes = numbered("p".repeat(990), 128).flatMap((prefix) => ["PREFIX", `${prefix}:`]);
      const tracking = command("CLIENT", "TRACKING", "ON", "BCAST", ...prefixes);
      return assault.unread(assault.pick(500, 10), "resp", joined(command("HELLO", "3"), tracking));
    },
  },
  {
    name: "announced-arrays",
    sends:
      "2,000 clients with an array of 30,000 announced, a word of 1 MB announced, and 20 KB sent",
    isAboutTurns: false,
    run: (assault) => {
      const words = "$1\r\nx\r\n".repeat(2800);
      const bytes = utf8(`*30000\r\n${words}$1000000\r\nx`);
      return assault.unread(assault.pick(2000, 50), "resp", bytes);
    },
  },
  {
    name: "unfinished-commands",
    sends: "500 clients with a SET of 1 MB of which the last byte is missing",
    isAboutTurns: false,
    run: (assault) => {
      const bytes = utf8(command("SET", "k", "x".repeat(1_000_000)).slice(0, -3));
      return assault.unread(assault.pick(500, 10), "resp", bytes);
    },
  },
  {
    name: "endless-lines",
    sends:
      "600 clients over the text port and RESP with lines of 60 KB, and 40 with 1 MB, that do not end",
    isAboutTurns: true,
    run: async (assault) => {
      const [long, tooLong] = [utf8("GET ".padEnd(60_000, "x")), utf8("GET ".padEnd(1e6, "x"))];
      const [clients, others] = [assault.pick(300, 10), assault.pick(20, 2)];
      await Promise.all([
        assault.unread(clients, "text", long),
        assault.unread(clients, "resp", long),
        assault.flood(others, "text", tooLong),
        assault.flood(others, "resp", tooLong),
      ]);
    },
  },
];
