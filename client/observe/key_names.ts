// What keys a terminal sends, by name: letters as they are, arrows and the like as words. Unknown sequences are
// no keys. Pure.

const SEQUENCES: Readonly<Record<string, string>> = {
  "[A": "up",
  "OA": "up",
  "[B": "down",
  "OB": "down",
  "[C": "right",
  "OC": "right",
  "[D": "left",
  "OD": "left",
  "[5~": "page up",
  "[6~": "page down",
  "[H": "home",
  "OH": "home",
  "[1~": "home",
  "[F": "end",
  "OF": "end",
  "[4~": "end",
  "[Z": "left",
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\x03": "q",
  "\x04": "q",
  "\x0c": "redraw",
  "\t": "right",
  "\r": "enter",
  "\n": "enter",
};

/**
 * Reads keys. A sequence is taken to come whole, as terminals send it.
 *
 * @param bytes what a terminal has sent
 * @returns names of keys, in their order
 */
export function keyNames(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  // deno-lint-ignore no-control-regex
  const parts = text.match(/\x1b\[[0-9;<?]*[@-~]|\x1bO[A-Za-z]|\x1b|[^\x1b]/gu) ?? [];
  return parts.flatMap((part) => {
    if (part === "\x1b") return ["escape"];
    if (part.startsWith("\x1b")) return SEQUENCES[part.slice(1)] ?? [];
    return CONTROLS[part] ?? (part < " " ? [] : [part]);
  });
}
