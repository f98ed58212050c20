/**
 * Attacks with what cannot be understood, at full speed: lines that are no commands, lengths that are no numbers,
 * requests that are none, long queries and many headers.
 */

import type { Attack } from "../attack.ts";
import { head, times, utf8 } from "../messages.ts";

/** Bytes that look random and are the same each time. */
function noise(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let seed = 7171;
  for (let i = 0; i < count; i++) {
    seed = Math.imul(seed, 1_103_515_245) + 12_345;
    bytes[i] = seed >>> 16;
  }
  return bytes;
}

/** Attacks with garbage. */
export const GARBAGE_ATTACKS: readonly Attack[] = [
  {
    name: "inline-garbage",
    sends: "8 clients with lines that are no commands, over RESP",
    isAboutTurns: true,
    run: (assault) => {
      const lines = times('foo "bar\\x00 baz" qux\r\n\r\nset\r\nget a b c d\r\n', 2000);
      return assault.flood(assault.pick(8, 2), "resp", lines);
    },
  },
  {
    name: "broken-resp",
    sends: "20 clients with lengths that are no numbers, and noise, over RESP",
    isAboutTurns: true,
    run: async (assault) => {
      const pieces = [
        "*x\r\n",
        "*-5\r\n",
        "*1\r\n$-2\r\n",
        "*99999999999\r\n",
        "*1\r\n$99999999\r\n",
      ];
      const data = [...pieces.map(utf8), noise(5000)];
      await assault.crowd(assault.pick(20, 6), "resp", async (connection, client) => {
        await connection.send(data[client % data.length]!);
        await connection.discard();
      }, true);
    },
  },
  {
    name: "text-garbage",
    sends: "8 clients with empty and wrong lines over the text protocol",
    isAboutTurns: true,
    run: (assault) =>
      assault.flood(assault.pick(8, 2), "text", times("\n\nFOO\nGET\nPUT a\n", 3000)),
  },
  {
    name: "http-garbage",
    sends: "20 clients with noise, wrong methods and wrong hosts over HTTP",
    isAboutTurns: true,
    run: async (assault) => {
      const data = [noise(5000), utf8(head("FROB /")), utf8("GET / HTTP/9.9\r\n\r\n")];
      await assault.crowd(assault.pick(20, 6), "http", async (connection, client) => {
        await connection.send(data[client % data.length]!);
        await connection.send(data[0]!);
        await connection.discard();
      }, true);
    },
  },
  {
    name: "long-queries",
    sends: "8 clients with queries of 50 KB: escapes, and 10,000 parameters",
    isAboutTurns: true,
    run: (assault) => {
      const escapes = head(`GET /get?key=${"%41".repeat(16_000)}`);
      const parameters = head(`GET /get?${"key=1&".repeat(8000)}key=k`);
      const path = head(`GET /get/${"%41".repeat(16_000)}`);
      return assault.flood(assault.pick(8, 2), "http", utf8(escapes + parameters + path));
    },
  },
  {
    name: "many-headers",
    sends: "8 clients with 90 headers of 600 bytes for each small request",
    isAboutTurns: true,
    run: (assault) => {
      const lines = Array.from({ length: 90 }, (_, i) => `x-${i}: ${"y".repeat(600)}`);
      return assault.flood(assault.pick(8, 2), "http", utf8(head("GET /get?key=k", ...lines)));
    },
  },
];
