/**
 * Reads the manifest of a Redis append-only file, which since Redis 7 lies in a folder: one base, as RDB file
 * or commands, and increments in order. Pure.
 *
 * @module
 */

/** The files that make up the data, the base first. */
export interface AofFiles {
  readonly names: readonly string[];
}

const KINDS = { base: "b", history: "h", increment: "i" } as const;

/**
 * Reads a manifest: lines such as `file appendonly.aof.1.base.rdb seq 1 type b`.
 *
 * @returns the names in the order in which they are to be read, or why it cannot be read
 */
export function parseManifest(text: string): AofFiles | string {
  let base: string | undefined;
  const increments: { name: string; sequence: number }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const words = wordsOf(line.trim());
    const facts = new Map<string, string>();
    for (let i = 0; i + 1 < words.length; i += 2) facts.set(words[i]!.toLowerCase(), words[i + 1]!);
    const [name, sequence, kind] = ["file", "seq", "type"].map((fact) => facts.get(fact));
    const isWhole = words.length % 2 === 0 && name !== undefined &&
      /^\d{1,15}$/.test(sequence ?? "");
    if (!isWhole || name === "" || /[/\\\0]/.test(name)) return `line ${index + 1} is no file`;
    if (kind === KINDS.base) {
      if (base !== undefined) return `line ${index + 1} is a second base`;
      base = name;
    } else if (kind === KINDS.increment) increments.push({ name, sequence: Number(sequence) });
    else if (kind !== KINDS.history) return `line ${index + 1} has no known type`;
  }
  for (let i = 1; i < increments.length; i++) {
    if (increments[i]!.sequence <= increments[i - 1]!.sequence) {
      return "its increments are not in order";
    }
  }
  const names = [...base === undefined ? [] : [base], ...increments.map(({ name }) => name)];
  return names.length === 0 ? "it names no file" : { names };
}

/** The words of a line. One in double quotes may have spaces and escapes. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/"(?:\\.|[^"\\])*"|\S+/g)) {
    const isQuoted = word.startsWith('"') && word.endsWith('"') && word.length > 1;
    words.push(isQuoted ? unescaped(word.slice(1, -1)) : word);
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([\da-fA-F]{2})|(.))/g, (_, hex, letter) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return ESCAPES[letter] ?? letter;
  });
}
