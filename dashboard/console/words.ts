// A line of the console as the words of a command, by the rules of redis-cli: spaces part words, double quotes hold
// escapes, single quotes nothing but \'. Pure.

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The words of a line, or what is wrong with it. */
export function wordsOf(line: string): readonly string[] | { readonly problem: string } {
  const words: string[] = [];
  const text = line.trim();
  let at = 0;
  while (at < text.length) {
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const found = quoted(text, at + 1, quote);
      if (found === null) return { problem: "A quote is not closed, or not followed by a space." };
      words.push(found.word);
      at = found.end;
    } else {
      const end = /\s/.exec(text.slice(at))?.index;
      words.push(end === undefined ? text.slice(at) : text.slice(at, at + end));
      at = end === undefined ? text.length : at + end;
    }
    while (at < text.length && /\s/.test(text[at]!)) at++;
  }
  return words;
}

function quoted(text: string, from: number, quote: string): { word: string; end: number } | null {
  let word = "";
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote) {
      const after = text[at + 1];
      return after === undefined || /\s/.test(after) ? { word, end: at + 1 } : null;
    }
    if (char !== "\\" || at + 1 === text.length) {
      word += char;
      continue;
    }
    const next = text[++at]!;
    if (quote === "'") word += next === "'" ? "'" : `\\${next}`;
    else if (next === "x" && /^[0-9a-f]{2}/i.test(text.slice(at + 1))) {
      word += String.fromCharCode(parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else word += ESCAPES[next] ?? next;
  }
  return null;
}
