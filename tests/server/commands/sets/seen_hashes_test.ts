// Unions of sets whose members have the same hashes, and what remembers the hashes of members.

import { assert, assertEquals } from "@std/assert";
import { sameHashKeys } from "../../../../bench/engine/same_hash_keys.ts";
import { hashKey } from "../../../../cache/mod.ts";
import { SeenHashes } from "../../../../server/commands/sets/seen_hashes.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

function setsOf(seen: SeenHashes, hash: number): number[] {
  const sets: number[] = [];
  for (let at = seen.first(hash); at >= 0; at = seen.next(at, hash)) sets.push(seen.setAt(at));
  return sets.sort((a, b) => a - b);
}

Deno.test("SeenHashes tells the sets of each hash, each once, whatever the hashes are", () => {
  for (const step of [1, 65536, 0x10000001]) {
    const seen = new SeenHashes(1000);
    const expected = new Map<number, Set<number>>();
    for (let i = 0; i < 1000; i++) {
      const hash = (Math.floor(i / 3) * step) | 0;
      const set = i % 7;
      seen.add(hash, set);
      seen.add(hash, set);
      expected.set(hash, (expected.get(hash) ?? new Set()).add(set));
    }
    for (const [hash, sets] of expected) {
      assertEquals(setsOf(seen, hash), [...sets].sort((a, b) => a - b));
    }
    assertEquals(setsOf(seen, -7), []);
  }
});

Deno.test("SUNION and its kin are right where members have one hash", async () => {
  const speaker = new Speaker(newCache());
  const members = sameHashKeys(60).map((key) =>
    Array.from(key, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")
  );
  const [a, b] = [members.slice(0, 40), members.slice(20)];
  assertEquals(new Set(sameHashKeys(60).map((key) => hashKey(key, 0, key.length))).size, 1);
  await speaker.say(`SADD a ${a.join(" ")}`);
  await speaker.say(`SADD b ${b.join(" ")}`);
  assertEquals(await speaker.say("SUNIONSTORE u a b none a"), ":60");
  for (const member of members) assertEquals(await speaker.say(`SISMEMBER u ${member}`), ":1");
  assertEquals(await speaker.say("SINTERSTORE i a b"), ":20");
  assertEquals(await speaker.say("SDIFFSTORE d a b"), ":20");
  for (const [i, member] of a.entries()) {
    assertEquals(await speaker.say(`SISMEMBER ${i < 20 ? "d" : "i"} ${member}`), ":1");
  }
  const union: string[] = JSON.parse(await speaker.say("SUNION a b a"));
  assert(new Set(union).size <= 60);
  assertEquals(union.length, 60);
});
