// How buffers grow and shrink: at least twice as long, never shorter than needed, bytes kept.

import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  grownBytes,
  grownPlaces,
  keptBytes,
  resizedBytes,
} from "../../../server/contract/growing_bytes.ts";

Deno.test("grownBytes() doubles, or gives what is needed, and keeps what is used", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  assertEquals(grownBytes(bytes, 3, 5), Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0));
  assertEquals(grownBytes(bytes, 4, 9), Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0, 0));
  assertEquals(bytes, Uint8Array.of(1, 2, 3, 4));
});

Deno.test("resizedBytes() makes a buffer of exactly that length, shorter ones too", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  assertEquals(resizedBytes(bytes, 2, 6), Uint8Array.of(1, 2, 0, 0, 0, 0));
  assertEquals(resizedBytes(bytes, 1, 2), Uint8Array.of(1, 0));
});

Deno.test("grownPlaces() doubles, or gives what is needed, and keeps all", () => {
  const places = Int32Array.of(7, 8);
  assertEquals(grownPlaces(places, 3), Int32Array.of(7, 8, 0, 0));
  assertEquals(grownPlaces(places, 5), Int32Array.of(7, 8, 0, 0, 0));
});

Deno.test("keptBytes() keeps a buffer up to a bound, and a new one of that size beyond", () => {
  const [small, large] = [new Uint8Array(4), new Uint8Array(5).fill(1)];
  assertStrictEquals(keptBytes(small, 4), small);
  assertEquals(keptBytes(large, 4), new Uint8Array(4));
});
