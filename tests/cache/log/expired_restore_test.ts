// What has expired by the time it is restored, while later parts of the log are about it: they find it all the same,
// and may have given it more time.

import { assertEquals } from "@std/assert";
import { type Cache, HashView, ListView, Opening } from "../../../cache/mod.ts";
import { bytesOf } from "../fixture.ts";
import { checkAll } from "../model.ts";
import { LoggedCache, restore } from "./fixture.ts";

const BYTES = 4 * 2 ** 20;
const KEY = bytesOf("k");

/** Opens a view on the key, does something, and closes it. Returns what was found. */
function within<V extends ListView | HashView>(
  cache: Cache,
  view: V,
  work: (view: V) => void = () => {},
): Opening {
  const hash = cache.hash(KEY, 0, KEY.length);
  const shard = cache.shardOf(hash);
  let opening: Opening = Opening.absent;
  cache.withShard(hash, {
    runLocked() {
      opening = view.open(shard, 0, hash, KEY, 0, KEY.length, false);
      work(view);
      view.close();
    },
  });
  return opening;
}

function setDeadline(cache: Cache, deadlineMs: number): void {
  const hash = cache.hash(KEY, 0, KEY.length);
  const shard = cache.shardOf(hash);
  cache.withShard(hash, {
    runLocked: () =>
      shard.setDeadlineLocked(shard.peekLocked(hash, KEY, 0, KEY.length), deadlineMs),
  });
}

for (const isKept of [true, false]) {
  Deno.test(`a list that has expired when it is restored ${isKept ? "is there if PERSIST follows" : "is gone"}`, () => {
    const logged = new LoggedCache(BYTES);
    const { cache, clock } = logged;
    const push = (list: ListView) => {
      for (let i = 0; i < 500; i++) list.insert(list.count, KEY, 0, 1);
    };
    within(cache, new ListView(), push);
    setDeadline(cache, clock.nowMs + 1000);
    within(cache, new ListView(), push);
    if (isKept) setDeadline(cache, 0);
    logged.drain();
    clock.nowMs += 2000;
    const restored = restore(logged, null, BYTES, logged.position);
    let count = 0;
    const opening = within(restored, new ListView(), (list) => count = list.count);
    checkAll(restored);
    assertEquals(opening, isKept ? Opening.found : Opening.absent);
    assertEquals(count, isKept ? 1000 : 0);
  });
}

Deno.test("fields that have expired when a hash is restored may be given more time by what follows", () => {
  const logged = new LoggedCache(BYTES);
  const { cache, clock } = logged;
  const put = (deadlineMs: number, count: number) => (hash: HashView) => {
    for (let i = 0; i < count; i++) {
      const field = bytesOf(`field-${i}`);
      hash.put(field, 0, field.length, KEY, 0, 1, deadlineMs);
    }
  };
  within(cache, new HashView(), put(clock.nowMs + 1000, 500));
  within(cache, new HashView(), put(0, 7));
  within(cache, new HashView(), put(clock.nowMs + 1000, 3));
  logged.drain();
  clock.nowMs += 2000;
  const restored = restore(logged, null, BYTES, logged.position);
  let count = 0;
  within(restored, new HashView(), (hash) => count = hash.count);
  checkAll(restored);
  assertEquals(count, 4);
});
