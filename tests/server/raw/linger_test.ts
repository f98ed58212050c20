// A connection whose stream broke reads on for a while: in turns, up to a bound, until its client goes.

import { assertEquals } from "@std/assert";
import { linger, type Turns } from "../../../server/raw/linger.ts";

const MIB = 1024 * 1024;

/** A client that sends `bytes` in all, in pieces as large as the buffer. */
function sending(bytes: number) {
  const seen = { closed: 0, reads: 0 };
  const conn = {
    closeWrite: () => Promise.resolve(void seen.closed++),
    read: (to: Uint8Array) => {
      seen.reads++;
      const count = Math.min(bytes, to.length);
      bytes -= count;
      return Promise.resolve(count === 0 ? null : count);
    },
  };
  return { conn, seen };
}

/** Turns that note what is counted, each of which comes a moment later. */
class NotedTurns implements Turns {
  turns = 0;
  bytes = 0;

  turn(): Promise<void> {
    this.turns++;
    return Promise.resolve();
  }

  wait(bytes: number): void {
    this.bytes += bytes;
  }
}

Deno.test("linger() waits for its turn before each read, counts it, and ends with the stream", async () => {
  const { conn, seen } = sending(100_000);
  const turns = new NotedTurns();
  await linger(conn, new Uint8Array(64 * 1024), turns);
  assertEquals(seen, { closed: 1, reads: 3 });
  assertEquals([turns.turns, turns.bytes], [3, 100_000]);
});

Deno.test("linger() reads 4 MiB at most", async () => {
  const { conn, seen } = sending(Infinity);
  const turns = new NotedTurns();
  await linger(conn, new Uint8Array(64 * 1024), turns);
  assertEquals(turns.bytes, 4 * MIB);
  assertEquals(seen.reads, 64);
});
