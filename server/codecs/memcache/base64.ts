// Keys in base64, as memcached's meta commands have them: what is not of its alphabet is passed over, and whole groups of four
// are wanted. Pure.

const PAD = 0x3d;
const ALPHABET = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const NONE = 0xff;

/** The value of each byte, or {@linkcode NONE}. A pad counts as 0. */
const VALUES: Uint8Array = valuesOf();

function valuesOf(): Uint8Array {
  const values = new Uint8Array(256).fill(NONE);
  ALPHABET.forEach((byte, value) => values[byte] = value);
  values[PAD] = 0;
  return values;
}

/** Decodes `length` bytes from `start` in their own place. Returns how many there are then, or 0 where they are no base64. */
export function decodeBase64(bytes: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let digits = 0;
  for (let i = start; i < end; i++) if (VALUES[bytes[i]!] !== NONE) digits++;
  if (digits === 0 || digits % 4 !== 0) return 0;
  let at = start;
  let group = 0;
  let count = 0;
  let pads = 0;
  for (let i = start; i < end; i++) {
    const value = VALUES[bytes[i]!]!;
    if (value === NONE) continue;
    if (bytes[i] === PAD) pads++;
    group = (group << 6) | value;
    if (++count < 4) continue;
    bytes[at] = group >>> 16;
    bytes[at + 1] = group >>> 8;
    bytes[at + 2] = group;
    if (pads > 2) return 0;
    at += 3 - pads;
    if (pads > 0) break;
    group = 0;
    count = 0;
  }
  return at - start;
}

/** Writes `length` bytes of `from` as base64 to `to` at `at`, where there is space for them. Returns where they end. */
export function encodeBase64(
  from: Uint8Array,
  start: number,
  length: number,
  to: Uint8Array,
  at: number,
): number {
  let end = at;
  for (let i = 0; i < length; i += 3) {
    const left = length - i;
    const group = (from[start + i]! << 16) | (left > 1 ? from[start + i + 1]! << 8 : 0) |
      (left > 2 ? from[start + i + 2]! : 0);
    to[end] = ALPHABET[group >>> 18]!;
    to[end + 1] = ALPHABET[(group >>> 12) & 63]!;
    to[end + 2] = left > 1 ? ALPHABET[(group >>> 6) & 63]! : PAD;
    to[end + 3] = left > 2 ? ALPHABET[group & 63]! : PAD;
    end += 4;
  }
  return end;
}
