// Counts characters of UTF-8 in place, and finds out whether bytes are UTF-8. For protocols that have
// limits in characters but make no strings.

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Code points in `bytes` from `start` to `end`, or -1 if that is not valid UTF-8. */
export function countChars(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! < 0x80) i++;
  if (i === end) return end - start;
  try {
    decoder.decode(bytes.subarray(i, end));
  } catch {
    return -1;
  }
  let chars = i - start;
  // A byte begins a character unless it continues one.
  for (; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) chars++;
  return chars;
}
