// A value as text, as JSON, as hex: each a node of its own, made of what has come of the value. Knows no server, and
// changes nothing.

import { make } from "../dom/elements.ts";
import { readable, shownText, textOf } from "../dom/escapes.ts";
import { layOut } from "./json_layout.ts";

/** Most bytes shown as hex; a screen has no more. */
const MAX_HEX_BYTES = 16 * 1024;
const LINE_BYTES = 16;

/** How a value can be looked at. */
export const FORMS = [["text", "Text"], ["json", "JSON"], ["hex", "Hex"]] as const;
/** One of them. */
export type Form = typeof FORMS[number][0];

/** The bytes in this form. Line ends of a text stay as they are; all else that cannot be seen is escaped. */
export function valueNode(bytes: Uint8Array, form: Form): HTMLElement {
  if (form === "hex") return make("pre", { class: "hex", tabindex: 0 }, hexOf(bytes));
  if (form === "json") return make("pre", { tabindex: 0 }, jsonOf(bytes));
  return make("pre", { tabindex: 0, dir: "auto" }, shownText(readable(bytes)));
}

/** The form in which a value is read best. */
export function bestForm(bytes: Uint8Array): Form {
  const text = textOf(bytes);
  if (text === null) return "hex";
  return /^\s*[[{]/.test(text) && layOut(text) !== null ? "json" : "text";
}

function jsonOf(bytes: Uint8Array): string {
  const text = textOf(bytes);
  const laidOut = text === null ? null : layOut(text);
  return laidOut === null ? "This is no JSON, or only the beginning of it." : shownText(laidOut);
}

/** Lines of sixteen bytes: where, which, and as characters. */
export function hexOf(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, MAX_HEX_BYTES);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += LINE_BYTES) {
    const line = Array.from(shown.subarray(at, at + LINE_BYTES));
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = line.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")
      .join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(LINE_BYTES * 3)} ${text}`);
  }
  if (shown.length < bytes.length) lines.push("\u2026");
  return lines.join("\n");
}
