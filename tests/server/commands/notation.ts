// Answers of the Redis protocol as one line of text for tables of tests: +OK, -ERR …, :1, "value",
// nil, [a, b]. Reads version 2 of the protocol.

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads one answer from `bytes` at `at`; null when it is not all there. */
export function readAnswer(bytes: Uint8Array, at: number): { text: string; end: number } | null {
  const lineEnd = bytes.indexOf(0x0a, at);
  if (lineEnd < 0) return null;
  const line = decoder.decode(bytes.subarray(at + 1, lineEnd - 1));
  const end = lineEnd + 1;
  const kind = String.fromCharCode(bytes[at]!);
  if (kind === "+" || kind === "-" || kind === ":") return { text: kind + line, end };
  const length = Number(line);
  if (length < 0) return { text: kind === "*" ? "nil list" : "nil", end };
  if (kind === "$") {
    if (end + length + 2 > bytes.length) return null;
    const value = decoder.decode(bytes.subarray(end, end + length));
    return { text: JSON.stringify(value), end: end + length + 2 };
  }
  const parts: string[] = [];
  let next = end;
  for (let i = 0; i < length; i++) {
    const part = readAnswer(bytes, next);
    if (part === null) return null;
    parts.push(part.text);
    next = part.end;
  }
  return { text: `[${parts.join(", ")}]`, end: next };
}

/** The words of a line: split at spaces, "" is an empty one, and \x00 to \xff are bytes. */
export function wordsOf(line: string): Uint8Array[] {
  return line.split(" ").map((word) => {
    if (word === '""') return new Uint8Array(0);
    const text = word.replace(
      /\\x([0-9a-f]{2})/g,
      (_, hex) => String.fromCharCode(parseInt(hex, 16)),
    );
    return text === word
      ? new TextEncoder().encode(word)
      : Uint8Array.from(text, (char) => char.charCodeAt(0));
  });
}

/** A command on the wire. */
export function encodeCommand(words: readonly Uint8Array[]): Uint8Array {
  const heads = words.map((word) => encoder.encode(`$${word.length}\r\n`));
  const first = encoder.encode(`*${words.length}\r\n`);
  const length = words.reduce((sum, word, i) => sum + heads[i]!.length + word.length + 2, 0);
  const bytes = new Uint8Array(first.length + length);
  bytes.set(first);
  let at = first.length;
  words.forEach((word, i) => {
    bytes.set(heads[i]!, at);
    bytes.set(word, at + heads[i]!.length);
    at += heads[i]!.length + word.length + 2;
    bytes[at - 2] = 0x0d;
    bytes[at - 1] = 0x0a;
  });
  return bytes;
}
