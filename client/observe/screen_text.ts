// Text of others made safe to show: nothing in it can move the cursor, change colours, or reverse what stands
// beside it. Knows how many columns it takes, and cuts it.

import type { NamedKey } from "../../server/observe/facts/key_facts.ts";

/** Marks upon the letter before them; more of them than of any language are shown as what they are. */
const MARK = /\p{Mn}|\p{Me}/u;
const MAX_MARKS = 2;
/** What is never sent to a terminal: controls, formats such as reversed writing, halves of pairs, line ends. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Co}\p{Zl}\p{Zp}]/u;
/** What takes two columns: of Unicode's East Asian Width W and F, and pictures. */
const WIDE = new RegExp(
  "[\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf" +
    "\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6" +
    "\\u{16fe0}-\\u{18cff}\\u{1b000}-\\u{1b2ff}\\u{1f200}-\\u{1f2ff}\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}",
  "u",
);
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const PLAIN = /^[ -~]*$/;

/**
 * Makes a text safe to print.
 *
 * @param text anything
 * @returns the same, with escapes such as `\n`, `\x1b` and `\u{202e}` for what is not to be printed
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  let shown = "";
  let marks = MAX_MARKS;
  for (const character of text) {
    const isMark = MARK.test(character);
    marks = isMark ? marks + 1 : 0;
    shown += UNSAFE.test(character) || marks > MAX_MARKS ? escaped(character) : character;
  }
  return shown;
}

function escaped(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  return code < 256 ? `\\x${hex(code)}` : `\\u{${code.toString(16)}}`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** How many columns a text takes that {@linkcode printable} has made. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Cuts a text that takes more than so many columns, and says so with an ellipsis. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let shown = "";
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    shown += character;
  }
  return `${shown}…`;
}

/**
 * Breaks a text between words into lines of at most so many columns.
 *
 * @param text of others or our own; it comes out printable
 * @param columns of the terminal
 * @param most so many lines; what is left stands on the last of them, for whoever draws it to cut
 */
export function wrapped(text: string, columns: number, most: number): string[] {
  const lines = [""];
  for (const word of printable(text).split(" ")) {
    const last = lines.at(-1)!;
    const longer = last === "" ? word : `${last} ${word}`;
    if (last !== "" && textWidth(longer) > columns && lines.length < most) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Fills a text up to so many columns, or cuts it. */
export function fitText(text: string, columns: number, isRight = false): string {
  const shown = cutText(text, columns);
  const gap = " ".repeat(Math.max(0, columns - textWidth(shown)));
  return isRight ? gap + shown : shown + gap;
}

/** A key as people can read it: as text, or with `\xff` for bytes that are none. */
export function keyText({ key, base64, isCut, database }: NamedKey): string {
  const text = key === undefined ? bytesText(base64 ?? "") : printable(key);
  const shown = text === "" ? '""' : text;
  return `${shown}${isCut ? "…" : ""}${database === 0 ? "" : ` (database ${database})`}`;
}

function bytesText(base64: string): string {
  let bytes: string;
  try {
    bytes = atob(base64);
  } catch {
    return printable(base64);
  }
  return Array.from(
    bytes,
    (byte) => byte >= " " && byte <= "~" ? byte : `\\x${hex(byte.charCodeAt(0))}`,
  ).join("");
}
