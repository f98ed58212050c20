// The names that OBJECT ENCODING has, at the sizes where Redis changes from one to the other.
// They are those of the defaults of Redis 7.0.

import { assertEquals } from "@std/assert";
import { HashView, type KeyedCollection, SetView, SortedSetView } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const encoder = new TextEncoder();

/** Stores a set, hash or sorted set of these members. */
function store(
  cache: ServerCache,
  view: KeyedCollection,
  name: string,
  members: readonly string[],
) {
  const key = encoder.encode(name);
  const hash = cache.hash(key, 0, key.length);
  cache.withShard(hash, {
    runLocked() {
      view.openEmpty(cache.shardOf(hash), 0, hash, key, 0, key.length);
      for (const member of members) {
        const bytes = encoder.encode(member);
        if (view instanceof SetView) view.add(bytes, 0, bytes.length);
        else if (view instanceof SortedSetView) view.put(bytes, 0, bytes.length, 1);
        else if (view instanceof HashView) view.put(bytes, 0, 1, bytes, 0, bytes.length);
      }
      view.close();
    },
  });
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

Deno.test("OBJECT ENCODING changes its name where Redis 7.0 does", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const long = "x".repeat(64);
  const cases: readonly (readonly [view: KeyedCollection, members: string[], encoding: string])[] =
    [
      [new SetView(), numbers(512), "intset"],
      [new SetView(), numbers(513), "hashtable"],
      [new SetView(), ["1", "1.5"], "hashtable"],
      [new HashView(), ["a", `b${long.slice(1)}`], "listpack"],
      [new HashView(), ["a", `b${long}`], "hashtable"],
      [new SortedSetView(), [...numbers(127), long], "listpack"],
      [new SortedSetView(), numbers(129), "skiplist"],
      [new SortedSetView(), [`${long}x`], "skiplist"],
    ];
  for (const [view, members, encoding] of cases) {
    store(cache, view, "k", members);
    assertEquals(await speaker.say("OBJECT ENCODING k"), `"${encoding}"`);
  }
  await speaker.say("RPUSH l a");
  assertEquals(await speaker.say("OBJECT ENCODING l"), '"quicklist"');
  assertEquals(await speaker.say("OBJECT REFCOUNT l"), ":1");
  assertEquals(await speaker.say("MEMORY USAGE l"), ":36");
});

Deno.test("OBJECT FREQ of the hottest keys is what Redis would count, of others what the clock has", async () => {
  const speaker = new Speaker(newCache());
  for (const line of ["SET k v", "SET hot v", "SELECT 1", "SET hot v", "SELECT 0"]) {
    await speaker.say(line);
  }
  assertEquals(await speaker.say("OBJECT FREQ hot"), ":0");
  for (let i = 0; i < 5; i++) await speaker.say("GET k");
  assertEquals(await speaker.say("OBJECT FREQ k"), ":3");
  for (let i = 0; i < 490; i++) await speaker.say("GET hot");
  // The root of a fifth of some 490 uses, and 5.
  assertEquals(await speaker.say("OBJECT FREQ hot"), ":14");
  for (let i = 0; i < 4000; i++) await speaker.say("GET hot");
  assertEquals(await speaker.say("OBJECT FREQ hot"), ":34");
  await speaker.say("SELECT 1");
  assertEquals(await speaker.say("OBJECT FREQ hot"), ":0", "another key");
  assertEquals(await speaker.say("OBJECT FREQ none"), "nil");
});
