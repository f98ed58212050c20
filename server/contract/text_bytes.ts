// Writes strings as bytes into a buffer that is there already. A loop copies short text, since
// calling the encoder takes longer than encoding it.

/** Up to this length a loop copies ASCII faster than the encoder does. */
const SHORT_TEXT_CHARS = 64;

const encoder = new TextEncoder();

/** Writes a string at `at`. The caller knows that it is ASCII. Returns its length. */
export function writeAscii(text: string, bytes: Uint8Array, at: number): number {
  const { length } = text;
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  return length;
}

/**
 * Writes a well-formed string as UTF-8 at `at`. There must be space for three bytes a character.
 * Returns its length in bytes.
 */
export function writeText(text: string, bytes: Uint8Array, at: number): number {
  const { length } = text;
  let i = length <= SHORT_TEXT_CHARS ? 0 : length + 1;
  for (; i < length; i++) {
    const char = text.charCodeAt(i);
    if (char > 0x7f) break;
    bytes[at + i] = char;
  }
  return i === length ? length : encoder.encodeInto(text, bytes.subarray(at)).written;
}
