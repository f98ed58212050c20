// Answers of commands as text, the way redis-cli writes them. Strings come in base64, but for OK; what a client stored
// is escaped, so that no value can pass for an answer of its own.

import { bytesOf, readable, visibleText } from "../dom/escapes.ts";
import { LongInteger } from "../state/exact_json.ts";

/** Most lines of one answer; more than anybody reads. */
const MAX_LINES = 1000;
/** Most characters of one answer, and of one string. */
const MAX_CHARS = 200_000;
const MAX_STRING_CHARS = 16_384;

/** A string of an answer as it was stored, bytes that are no text escaped; other things as they are written. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return "(nil)";
  if (value instanceof LongInteger) return value.digits;
  if (typeof value !== "string") return String(value);
  return value === "OK" ? value : readable(bytesOf(value));
}

/** An answer as lines. */
export function replyText(answer: unknown): string {
  const lines: string[] = [];
  write(answer, "", "", lines);
  if (lines.length > MAX_LINES) lines.splice(MAX_LINES, Infinity, "\u2026");
  const text = lines.join("\n");
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}\u2026` : text;
}

function write(value: unknown, before: string, indent: string, lines: string[]): void {
  if (lines.length > MAX_LINES) return;
  if (!Array.isArray(value)) {
    lines.push(before + single(value));
    return;
  }
  if (value.length === 0) lines.push(`${before}(empty array)`);
  const width = String(value.length).length;
  value.forEach((element, i) => {
    const number = `${String(i + 1).padStart(width)}) `;
    write(element, (i === 0 ? before : indent) + number, indent + " ".repeat(number.length), lines);
  });
}

function single(value: unknown): string {
  if (typeof value === "number") return `(integer) ${value}`;
  if (value instanceof LongInteger) return `(integer) ${value.digits}`;
  if (typeof value !== "string" || value === "OK") return plainText(value);
  return longText(readable(bytesOf(value)));
}

/** A short string in quotes; what has lines of its own, such as INFO, as lines. */
function longText(text: string): string {
  const cut = text.length > MAX_STRING_CHARS ? `${text.slice(0, MAX_STRING_CHARS)}\u2026` : text;
  if (/^[^\n]{0,200}\r\n/.test(cut)) return cut.split("\r\n").map(visibleText).join("\n");
  return `"${visibleText(cut.replace(/["\\]/g, "\\$&"))}"`;
}
