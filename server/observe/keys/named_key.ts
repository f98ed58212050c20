// Keys as answers name them: as text where they are UTF-8, else in base64. Of a long one only the first bytes are named,
// and it says so.

import type { NamedKey } from "../facts/key_facts.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Bytes of the longest character, but the last one. */
const MAX_CUT_BYTES = 3;

/** The name of a key of `keyBytes` bytes, of which `bytes` are the first. `database` is the number that clients use. */
export function namedKey(bytes: Uint8Array, keyBytes: number, database: number): NamedKey {
  const isCut = keyBytes > bytes.length;
  const text = textOf(bytes, isCut ? MAX_CUT_BYTES : 0);
  const name = text === null ? { base64: bytes.toBase64() } : { key: text };
  return isCut ? { ...name, isCut, database } : { ...name, database };
}

/** Bytes as text, perhaps without some of the last, up to `most`, which may be those of half a character; null: no text. */
function textOf(bytes: Uint8Array, most: number): string | null {
  for (let without = 0; without <= most; without++) {
    try {
      return decoder.decode(bytes.subarray(0, Math.max(0, bytes.length - without)));
    } catch {
      // The next one may be.
    }
  }
  return null;
}
