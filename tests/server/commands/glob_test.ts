// Patterns of KEYS and SCAN: a table, the agreement with a plain recursive matcher on random
// patterns, and the bound on what a hostile pattern can cost.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Glob } from "../../../server/commands/glob.ts";

const encoder = new TextEncoder();

function matches(pattern: string, text: string): boolean {
  const bytes = encoder.encode(`x${text}x`);
  return new Glob(encoder.encode(pattern)).matches(bytes, 1, bytes.length - 2);
}

Deno.test("Glob.matches() follows the pattern's elements", () => {
  const table: [pattern: string, texts: string[], others: string[]][] = [
    ["", [""], ["a"]],
    ["*", ["", "a", "abc"], []],
    ["a*", ["a", "ab"], ["", "ba"]],
    ["*a", ["a", "ba", "aa"], ["ab"]],
    ["a?c", ["abc", "a?c"], ["ac", "abbc"]],
    ["h[ae]llo", ["hello", "hallo"], ["hillo", "hllo"]],
    ["h[^e]llo", ["hallo", "hbllo"], ["hello"]],
    ["h[a-c]llo", ["hallo", "hcllo"], ["hdllo", "h-llo"]],
    ["h[c-a]llo", ["hallo", "hcllo"], ["hdllo"]],
    ["[\\]]", ["]"], ["\\", "a"]],
    ["\\*", ["*"], ["a", "\\*"]],
    ["a\\", ["a\\"], ["a"]],
    ["[abc", ["a", "c"], ["d", "[abc"]],
    ["a**b", ["ab", "acb"], ["a"]],
    ["*ab*cd*", ["abcd", "xabycdz"], ["cdab", "abdc"]],
  ];
  for (const [pattern, texts, others] of table) {
    for (const text of texts) assert(matches(pattern, text), `${pattern} ${text}`);
    for (const text of others) assert(!matches(pattern, text), `${pattern} ${text}`);
  }
});

/** The meaning of ? and * by recursion. */
function plain(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") {
    return plain(pattern.slice(1), text) || text !== "" && plain(pattern, text.slice(1));
  }
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) &&
    plain(pattern.slice(1), text.slice(1));
}

Deno.test("Glob.matches() agrees with its definition", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "?", "*"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (p, t) => assertEquals(matches(p, t), plain(p, t))),
    { numRuns: 2000, seed: 7171 },
  );
});

Deno.test("Glob.matches() takes no exponential time", () => {
  const started = performance.now();
  assert(!matches("a*".repeat(500) + "b", "a".repeat(1000)));
  assert(performance.now() - started < 1000);
});
