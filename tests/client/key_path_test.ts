// encodeKey(): any key survives the way through a URL's path to the server's decoder.

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ClientError } from "../../client/platform.ts";
import { encodeKey } from "../../client/key_path.ts";

const keys = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });

Deno.test("encodeKey() round-trips, and writes one segment of plain characters", () => {
  fc.assert(fc.property(keys, (key) => {
    const encoded = encodeKey(key);
    assertEquals(decodeURIComponent(encoded), key);
    assertEquals(/^(?:[\w.!~*'()-]|%[\dA-F]{2})+$/.test(encoded), true, encoded);
    assertEquals(encoded === "." || encoded === "..", false);
  }));
});

Deno.test("encodeKey() writes steps and separators so that none is taken for one", () => {
  const table = [[".", "%2E"], ["..", "%2E%2E"], ["a/b", "a%2Fb"], ["?#%", "%3F%23%25"], [
    "a.b",
    "a.b",
  ]];
  for (const [key, expected] of table) assertEquals(encodeKey(key!), expected);
});

Deno.test("encodeKey() refuses an empty key and half a character", () => {
  assertThrows(() => encodeKey(""), ClientError, "Key is empty");
  assertThrows(() => encodeKey("\ud800"), ClientError, "Key is not valid text");
});
