import { assertEquals } from "@std/assert";
import {
  MAX_SCRIPT_BYTES,
  MAX_SCRIPTS,
  MAX_SCRIPTS_BYTES,
  Script,
  ScriptCache,
  shaOf,
} from "../../../../server/contract/scripts/script_cache.ts";
import { argsOf } from "../../fixture.ts";

function scriptOf(text: string): Script {
  const source = new TextEncoder().encode(text);
  return new Script(shaOf(source), source);
}

Deno.test("ScriptCache finds scripts by their text and by their SHA-1 in any case, and no others", () => {
  const cache = new ScriptCache();
  const one = cache.add(scriptOf("return 1"));
  cache.add(scriptOf("return 2"));
  assertEquals(one.sha, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
  assertEquals(cache.add(scriptOf("return 1")) === one, true);
  assertEquals(cache.size, 2);
  const args = argsOf(
    "return 1",
    one.sha.toUpperCase(),
    "return 3",
    `${one.sha.slice(0, -1)}a`,
    "x",
  );
  assertEquals(cache.findText(args, 0), one);
  assertEquals(cache.findSha(args, 1), one);
  assertEquals(cache.findText(args, 2), undefined);
  for (const i of [0, 3, 4]) assertEquals(cache.findSha(args, i), undefined);
  cache.clear();
  assertEquals([cache.size, cache.heldBytes, cache.findText(args, 0)], [0, 0, undefined]);
});

Deno.test("ScriptCache forgets who was used longest ago where there are too many, or too many bytes", () => {
  const cache = new ScriptCache();
  const dropped: string[] = [];
  cache.onDrop = ({ source }) => dropped.push(new TextDecoder().decode(source).slice(0, 10));
  let evicted = 0;
  cache.onEvict = () => evicted++;
  for (let i = 0; i < MAX_SCRIPTS; i++) cache.add(scriptOf(`return ${i}`));
  cache.findText(argsOf("return 0"), 0);
  cache.add(scriptOf("return -1"));
  assertEquals([dropped, evicted, cache.size], [["return 1"], 1, MAX_SCRIPTS]);
  for (let i = 0; i < 8; i++) cache.add(scriptOf(`--${i}${"x".repeat(MAX_SCRIPT_BYTES - 3)}`));
  assertEquals(cache.heldBytes <= MAX_SCRIPTS_BYTES, true);
  assertEquals(cache.size, 3);
});

Deno.test("ScriptCache takes its memory from a budget, gives it back, and keeps what has none for the call alone", () => {
  const cache = new ScriptCache();
  let left = 1200;
  cache.memory = {
    get bytesLeft() {
      return left;
    },
    tryTake: (bytes) => bytes <= left && (left -= bytes, true),
    take: (bytes) => void (left -= bytes),
    give: (bytes) => void (left += bytes),
  };
  cache.add(scriptOf("return 1"));
  cache.add(scriptOf("return 2"));
  cache.add(scriptOf("return 3"));
  assertEquals(cache.size, 2);
  const large = scriptOf(`--${"x".repeat(2000)}`);
  assertEquals(cache.add(large) === large, true);
  assertEquals([cache.size, left], [0, 1200]);
});
