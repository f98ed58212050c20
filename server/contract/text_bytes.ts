// Strings as bytes: how text that is here already gets into a buffer that is here already.
// Short text is copied by a loop, since the encoder takes longer to be called than to encode.

/** Up to this length a loop copies ASCII faster than the encoder does. */
const SHORT_TEXT_CHARS = 64;

const encoder = new TextEncoder();

/** Writes a string of which the caller knows that it is ASCII at `at`; returns its length. */
export function writeAscii(text: string, bytes: Uint8Array, at: number): number {
  const { length } = text;
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  return length;
}

/**
 * Writes a string, which must be well-formed, as UTF-8 at `at`, where three bytes a character have to
 * be free; returns its length in bytes.
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
