// Texts that clients chose, made so that they cannot lie: what controls terminals, turns the direction of text or has no
// width is written as an escape. And bytes as texts. Pure; dashboard/dom/visible.ts makes nodes of it.

/** Control characters, those of direction, spaces but the plain one, invisible ones, and halves of pairs that stand alone. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}]|(?! )\p{Zs}/gu;
/** In a name also the spaces at its ends and those after others, which pages leave out. */
export const HIDDEN_IN_NAME = new RegExp(`${HIDDEN.source}|^ | $|(?<= ) `, "gu");
/** Bytes of what is no UTF-8, from 0x80 on: halves of pairs that no text has. */
const BYTES_FROM = 0xdc00;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One of {@linkcode HIDDEN}, written out. */
export function escaped(char: string): string {
  const short = SHORT[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0)!;
  if (code >= BYTES_FROM + 0x80 && code <= BYTES_FROM + 0xff) {
    return `\\x${(code - BYTES_FROM).toString(16)}`;
  }
  const hex = code.toString(16);
  if (code > 0xffff) return `\\u{${hex}}`;
  return code < 0x80 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** The text with escapes in place of what cannot be seen. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** A name with escapes in place of what cannot be seen. */
export function visibleName(text: string): string {
  return text.replace(HIDDEN_IN_NAME, escaped);
}

/** A text with its line ends and tabs, and with escapes in place of all else that cannot be seen. */
export function shownText(text: string): string {
  return text.replace(HIDDEN, (char) => char === "\n" || char === "\t" ? char : escaped(char));
}

/** Bytes of a text in base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** The text of bytes, or null if they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes as text where they are text, else byte for byte, so that {@linkcode escaped} writes those that are no characters. */
export function readable(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text !== null) return text;
  const parts = Array.from(
    bytes,
    (byte) => String.fromCharCode(byte < 0x80 ? byte : BYTES_FROM + byte),
  );
  return parts.join("");
}

/** A key as the routes name it, to be shown. */
export function keyText(named: { readonly key?: string; readonly base64?: string }): string {
  return named.key ?? readable(bytesOf(named.base64 ?? ""));
}
