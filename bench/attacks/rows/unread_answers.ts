/**
 * Attacks by clients that ask for much and do not read, or read slowly: what waits for them is memory. Over every
 * protocol but HTTP/2 and WebSocket, which have files of their own.
 */

import { type Assault, pause } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, head, joined, numbered, post, restPipeline, times, utf8 } from "../messages.ts";
import { storeBig, storeNoise } from "./stored_values.ts";

/** Values of 1 MB that most of these attacks ask for; eight are the most of one answer in JSON. */
const BIG_COUNT = 8;
const BIG_KEYS = numbered("big", BIG_COUNT);

const prepare = (assault: Assault) => storeBig(assault, BIG_COUNT);

/** All large values, each in a GET of its own. */
const BIG_GETS = BIG_KEYS.map((key) => ["GET", key]);

/** Attacks by clients that do not read. */
export const UNREAD_ATTACKS: readonly Attack[] = [
  {
    name: "unread-rest-pipelines",
    sends: "30 clients, each a /pipeline of 8 GETs of 1 MB, and do not read",
    isAboutTurns: false,
    prepare,
    run: (assault) => assault.unread(assault.pick(30, 4), "http", utf8(restPipeline(BIG_GETS))),
  },
  {
    name: "unread-resp-gets",
    sends: "30 clients, each 8 GETs of 1 MB twenty times over RESP, and do not read",
    isAboutTurns: false,
    prepare,
    run: (assault) => {
      const commands = BIG_GETS.map((words) => command(...words)).join("");
      return assault.unread(assault.pick(30, 4), "resp", times(commands, assault.pick(20, 2)));
    },
  },
  {
    name: "unread-http-gets",
    sends: "100 clients that pipeline 100 GET /get/big of 1 MB, and do not read",
    isAboutTurns: false,
    prepare,
    run: (assault) => {
      return assault.unread(assault.pick(100, 10), "http", times(head("GET /get/big0"), 100));
    },
  },
  {
    name: "unread-http-60kb",
    sends: "500 clients that pipeline 100 GET /get/big of 60 KB, and do not read",
    isAboutTurns: false,
    prepare: (assault) => storeBig(assault, 1, 60_000),
    run: (assault) => {
      return assault.unread(assault.pick(500, 20), "http", times(head("GET /get/big0"), 100));
    },
  },
  {
    name: "unread-compressed",
    sends:
      "400 clients that ask a server with --compress for 80 KB in brotli three times, and do not read",
    isAboutTurns: false,
    options: ["--compress"],
    prepare: (assault) => storeNoise(assault, 80_000),
    run: (assault) => {
      const get = head("GET /get?key=noise", "accept-encoding: br");
      return assault.unread(assault.pick(400, 20), "http", times(get, 3));
    },
  },
  {
    name: "bytewise-readers",
    sends: "200 clients that read an answer of 1 MB a byte at a time",
    isAboutTurns: false,
    prepare,
    run: (assault) =>
      assault.crowd(assault.pick(200, 20), "http", async (connection) => {
        await connection.send(head("GET /get/big0"));
        for (;;) {
          await connection.receive(1);
          await pause(100);
        }
      }, true),
  },
  {
    name: "unread-mgets",
    sends: "100 clients, each an /mget of 8 MB, and do not read",
    isAboutTurns: false,
    prepare,
    run: (assault) => {
      const bytes = utf8(post("/mget", JSON.stringify({ keys: BIG_KEYS })));
      return assault.unread(assault.pick(100, 5), "http", bytes);
    },
  },
  {
    name: "unread-text-gets",
    sends: "200 clients that pipeline 10,000 GETs of 60 KB over the text protocol, and do not read",
    isAboutTurns: false,
    prepare: (assault) => storeBig(assault, 1, 60_000),
    run: (assault) => {
      return assault.unread(assault.pick(200, 20), "text", times("GET big0\n", 10_000));
    },
  },
  {
    name: "command-docs-rest",
    sends: "4 clients, each COMMAND DOCS 10,000 times in one /pipeline, and do not read",
    isAboutTurns: true,
    run: (assault) => {
      const commands = Array.from({ length: assault.pick(10_000, 500) }, () => ["COMMAND", "DOCS"]);
      return assault.unread(4, "http", utf8(restPipeline(commands)));
    },
  },
  {
    name: "command-docs-resp",
    sends: "20 clients, each COMMAND DOCS 10,000 times over RESP, and do not read",
    isAboutTurns: true,
    run: (assault) => {
      const bytes = times(command("COMMAND", "DOCS"), assault.pick(10_000, 500));
      return assault.unread(assault.pick(20, 4), "resp", bytes);
    },
  },
  {
    name: "unread-pings",
    sends: "500 clients that send PING without end over RESP, and do not read",
    isAboutTurns: true,
    run: (assault) => {
      return assault.unread(assault.pick(500, 50), "resp", times("PING\r\n", 10_000), 1000);
    },
  },
  {
    name: "unread-http-pipelines",
    sends: "200 clients that pipeline 20,000 small HTTP requests, and do not read",
    isAboutTurns: true,
    run: (assault) => {
      return assault.unread(assault.pick(200, 20), "http", times(head("GET /get?key=k"), 20_000));
    },
  },
  {
    name: "slow-readers",
    sends: "200 clients over HTTP and 200 over RESP that read 1 MB at 4 KB a second",
    isAboutTurns: false,
    prepare,
    run: async (assault) => {
      const slowly = (way: "http" | "resp", request: string) =>
        assault.crowd(assault.pick(200, 20), way, async (connection) => {
          await connection.send(request);
          for (;;) {
            await connection.receive(400);
            await pause(100);
          }
        }, true);
      await Promise.all([
        slowly("http", head("GET /get/big0")),
        slowly("resp", command("GET", "big0")),
      ]);
    },
  },
  {
    name: "unread-pushes",
    sends: "100 RESP3 clients that track every key and do not read, while others write without end",
    isAboutTurns: true,
    run: async (assault) => {
      const greeting = command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", "BCAST");
      const sets = numbered("key", 1000).map((key) => command("SET", key, "v")).join("");
      const listeners = assault.unread(assault.pick(100, 10), "resp", utf8(greeting));
      await Promise.all([listeners, assault.flood(1, "resp", utf8(sets))]);
    },
  },
  {
    name: "slow-log",
    sends:
      "16 clients with slow commands of 1 MB that the slow log keeps, and SLOWLOG GET that nobody reads",
    isAboutTurns: false,
    run: async (assault) => {
      const words = numbered("w".repeat(1000), 900);
      const slow = utf8(command("MGET", ...words, ...words) + command("KEYS", "*z".repeat(500)));
      const asking = times(command("SLOWLOG", "GET", "-1"), 1000);
      await Promise.all([
        assault.flood(assault.pick(16, 2), "resp", slow),
        assault.unread(assault.pick(50, 5), "resp", joined(asking, times("PING\r\n", 10))),
      ]);
    },
  },
];
