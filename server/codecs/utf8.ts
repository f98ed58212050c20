// Counts characters of UTF-8 in place, and tells UTF-8 from other bytes on the way. For protocols
// that never make a string of what they carry but have limits in characters.

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Code points in `bytes` from `start` to `end`, or -1 where that is no valid UTF-8. */
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
  // Every byte but those that continue a character begins one.
  for (; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) chars++;
  return chars;
}
