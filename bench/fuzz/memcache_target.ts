// memcached's codec under arbitrary bytes: however they are cut, the same requests are read, and nothing is read of bytes
// that have not come.

import { Excess } from "../../server/codecs/excess.ts";
import { MemcacheDecoder } from "../../server/codecs/memcache/decode.ts";
import { Decoded } from "../../server/codecs/resp_decode.ts";
import { Args } from "../../server/contract/args.ts";

/** What the requests in `input` are, as text, when `step` bytes come at a time. */
function requestsIn(input: Uint8Array<ArrayBuffer>, step: number): string {
  const bytes = input.slice();
  const decoder = new MemcacheDecoder({ maxValueBytes: 200, maxLineBytes: 4000 });
  const [args, excess] = [new Args(), new Excess()];
  let seen = "";
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    // What comes later must not matter, and what is decoded in place stays.
    const here = bytes.subarray(0, end);
    for (;;) {
      const kind = decoder.next(here, end, args, excess);
      if (kind === Decoded.incomplete) break;
      if (kind !== Decoded.command) return `${seen}!${kind}${decoder.error}`;
      if (decoder.at > end) throw new Error("the decoder is past the bytes that have come");
      const { request } = decoder;
      const parts = Array.from({ length: args.count }, (_, i) => args.bytesOf(i).join());
      const { op, error, status, seconds, version, clientFlags, isQuiet, isLast } = request;
      const facts = [op, seconds, version, clientFlags, isQuiet, isLast].join();
      seen += op === 0 ? `(${error}${status})` : `(${facts};${parts.join(";")})`;
      // Nothing can follow.
      if (op === 0 && request.ends) return seen;
    }
    if (end === bytes.length) return seen;
  }
}

/** memcached's codec. */
export const MEMCACHE_TARGET = {
  name: "memcache",
  samples: [
    "get a b c\r\ngets a\r\ngat 0 a\r\n",
    "set k 0 0 3\r\nabc\r\ncas k 1 2 3 4 noreply\r\nabc\r\n",
    "incr n 5\r\ndelete k 0 noreply\r\ntouch k 9\r\nflush_all 5\r\n",
    "mg k v t f O1 N5\r\nms YWI= 2 b T5 F7\r\nxy\r\nmd k I q\r\nma n D5 v\r\n",
    `set k 0 0 201\r\n${"x".repeat(201)}\r\nget k\r\n`,
    `\x80\x01\x00\x01\x08${"\0".repeat(6)}\x0a${"\0".repeat(20)}kv`,
    `\x80\x00\x00\x01${"\0".repeat(7)}\x01${"\0".repeat(12)}kget k\r\n`,
  ],
  pieces: [
    "\r\n",
    "\n",
    " ",
    "\0",
    "noreply",
    "mg ",
    "ms k ",
    " b",
    " q",
    "99999999999",
    "-1",
    "\x80\x00",
  ],
  check(input: Uint8Array<ArrayBuffer>): void {
    const whole = requestsIn(input, Infinity);
    for (const step of [1, 7]) {
      const cut = requestsIn(input, step);
      if (cut !== whole) throw new Error(`in pieces of ${step} it is ${cut}, whole ${whole}`);
    }
  },
};
