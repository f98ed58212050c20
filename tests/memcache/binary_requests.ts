// Random requests of memcached's binary protocol, well-formed and malformed ones; see text_requests.ts. Those after which
// memcached closes the connection come seldom.

import { KEYS, type RequestDraw } from "./text_requests.ts";

/** Codes of requests, the quiet ones included. */
const STORES = [0x01, 0x02, 0x03, 0x11, 0x12, 0x13];
const GETS = [0x00, 0x09, 0x0c, 0x0d];
const JOINS = [0x0e, 0x0f, 0x19, 0x1a];
const COUNTS = [0x05, 0x06, 0x15, 0x16];
const TOUCHES = [0x1c, 0x1d, 0x1e, 0x23, 0x24];
const ODD = [0x1b, 0x1f, 0x20, 0x21, 0x25, 0x30, 0x50, 0xff];
const VALUES = ["", "1", "12", "999", "abc", "x".repeat(300), "v\r\nw"];
const TIMES = [0, 100, 1000, 2_591_999, 2_000_000_000];

function word(number: number): string {
  return String.fromCharCode(
    number >>> 24,
    (number >>> 16) & 255,
    (number >>> 8) & 255,
    number & 255,
  );
}

function long(number: bigint): string {
  return word(Number(number >> 32n)) + word(Number(number & 0xffffffffn));
}

/** What a frame has. */
interface Frame {
  readonly code: number;
  readonly key?: string;
  readonly extras?: string;
  readonly value?: string;
  /** A token: its text, or {key} for the latest one. */
  readonly cas?: string;
  readonly opaque: number;
}

/** The bytes of a frame; a token in braces takes the place of eight bytes. */
function frame(
  { code, key = "", extras = "", value = "", cas = "\0".repeat(8), opaque }: Frame,
): string {
  const length = extras.length + key.length + value.length;
  const lengths = String.fromCharCode(key.length >> 8, key.length & 255, extras.length, 0, 0, 0);
  return `\x80${String.fromCharCode(code)}${lengths}${word(length)}${
    word(opaque)
  }${cas}${extras}${key}${value}`;
}

/** A binary request. */
export function binaryRequest(draw: RequestDraw): string {
  const opaque = draw.below(2 ** 23) * 256;
  const key = draw.of(KEYS.filter((name) => name !== "cnt"));
  const time = () => word(draw.of(TIMES));
  const cas = draw.oneIn(4) ? `{{${key}}}` : draw.oneIn(8) ? long(9007199254740000n) : undefined;
  switch (draw.below(11)) {
    case 0:
    case 1:
    case 2:
      return frame({
        code: draw.of(STORES),
        key,
        extras: word(draw.below(2) * draw.below(2 ** 32 - 1)) + time(),
        value: draw.of(VALUES),
        cas,
        opaque,
      });
    case 3:
    case 4:
      return frame({ code: draw.of(GETS), key, opaque });
    case 5:
      return frame({ code: draw.of(JOINS), key, value: draw.of(VALUES), cas, opaque });
    case 6: {
      // Numbers that become shorter are filled with spaces by memcached.
      const isUp = draw.oneIn(2);
      const made = draw.oneIn(2) ? word(0xffffffff) : time();
      const extras = long(BigInt(isUp ? draw.below(1000) : 0)) + long(BigInt(draw.below(100))) +
        made;
      return frame({
        code: COUNTS[draw.below(2) * 2 + (isUp ? 0 : 1)]!,
        key: "cnt",
        extras,
        opaque,
      });
    }
    case 7:
      return frame({ code: draw.of(TOUCHES), key, extras: time(), opaque });
    case 8:
      return frame({ code: draw.of([0x04, 0x14]), key, cas, opaque });
    case 9:
      return draw.oneIn(6)
        ? frame({ code: draw.of([0x08, 0x18]), extras: draw.oneIn(2) ? "" : word(0), opaque })
        : frame({ code: draw.of([0x0a, 0x0b]), opaque });
    default:
      // Of an unknown code with a body memcached skips the next request, too.
      return draw.oneIn(6) ? odd(draw, key, opaque) : frame({ code: draw.of(ODD), opaque });
  }
}

/** One that cannot be, most of which end the connection. */
function odd(draw: RequestDraw, key: string, opaque: number): string {
  return draw.of([
    frame({ code: 0x00, opaque }),
    frame({ code: 0x01, key, opaque }),
    frame({ code: 0x00, key: "k".repeat(251), opaque }),
    frame({ code: 0x0a, key, opaque }),
    frame({ code: 0x05, key, extras: "1234", opaque }),
    frame({ code: 0x1c, key, opaque }),
    frame({ code: 0x07, opaque }),
    frame({ code: 0x17, opaque }),
    frame({ code: 0x00, key, value: "x", opaque }),
    frame({ code: 0x08, extras: "12345678", opaque }),
  ]);
}
