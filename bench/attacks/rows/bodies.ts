/**
 * Attacks with the bodies of requests: lengths that are none, chunks of one byte, bodies that never come or are large.
 * All must leave room for ordinary bodies, which the polite client sends.
 */

import type { Assault } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { head, joined, post, times, utf8 } from "../messages.ts";

const MIB = 1_048_576;
/** Nearly the largest value that fits a shard. */
const LARGE_BYTES = 4_000_000;
const BODY = "x".repeat(10_000);

/** Header lines that say how long BODY is, all of them oddly; some may be taken for right. */
const ODD_LENGTHS: readonly string[] = [
  "content-length: 10000\r\ncontent-length: 10000",
  "content-length: 10000, 10000",
  "content-length: +10000",
  "content-length: 1e4",
  "content-length:   10000  ",
  "content-length: 010000",
  "content-length: 0x2710",
  "content-length: 10000.0",
  "content-length: 99999999999999999999",
  "content-length: 9007199254740993",
  "content-length: 4294977296",
  "content-length: -1",
  "content-length: ",
  "content-length: NaN",
  "content-length: 10000;",
  "content-length: 10000\r\ntransfer-encoding: chunked",
  "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
  "transfer-encoding: identity\r\ncontent-length: 10000",
];

/** A chunk of one byte so many times, and the head before it. */
function chunked(count: number): Uint8Array {
  return joined(
    head("PUT /store/chunks", "transfer-encoding: chunked"),
    times("1\r\nx\r\n", count),
  );
}

/** Sends bodies of so many chunks over and over, one connection for each. */
async function chunks(assault: Assault, clients: number, count: number): Promise<void> {
  await assault.flood(clients, "http", joined(chunked(count), "0\r\n\r\n"));
}

/** Sends large bodies whole and complains where one is not stored. */
async function storeWhole(assault: Assault, clients: number, bytes: number): Promise<void> {
  const body = utf8("x".repeat(bytes));
  await assault.crowd(clients, "http", async (connection, client) => {
    for (;;) {
      await connection.send(head(`PUT /store/whole${client}`, `content-length: ${bytes}`));
      await connection.send(body);
      const answer = await connection.receiveTo("\r\n\r\n");
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        return assault.complain(`large body: ${answer.slice(9, 12)}`);
      }
    }
  });
}

/** Attacks with bodies. */
export const BODY_ATTACKS: readonly Attack[] = [
  {
    name: "odd-lengths",
    sends:
      "bodies with content-length twice, as lists, signed, huge, beside chunks; half of them cut short",
    isAboutTurns: false,
    run: (assault) =>
      assault.crowd(assault.pick(36, 18), "http", async (connection, client) => {
        const line = ODD_LENGTHS[client % ODD_LENGTHS.length]!;
        await connection.send(head(client % 2 === 0 ? "POST /put" : "PUT /store/odd", line));
        if (client >= ODD_LENGTHS.length) return;
        await connection.send(BODY);
        await connection.receiveTo("\r\n\r\n");
      }, true),
  },
  {
    name: "odd-lengths-held",
    sends: "500 bodies of 1 MiB less a byte, with content-length twice",
    isAboutTurns: false,
    run: async (assault) => {
      const length = `content-length: ${MIB}`;
      const bytes = joined(head("PUT /store/odd", length, length), "x".repeat(MIB - 1));
      await assault.unread(assault.pick(500, 10), "http", bytes);
    },
  },
  {
    name: "tiny-chunks",
    sends: "bodies of 60,000 chunks of one byte, 8 at once, again and again",
    isAboutTurns: true,
    run: (assault) => chunks(assault, assault.pick(8, 2), assault.pick(60_000, 5000)),
  },
  {
    name: "tiny-chunks-held",
    sends: "8 bodies of 300,000 chunks of one byte that do not end",
    isAboutTurns: true,
    run: (assault) => {
      return assault.unread(assault.pick(8, 2), "http", chunked(assault.pick(300_000, 10_000)));
    },
  },
  {
    name: "tiny-chunks-cancelled",
    sends: "8 clients with 60,000 chunks of one byte that go away in the middle and come again",
    isAboutTurns: true,
    run: async (assault) => {
      const bytes = chunked(assault.pick(60_000, 5000));
      await assault.crowd(assault.pick(8, 2), "http", (client) => client.send(bytes), true);
    },
  },
  {
    name: "chunk-extensions",
    sends: "chunks of one byte with 10 KB of extension each, 8 clients",
    isAboutTurns: true,
    run: async (assault) => {
      const chunk = `1;${"e".repeat(10_000)}\r\nx\r\n`;
      const start = head("PUT /store/extended", "transfer-encoding: chunked");
      await assault.crowd(assault.pick(8, 2), "http", async (connection) => {
        const answered = connection.discard();
        await connection.send(start);
        for (let i = 0; i < 1000; i++) await connection.send(chunk);
        await answered;
      }, true);
    },
  },
  {
    name: "declared-bodies",
    sends: "70 connections that declare 1 MiB and send nothing; again after the 408",
    isAboutTurns: false,
    seconds: 13,
    run: async (assault) => {
      const bytes = utf8(head("PUT /store/declared", `content-length: ${MIB}`));
      await assault.crowd(70, "http", async (connection) => {
        await connection.send(bytes);
        await connection.discard();
      }, true);
    },
  },
  {
    name: "dripping-bodies",
    sends: "500 bodies of 1 MiB at 10 bytes a second",
    isAboutTurns: false,
    run: async (assault) => {
      const start = utf8(head("PUT /store/drip", `content-length: ${MIB}`));
      await assault.crowd(assault.pick(500, 50), "http", async (connection) => {
        const ended = connection.discard();
        await connection.send(start);
        const timer = setInterval(
          () => connection.send("x").catch(() => clearInterval(timer)),
          100,
        );
        await ended;
        clearInterval(timer);
      }, true);
    },
  },
  {
    name: "body-memory-5gib",
    sends:
      "1,200 bodies of 4 MB that are only declared, to a server that may hold 5 GiB, and 20 that come",
    isAboutTurns: false,
    options: ["--body-memory", "5GiB", "--max-value-bytes", "4MiB"],
    maxGrowthMib: 512,
    run: async (assault) => {
      const declared = utf8(head("PUT /store/declared", `content-length: ${LARGE_BYTES}`));
      const declaring = assault.unread(assault.pick(1200, 50), "http", declared);
      await Promise.all([declaring, storeWhole(assault, assault.pick(20, 2), LARGE_BYTES)]);
    },
  },
  {
    name: "deep-json",
    sends: "JSON of 30,000 brackets in each other, to every route that takes JSON",
    isAboutTurns: true,
    run: async (assault) => {
      const deep = "[".repeat(30_000) + "]".repeat(30_000);
      const wide = `[${"[],".repeat(15_000)}[]]`;
      const targets = ["/put", "/mput", "/mget", "/", "/pipeline", "/multi-exec"];
      const requests = targets.flatMap((target) => [post(target, deep), post(target, wide)]);
      await assault.flood(assault.pick(8, 2), "http", utf8(requests.join("")));
    },
  },
];
