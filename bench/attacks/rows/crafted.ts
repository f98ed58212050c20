/**
 * Attacks by somebody who has read the source: keys that all have one hash, transactions of questions about the server,
 * commands that keep texts or timers while they wait, one change that thousands have to be told of.
 */

import { pause } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, joined, numbered, times, utf8 } from "../messages.ts";
import { keysOfOneHash } from "./equal_hashes.ts";

const TRACKED_KEYS = 10_000;

/** Attacks with the source in hand. */
export const CRAFTED_ATTACKS: readonly Attack[] = [
  {
    name: "tracked-equal-hashes",
    sends: "3 RESP3 clients that track and read 10,000 keys of one hash, again and again",
    isAboutTurns: true,
    run: async (assault) => {
      const keys = keysOfOneHash(assault.pick(TRACKED_KEYS, 1000));
      const tracking = command("HELLO", "3") + command("CLIENT", "TRACKING", "ON");
      await assault.flood(3, "resp", joined(tracking, command("MGET", ...keys)));
    },
  },
  {
    name: "questions-in-transactions",
    sends:
      "3 clients with transactions of 700 CONFIG GETs of 100 patterns, and of 990 COMMAND DOCS",
    isAboutTurns: true,
    run: (assault) => {
      const patterns = Array.from({ length: 100 }, () => "*a*b*z*");
      const [begin, end] = [command("MULTI"), command("EXEC")];
      const options = times(command("CONFIG", "GET", ...patterns), 700);
      const docs = times(command("COMMAND", "DOCS"), 990);
      return assault.flood(3, "resp", joined(begin, options, end, begin, docs, end));
    },
  },
  {
    name: "long-addresses",
    sends: "30 clients with CLIENT KILL and an address of 1 MB that is no UTF-8, 2 workers",
    isAboutTurns: true,
    workers: 2,
    run: (assault) => {
      const [start] = command("CLIENT", "KILL", "ADDR", "x".repeat(1_000_000)).split("x", 1);
      const address = new Uint8Array(1_000_000).fill(0xff);
      return assault.flood(assault.pick(30, 4), "resp", joined(start!, address, "\r\n"));
    },
  },
  {
    name: "list-of-many-ids",
    sends: "5,000 idle RESP clients and 30 that send CLIENT LIST ID of 20,000 numbers, 2 workers",
    isAboutTurns: false,
    workers: 2,
    run: async (assault) => {
      const list = utf8(command("CLIENT", "LIST", "ID", ...numbered("", 20_000)));
      await Promise.all([
        assault.unread(assault.pick(5000, 100), "resp", utf8(command("PING"))),
        assault.flood(assault.pick(30, 4), "resp", list),
      ]);
    },
  },
  {
    name: "sleepers",
    sends: "5,000 clients that send DEBUG SLEEP 60",
    isAboutTurns: false,
    run: (assault) => {
      return assault.unread(assault.pick(5000, 100), "resp", utf8(command("DEBUG", "SLEEP", "60")));
    },
  },
  {
    name: "fan-out",
    sends: "2,000 RESP3 clients that track all keys, beside 500 SETs a second",
    isAboutTurns: false,
    run: async (assault) => {
      const tracking = command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", "BCAST");
      const sets = numbered("key", 10).map((key) => command("SET", key, "v")).join("");
      const trackers = assault.crowd(assault.pick(2000, 50), "resp", async (connection) => {
        await connection.send(tracking);
        await connection.discard();
      }, true);
      const writer = assault.crowd(1, "resp", async (connection) => {
        connection.discard();
        for (;;) {
          await connection.send(sets);
          await pause(20);
        }
      }, true);
      await Promise.all([trackers, writer]);
    },
  },
];
