// Patterns of KEYS and SCAN: a table, the agreement with a plain recursive matcher on random
// patterns, and the bound on what a hostile pattern can cost.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Glob, MAX_PATTERN_BYTES } from "../../../../server/contract/keys/glob.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../../commands/speaker.ts";

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

Deno.test("Glob refuses patterns that are longer than a key can be", () => {
  assert(new Glob(new Uint8Array(MAX_PATTERN_BYTES).fill(97)).matchesAll === false);
  assertThrows(() => new Glob(new Uint8Array(MAX_PATTERN_BYTES + 1)), RangeError, "too long");
});

Deno.test("Glob.matches() takes time by the key's length, whatever the pattern", () => {
  const key = encoder.encode("b".repeat(1000));
  for (
    const pattern of [
      "*[bbb".padEnd(511, "b") + "]c",
      `*${"b".repeat(1000)}c*`,
      `*${"?b".repeat(500)}c*`,
    ]
  ) {
    const glob = new Glob(encoder.encode(pattern));
    const fromMs = performance.now();
    for (let i = 0; i < 1000; i++) assert(!glob.matches(key, 0, key.length));
    assert(performance.now() - fromMs < 1000, pattern.slice(0, 10));
  }
});

Deno.test("KEYS, SCAN, CONFIG GET and COMMAND LIST refuse patterns that are too long", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("SET k v");
  const [fits, long] = [1024, 1025].map((length) => "*".repeat(length));
  const refusal = "-ERR pattern is too long, send at most 1024 bytes";
  for (const command of ["KEYS", "SCAN 0 MATCH", "CONFIG GET", "COMMAND LIST FILTERBY PATTERN"]) {
    assertEquals(await speaker.say(`${command} ${long}`), refusal);
    assert(!(await speaker.say(`${command} ${fits}`)).startsWith("-"));
  }
  // Of several patterns the last one counts, as before.
  assertEquals(await speaker.say(`SCAN 0 MATCH ${long} MATCH k COUNT 1000`), '["0", ["k"]]');
  const many = await speaker.say(`CONFIG GET ${"x ".repeat(101)}`);
  assertEquals(many, "-ERR too many patterns, send at most 100");
});
