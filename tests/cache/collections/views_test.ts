// Views on collections: each against a plain model.

import { assert, assertEquals } from "@std/assert";
import {
  type Cache,
  checkShardLocked,
  type Collection,
  HashView,
  ListView,
  Opening,
  SetView,
  SortedSetView,
} from "../../../cache/mod.ts";
import { bytesOf, makeFixture } from "../fixture.ts";

const text = new TextDecoder();

/** Runs `work` with the view opened on a key, and closes it. */
function within(cache: Cache, view: Collection, key: string, work: (opening: Opening) => void) {
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const shard = cache.shardOf(hash);
  const ran = cache.withShard(hash, {
    runLocked() {
      const opening = view.open(shard, 0, hash, bytes, 0, bytes.length, false);
      work(opening);
      if (opening !== Opening.wrongType) view.close();
      checkShardLocked(shard.memory);
    },
  });
  assert(ran);
}

function members(view: Collection): string[] {
  const all: string[] = [];
  for (let more = view.seek(0); more; more = view.next()) all.push(text.decode(view.member()));
  assertEquals(all.length, view.count);
  return all;
}

Deno.test("ListView keeps elements by position", () => {
  const { cache } = makeFixture();
  const list = new ListView();
  within(cache, list, "l", () => {
    for (const word of ["b", "c", ""]) {
      list.insert(list.count, bytesOf(word), 0, word.length);
    }
    list.insert(0, bytesOf("a"), 0, 1);
    list.set(2, bytesOf("x".repeat(300)), 0, 300);
  });
  within(cache, list, "l", (opening) => {
    assertEquals(opening, Opening.found);
    assertEquals(members(list), ["a", "b", "x".repeat(300), ""]);
    assert(list.seek(3) && list.previous() && list.previous() && list.previous());
    assert(!list.previous());
    list.removeRange(1, 2);
    assertEquals(members(list), ["a", ""]);
    list.removeRange(0, 2);
  });
  within(cache, list, "l", (opening) => assertEquals(opening, Opening.absent));
});

Deno.test("SetView has each member once, and a hash is no set", () => {
  const { cache } = makeFixture();
  const set = new SetView();
  within(cache, set, "s", () => {
    assert(set.add(bytesOf("a"), 0, 1));
    assert(set.add(bytesOf("b"), 0, 1));
    assert(!set.add(bytesOf("a"), 0, 1));
    assert(set.remove(bytesOf("a"), 0, 1));
    assert(!set.find(bytesOf("a"), 0, 1));
  });
  within(cache, set, "s", () => assertEquals(members(set), ["b"]));
  within(cache, new HashView(), "s", (opening) => assertEquals(opening, Opening.wrongType));
});

Deno.test("HashView keeps values and deadlines of fields", () => {
  const { cache } = makeFixture();
  const hash = new HashView();
  const put = (field: string, value: string, deadlineMs = 0) =>
    hash.put(bytesOf(field), 0, field.length, bytesOf(value), 0, value.length, deadlineMs);
  within(cache, hash, "h", () => {
    assert(put("f", "1"));
    assert(put("g", "2", 1_800_000_000_123));
    assert(!put("f", "three"));
  });
  within(cache, hash, "h", () => {
    assertEquals(members(hash), ["f", "g"]);
    assert(hash.find(bytesOf("g"), 0, 1));
    assertEquals([text.decode(hash.value()), hash.deadlineMs], ["2", 1_800_000_000_123]);
    assert(hash.find(bytesOf("f"), 0, 1));
    assertEquals([text.decode(hash.value()), hash.deadlineMs], ["three", 0]);
  });
});

Deno.test("SortedSetView is in the order of score and member", () => {
  const { cache } = makeFixture();
  const set = new SortedSetView();
  const put = (member: string, score: number) => set.put(bytesOf(member), 0, member.length, score);
  within(cache, set, "z", () => {
    for (const [member, score] of [["c", 2], ["a", 2], ["b", -1.5], ["d", Infinity]] as const) {
      assert(put(member, score));
    }
    assert(!put("c", 1));
    assertEquals(members(set), ["b", "c", "a", "d"]);
    assertEquals(set.rank(bytesOf("a"), 0, 1), 2);
    assertEquals([set.rankOfScore(1, false), set.rankOfScore(1, true)], [1, 2]);
  });
  within(cache, set, "z", () => {
    assert(set.find(bytesOf("b"), 0, 1));
    assertEquals(set.score, -1.5);
  });
});
