/**
 * Attacks over WebSocket: answers and events that nobody reads, messages that do not end or come in pieces of one byte.
 * The server has --websocket, which is off by default.
 */

import { type Attack, GUARDED_MIB } from "../attack.ts";
import { command, joined, numbered, utf8 } from "../messages.ts";
import { storeBig } from "./stored_values.ts";
import { CONTINUATION, frame, PING, TEXT, webSockets } from "./websocket_frames.ts";

const BIG_COUNT = 8;
const FRAGMENT_BYTES = 1_048_576;
const BATCH_FRAMES = 10_000;
/** Options of the server. */
const OPTIONS = ["--websocket"];

/** The same frame many times, for one write. */
function frames(one: Uint8Array): Uint8Array {
  return joined(...Array.from({ length: BATCH_FRAMES }, () => one));
}

/** Attacks over WebSocket. */
export const WEBSOCKET_ATTACKS: readonly Attack[] = [
  {
    name: "websocket-mgets",
    sends: "100 WebSockets, each an mget of 8 MB, and do not read",
    isAboutTurns: false,
    options: OPTIONS,
    prepare: (assault) => storeBig(assault, BIG_COUNT),
    run: (assault) =>
      webSockets(assault, assault.pick(100, 4), async (connection) => {
        const keys = numbered("big", BIG_COUNT);
        await connection.send(frame(TEXT, JSON.stringify({ op: "mget", keys })));
        await assault.hold();
      }),
  },
  {
    name: "websocket-unfinished",
    sends: "one WebSocket message of 300 MB in fragments of 1 MiB that does not end",
    isAboutTurns: false,
    maxGrowthMib: GUARDED_MIB,
    maxFailed: 2,
    options: OPTIONS,
    run: (assault) =>
      webSockets(assault, 1, async (connection) => {
        const data = new Uint8Array(FRAGMENT_BYTES).fill(0x20);
        await connection.send(frame(TEXT, data, false));
        const more = frame(CONTINUATION, data, false);
        for (let i = 1; i < assault.pick(300, 10); i++) await connection.send(more);
        await assault.hold();
      }),
  },
  {
    name: "websocket-bytes",
    sends: "4 WebSockets with messages in fragments of one byte",
    isAboutTurns: true,
    options: OPTIONS,
    run: (assault) =>
      webSockets(assault, assault.pick(4, 2), async (connection) => {
        await connection.send(frame(TEXT, "{", false));
        await connection.flood(frames(frame(CONTINUATION, " ", false)));
      }, true),
  },
  {
    name: "websocket-pings",
    sends: "4 WebSockets that send pings without end",
    isAboutTurns: true,
    options: OPTIONS,
    run: (assault) =>
      webSockets(assault, assault.pick(4, 2), async (connection) => {
        await connection.flood(frames(frame(PING, "p".repeat(100))));
      }, true),
  },
  {
    name: "websocket-gets",
    sends: "4 WebSockets that send small gets without end",
    isAboutTurns: true,
    options: OPTIONS,
    run: (assault) =>
      webSockets(assault, assault.pick(4, 2), async (connection) => {
        await connection.flood(frames(frame(TEXT, '{"op":"get","key":"k"}')));
      }, true),
  },
  {
    name: "websocket-watches",
    sends:
      "100 WebSockets that watch 1,000 keys each and do not read, while others write without end",
    isAboutTurns: true,
    options: OPTIONS,
    run: async (assault) => {
      const keys = numbered("key", 1000);
      const watching = webSockets(assault, assault.pick(100, 10), async (connection) => {
        const asking = keys.map((key) => frame(TEXT, JSON.stringify({ op: "watch", key })));
        await connection.send(joined(...asking));
        await assault.hold();
      });
      const sets = utf8(keys.map((key) => command("SET", key, "v")).join(""));
      await Promise.all([watching, assault.flood(1, "resp", sets)]);
    },
  },
];
