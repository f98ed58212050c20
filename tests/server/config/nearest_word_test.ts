/**
 * Tests of the suggestions for misspelt words: close words are found, and far ones are not
 * offered, since a wrong guess is worse than none.
 */

import { assertEquals } from "@std/assert";
import { nearestWord } from "../../../server/config/nearest_word.ts";

Deno.test("nearestWord() finds the word that was meant", () => {
  const words = ["memory", "max-key", "max-value", "port", "host"];
  const table: [string, string | undefined][] = [
    ["memroy", "memory"],
    ["max-kee", "max-key"],
    ["maxvalue", "max-value"],
    ["prot", "port"],
    ["memory", "memory"],
    ["zzzz", undefined],
    ["", undefined],
  ];
  for (const [word, nearest] of table) assertEquals(nearestWord(word, words), nearest, word);
  assertEquals(nearestWord("memory", []), undefined);
});
