// Reading of one raw connection: a byte read ahead is neither lost nor out of order, and the end is
// noticed while nobody else reads.

import { assertEquals } from "@std/assert";
import { RawInput } from "../../../server/raw/raw_input.ts";
import { Session } from "../../../server/contract/session.ts";

/** A connection that gives these chunks, one a read, and then ends, or fails. */
function connOf(chunks: string[], fails = false): Pick<Deno.Conn, "read"> {
  let rest = chunks.map((chunk) => new TextEncoder().encode(chunk));
  return {
    read: (to) => {
      const [first, ...others] = rest;
      if (first === undefined) {
        return fails ? Promise.reject(new Error("reset")) : Promise.resolve(null);
      }
      const count = Math.min(first.length, to.length);
      to.set(first.subarray(0, count));
      rest = count < first.length ? [first.subarray(count), ...others] : others;
      return Promise.resolve(count);
    },
  };
}

async function readAll(input: RawInput, sizes: number[], ahead: Set<number>): Promise<string> {
  let text = "";
  for (let i = 0;; i++) {
    if (ahead.has(i)) input.readAhead();
    if (ahead.has(i)) input.readAhead();
    const to = new Uint8Array(sizes[i % sizes.length]!);
    const count = await input.read(to);
    if (count === null) return text;
    text += new TextDecoder().decode(to.subarray(0, count));
  }
}

Deno.test("RawInput.read() gives every byte in order, wherever one was read ahead", async () => {
  const text = "GET a SET b c PING";
  for (const chunks of [[text], [...text], ["GET a SE", "T b c", " PING"]]) {
    for (const sizes of [[1], [3, 1, 7], [100]]) {
      for (const ahead of [new Set<number>(), new Set([0]), new Set([1, 2, 5]), new Set([3, 4])]) {
        const session = new Session(1, "resp", "", "", 0, true);
        const input = new RawInput(connOf(chunks), session);
        assertEquals(await readAll(input, sizes, ahead), text);
      }
    }
  }
});

Deno.test("RawInput.readAhead() tells the session of a client that has left", async () => {
  for (const fails of [false, true]) {
    const session = new Session(1, "resp", "", "", 0, true);
    const input = new RawInput(connOf([], fails), session);
    assertEquals(session.hasLeft, false);
    input.readAhead();
    assertEquals(await input.read(new Uint8Array(8)), null);
    assertEquals(session.hasLeft, true);
  }
});
