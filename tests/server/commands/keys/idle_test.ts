// OBJECT IDLETIME: known of what nobody has asked for since it was stored, and refused where it is not.

import { assert, assertEquals } from "@std/assert";
import { hitCountLocked, isUnreadLocked, readStats } from "../../../../cache/mod.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const REFUSED =
  "-ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching " +
  "between policies at runtime LRU and LFU data will take some time to adjust.";

Deno.test("OBJECT IDLETIME answers until somebody asks for the key", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("SET k v");
  assertEquals(await speaker.say("OBJECT IDLETIME k"), ":0");
  // Neither OBJECT nor TTL asks for the value.
  await speaker.say("TTL k");
  assertEquals(await speaker.say("OBJECT IDLETIME k"), ":0");
  await speaker.say("GET k");
  assertEquals(await speaker.say("OBJECT IDLETIME k"), REFUSED);
  assertEquals(await speaker.say("OBJECT IDLETIME none"), "nil");
});

Deno.test("isUnreadLocked() claims nothing of items that were read, also when their hits are forgotten", () => {
  const cache = newCache(newRegion(2 ** 20));
  const bytes = (i: number) => new TextEncoder().encode(`key ${i}`);
  const found = (i: number, isRead: boolean) => {
    const key = bytes(i);
    const hash = cache.hash(key, 0, key.length);
    const shard = cache.shardOf(hash);
    const address = isRead
      ? shard.getLocked(hash, key, 0, key.length)
      : shard.peekLocked(hash, key, 0, key.length);
    return { address, memory: shard.memory };
  };
  let [forgotten, unread] = [0, 0];
  for (let i = 0; i < 50_000; i++) {
    cache.put(bytes(i), new Uint8Array(100));
    if (i % 10 === 0) found(i, true);
  }
  assert(readStats(cache).evictions > 1000);
  for (let i = 0; i < 50_000; i++) {
    const { address, memory } = found(i, false);
    if (address === 0) continue;
    if (i % 10 !== 0) unread += isUnreadLocked(memory, address) ? 1 : 0;
    else {
      if (hitCountLocked(memory, address) === 0) forgotten++;
      assert(!isUnreadLocked(memory, address), `key ${i}`);
    }
  }
  assert(forgotten > 10 && unread > 10, `${forgotten} forgotten, ${unread} unread`);
});
