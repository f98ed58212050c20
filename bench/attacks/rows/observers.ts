/**
 * Attacks by those who ask how the server does: streams that nobody reads, listeners that come and go, and floods of what
 * takes most work to tell.
 */

import type { Attack } from "../attack.ts";
import { head, times, utf8 } from "../messages.ts";
import { storeNoise } from "./stored_values.ts";

const LIVE = head("GET /stats/live");
/** What is shared by all who ask, and what is made for each. */
const QUESTIONS = [
  ...["/stats/shards", "/stats/history", "/stats/clients", "/stats/commands", "/stats/latency"],
  ...[
    "/stats/slow",
    "/stats/hot",
    "/stats/big",
    "/stats/metrics",
    "/metrics",
    "/diagnose",
    "/stats",
  ],
];

/** Attacks by observers. */
export const OBSERVER_ATTACKS: readonly Attack[] = [
  {
    name: "unread-observers",
    sends:
      "500 clients that ask for /stats/live, then 20 times for /stats/commands, and do not read",
    isAboutTurns: false,
    run: async (assault) => {
      const listeners = assault.unread(assault.pick(400, 80), "http", utf8(LIVE));
      const many = times(head("GET /stats/commands"), 20);
      await Promise.all([listeners, assault.unread(assault.pick(100, 10), "http", many)]);
    },
  },
  {
    name: "fleeting-observers",
    sends:
      "50 clients that ask for /stats/live and go when the first bytes have come, again and again",
    isAboutTurns: true,
    run: (assault) =>
      assault.crowd(assault.pick(50, 10), "http", async (connection) => {
        await connection.send(LIVE);
        await connection.receiveTo("\r\n");
      }, true),
  },
  {
    name: "curious-observers",
    sends: "8 clients that ask for the page and for all that is known of the server, without end",
    isAboutTurns: true,
    prepare: (assault) => storeNoise(assault, 80_000),
    run: (assault) => {
      const page = head("GET /", "accept: text/html", "accept-encoding: gzip");
      const all = QUESTIONS.map((path) => head(`GET ${path}`)).join("");
      return assault.flood(assault.pick(8, 2), "http", utf8(page + all));
    },
  },
];
