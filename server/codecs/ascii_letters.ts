// Reads ASCII letters and digits in place: short words in any case as one number, hexadecimal digits,
// and words that only a browser would send. Makes no strings.

/** A word of at most four lower-case letters as one number; see {@linkcode packedAt}. */
export function packed(word: string): number {
  let letters = 0;
  for (let i = 0; i < word.length; i++) letters = (letters << 8) | word.charCodeAt(i);
  return letters;
}

/** The bytes from `start` to `end`, at most four letters of any case, as one number. */
export function packedAt(bytes: Uint8Array, start: number, end: number): number {
  let letters = 0;
  for (let i = start; i < end; i++) letters = (letters << 8) | bytes[i]! | 0x20;
  return letters;
}

const POST = packed("post");
const HOST = packed("host");
const COLON = 0x3a;

/**
 * Whether the first word of a line, from `start` to `end`, is POST or the name of the Host header. A
 * web page can make a browser send such lines to any port.
 */
export function isOfBrowser(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 4) return packedAt(bytes, start, end) === POST;
  return end - start === 5 && bytes[end - 1] === COLON && packedAt(bytes, start, end - 1) === HOST;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(char: number): number {
  if (char >= 0x30 && char <= 0x39) return char - 0x30;
  const letter = char | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
