// Makes texts of clients fit for a log and a terminal: no control character gets through, nor what turns the
// direction of text around, and nothing is longer than it may be. Knows no event.

/** Control characters, line and paragraph separators, marks of direction, and halves of pairs. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const UNFIT_ALL = new RegExp(UNFIT, "gu");

/** Shows each character that is unfit as an escape, such as \n, \x1b or \u202e. */
export function escaped(text: string): string {
  return UNFIT.test(text) ? text.replaceAll(UNFIT_ALL, escapeOf) : text;
}

function escapeOf(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\r") return "\\r";
  if (char === "\t") return "\\t";
  const code = char.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}

/** The first `maxChars` characters of a text, escaped, and "..." where it has more. */
export function escapedAndCut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return escaped(text);
  // A pair of surrogates is one character, and must not be cut in two.
  const end = text.codePointAt(maxChars - 1)! > 0xffff ? maxChars - 1 : maxChars;
  return `${escaped(text.slice(0, end))}...`;
}

/** The same of bytes: those that are no UTF-8 are shown as \xff. Escapes in the text itself stay as they are. */
export function escapedBytes(bytes: Uint8Array, maxBytes: number): string {
  const shown = bytes.subarray(0, maxBytes);
  const isCut = shown.length < bytes.length;
  const text = textOf(shown, isCut ? 3 : 0) ?? Array.from(shown, (byte) => latin(byte)).join("");
  return isCut ? `${text}...` : text;
}

/** Bytes as text, without what a cut may have left of a last character; undefined where they are no UTF-8. */
function textOf(bytes: Uint8Array, mostLeft: number): string | undefined {
  for (let cut = 0; cut <= Math.min(mostLeft, bytes.length); cut++) {
    try {
      return escaped(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(0, bytes.length - cut),
      ));
    } catch {
      // Perhaps its last character is cut off.
    }
  }
  return undefined;
}

function latin(byte: number): string {
  return byte < 0x7f ? escaped(String.fromCharCode(byte)) : `\\x${byte.toString(16)}`;
}
