// Answers of the Redis protocol, versions 2 and 3, as values that can be compared: kind, bytes, items.
// Bytes are kept as characters of one byte each, so nothing is lost of values that are no text.

/** One answer. */
export interface Answer {
  /** The byte that it begins with: "$" and so on. Nothing, of either version, has its own. */
  readonly kind: string;
  /** What stands in its line or value; "" where it has items. */
  readonly text: string;
  readonly items: readonly Answer[];
}

const LISTS = "*%~>";
const VALUES = "$=!";

/** Bytes as characters. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** The bytes of such characters. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Reads one answer from `bytes` at `at`; null when it is not all there. */
export function readFrom(
  bytes: Uint8Array,
  at: number,
): { readonly answer: Answer; readonly end: number } | null {
  const lineEnd = bytes.indexOf(0x0a, at);
  if (lineEnd < 0) return null;
  const kind = String.fromCharCode(bytes[at]!);
  const text = textOf(bytes.subarray(at + 1, lineEnd - 1));
  const end = lineEnd + 1;
  if (text === "-1" && (kind === "$" || kind === "*")) {
    return { answer: { kind: `${kind}-1`, text: "", items: [] }, end };
  }
  if (VALUES.includes(kind)) {
    const length = Number(text);
    if (end + length + 2 > bytes.length) return null;
    return {
      answer: { kind, text: textOf(bytes.subarray(end, end + length)), items: [] },
      end: end + length + 2,
    };
  }
  if (!LISTS.includes(kind)) return { answer: { kind, text, items: [] }, end };
  const items: Answer[] = [];
  let next = end;
  for (let left = Number(text) * (kind === "%" ? 2 : 1); left > 0; left--) {
    const item = readFrom(bytes, next);
    if (item === null) return null;
    items.push(item.answer);
    next = item.end;
  }
  return { answer: { kind, text: "", items }, end: next };
}

/** Characters of one byte each in quotes, with \x.. for what cannot be printed. */
export function quoted(text: string): string {
  // deno-lint-ignore no-control-regex
  const plain = text.replace(/[\x00-\x1f"\\\x7f-\xff]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return plain.length <= 200 ? `"${plain}"` : `"${plain.slice(0, 160)}…"(${text.length} bytes)`;
}

/** An answer for people, in one line. */
export function show(answer: Answer): string {
  if (LISTS.includes(answer.kind)) {
    return `${answer.kind}[${answer.items.map(show).join(", ")}]`;
  }
  if (VALUES.includes(answer.kind)) return answer.kind + quoted(answer.text);
  return answer.kind + answer.text;
}

/** A text that two answers share only if they are the same, byte for byte. */
export function exactly(answer: Answer): string {
  if (!LISTS.includes(answer.kind)) return `${answer.kind}${answer.text.length}:${answer.text}`;
  return `${answer.kind}${answer.items.length}[${answer.items.map(exactly).join("")}]`;
}
