/**
 * Attacks by number: very many connections that are idle, active, half asked, or gone at once. Each may take about what
 * Deno holds for an open connection.
 */

import type { Assault } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, head, times, utf8 } from "../messages.ts";

/** Opens RESP clients that say PING once and are silent then, and others that ask for the list of all. */
async function askForLists(assault: Assault): Promise<void> {
  const idlers = assault.unread(assault.pick(5000, 100), "resp", utf8(command("PING")));
  const list = times(command("CLIENT", "LIST"), assault.pick(10, 2));
  const readers = assault.flood(assault.pick(100, 5), "resp", list);
  const others = assault.unread(assault.pick(100, 5), "resp", list);
  await Promise.all([idlers, readers, others]);
}

/** Connects and ends connections at once, as fast as it goes. */
async function connectOnly(assault: Assault, way: "http" | "resp" | "text"): Promise<void> {
  await assault.crowd(assault.pick(50, 10), way, () => Promise.resolve(), true);
}

/** Attacks by number. */
export const CROWD_ATTACKS: readonly Attack[] = [
  {
    name: "client-list",
    sends: "5,000 idle RESP clients and 200 that send CLIENT LIST, half of which do not read",
    isAboutTurns: false,
    run: askForLists,
  },
  {
    name: "client-list-sigterm",
    sends: "the same, and SIGTERM, after which the process has to end in time",
    isAboutTurns: false,
    endsServer: true,
    run: askForLists,
  },
  {
    name: "client-names",
    sends: "5,000 RESP clients that give themselves names of 256 characters",
    isAboutTurns: false,
    run: (assault) => {
      const words = command("CLIENT", "SETNAME", "n".repeat(256)) +
        command("CLIENT", "SETINFO", "LIB-NAME", "l".repeat(256)) +
        command("CLIENT", "SETINFO", "LIB-VER", "v".repeat(256));
      return assault.unread(assault.pick(5000, 200), "resp", utf8(words));
    },
  },
  {
    name: "idle-http",
    sends: "5,000 HTTP connections that ask once and stay",
    isAboutTurns: false,
    run: (assault) => assault.unread(assault.pick(5000, 200), "http", utf8(head("GET /health"))),
  },
  {
    name: "active-http",
    sends: "2,000 HTTP connections that ask one request after the other",
    isAboutTurns: true,
    run: async (assault) => {
      const request = utf8(head("GET /get?key=k"));
      await assault.crowd(assault.pick(2000, 50), "http", async (connection) => {
        for (;;) {
          await connection.send(request);
          await connection.receiveTo("}");
        }
      }, true);
    },
  },
  {
    name: "active-resp",
    sends: "2,000 RESP connections that ask one request after the other",
    isAboutTurns: true,
    run: async (assault) => {
      const request = utf8(command("GET", "none"));
      await assault.crowd(assault.pick(2000, 50), "resp", async (connection) => {
        for (;;) {
          await connection.send(request);
          await connection.receive(5);
        }
      }, true);
    },
  },
  {
    name: "half-headers",
    sends: "2,000 HTTP connections with half a request of 200 bytes",
    isAboutTurns: false,
    run: (assault) => {
      const half = `GET /get?key=k HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(150)}`;
      return assault.unread(assault.pick(2000, 100), "http", utf8(half));
    },
  },
  {
    name: "large-half-headers",
    sends: "1,000 HTTP connections with 270 KB of headers that do not end",
    isAboutTurns: false,
    run: (assault) => {
      const lines = `x: ${"y".repeat(2990)}\r\n`.repeat(90);
      const half = `GET / HTTP/1.1\r\nhost: localhost\r\n${lines}`;
      return assault.unread(assault.pick(1000, 20), "http", utf8(half));
    },
  },
  {
    name: "connect-flood-http",
    sends: "HTTP connections that end at once, as many as it goes",
    isAboutTurns: true,
    run: (assault) => connectOnly(assault, "http"),
  },
  {
    name: "connect-flood-raw",
    sends: "RESP and text connections that end at once, as many as it goes",
    isAboutTurns: true,
    run: async (assault) => {
      await Promise.all([connectOnly(assault, "resp"), connectOnly(assault, "text")]);
    },
  },
  {
    name: "reset-flood",
    sends: "connections that ask for 1 MB of answers and end before one has come",
    isAboutTurns: true,
    run: async (assault) => {
      const gets = times(head("GET /get?key=k"), 50);
      const docs = times(command("COMMAND", "DOCS", "GET"), 50);
      await Promise.all([
        assault.crowd(assault.pick(50, 10), "http", (connection) => connection.send(gets), true),
        assault.crowd(assault.pick(50, 10), "resp", (connection) => connection.send(docs), true),
      ]);
    },
  },
];
