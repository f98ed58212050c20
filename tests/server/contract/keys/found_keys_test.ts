// Keys whose places stand among the arguments: behind a number, or behind an option.

import { assertEquals } from "@std/assert";
import { Args } from "../../../../server/contract/args.ts";
import {
  geoRadiusKeys,
  numberedKeys,
  SORT_KEYS,
} from "../../../../server/contract/keys/found_keys.ts";
import {
  type KeyPlaces,
  MANY_KEYS,
  placeKeys,
} from "../../../../server/contract/keys/key_places.ts";

/** The keys of a call, by the words behind its name. */
function keysOf(places: KeyPlaces, line: string): string {
  const args = new Args();
  const words = line.split(" ");
  for (const word of words) args.pushText(word);
  const indexes = new Int32Array(words.length);
  const count = placeKeys(places, args, indexes);
  return Array.from(indexes.subarray(0, count), (index) => words[index]).join(" ");
}

Deno.test("numberedKeys() finds as many keys as their number says, and none where it is wrong", () => {
  const union = numberedKeys(0);
  assertEquals(keysOf(union, "2 a b WEIGHTS 1 2"), "a b");
  assertEquals(keysOf(union, "1 a"), "a");
  for (const wrong of ["0 a", "2 a", "-1 a", "x a", "1.0 a", "9999999999 a", "", "1"]) {
    assertEquals(keysOf(union, wrong), "", wrong);
  }
  assertEquals(keysOf(numberedKeys(1), "0.5 2 a b LEFT COUNT 3"), "a b");
  assertEquals(keysOf(numberedKeys(1), "0"), "");
});

Deno.test("numberedKeys() has the destination first, also where the number is wrong", () => {
  const store = numberedKeys(1, 0);
  assertEquals(keysOf(store, "d 3 a b c AGGREGATE MAX"), "d a b c");
  assertEquals(keysOf(store, "d 3 a b"), "d");
  assertEquals(keysOf(store, "d 0 a"), "d");
});

Deno.test("geoRadiusKeys() and SORT_KEYS find the last key to store to, and no other option's value", () => {
  const radius = geoRadiusKeys(5);
  assertEquals(keysOf(radius, "k 1 2 3 km"), "k");
  assertEquals(keysOf(radius, "k 1 2 3 km ASC store a WITHDIST StoreDist b"), "k b");
  assertEquals(keysOf(radius, "store store store store km"), "store");
  assertEquals(keysOf(radius, "k 1 2 3 km STORE"), "k");
  assertEquals(keysOf(radius, "k 1 2 3 km STORE STORE x"), "k STORE");
  assertEquals(keysOf(SORT_KEYS, "k"), "k");
  assertEquals(keysOf(SORT_KEYS, "k LIMIT store store BY store GET store ALPHA"), "k");
  assertEquals(keysOf(SORT_KEYS, "k STORE a DESC store b"), "k b");
  assertEquals(keysOf(MANY_KEYS, "a b c"), "a b c");
});
