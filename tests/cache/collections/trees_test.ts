// Collections that are trees, against plain models: random changes with seeds, in shards in which all invariants are
// checked again and again.

import { assert, assertEquals } from "@std/assert";
import {
  type Cache,
  checkShardLocked,
  type Collection,
  HashView,
  ListView,
  SetView,
  SortedSetView,
} from "../../../cache/mod.ts";
import { bytesOf, makeFixture } from "../fixture.ts";

const text = new TextDecoder();

/** Numbers below 1 that follow from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

function within(cache: Cache, view: Collection, key: string, work: () => void, checks: boolean) {
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const shard = cache.shardOf(hash);
  const ran = cache.withShard(hash, {
    runLocked() {
      view.open(shard, 0, hash, bytes, 0, bytes.length, false);
      work();
      view.close();
      if (checks) checkShardLocked(shard.memory);
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

/** A member that is short most often, and seldom too long for a leaf. */
function memberOf(random: () => number, range: number): string {
  const number = Math.floor(random() * range);
  const length = number % 29 === 0 ? 40 + (number * 37) % 700 : number % 20;
  return `${number}:${"x".repeat(length)}`;
}

const SEEDS = [1, 2, 3];

for (const seed of SEEDS) {
  Deno.test(`a list that is a tree is like an array (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const { cache } = makeFixture(4 * 2 ** 20);
    const list = new ListView();
    const model: string[] = [];
    for (let round = 0; round < 1500; round++) {
      within(cache, list, "l", () => {
        const what = random();
        const grows = round % 500 < 350;
        if (what < (grows ? 0.7 : 0.3) || model.length === 0) {
          const element = memberOf(random, 1000);
          const at = random();
          const index = at < 0.3 ? 0 : at < 0.6 ? model.length : Math.floor(at * model.length);
          list.insert(index, bytesOf(element), 0, element.length);
          model.splice(index, 0, element);
        } else if (what < 0.8) {
          const element = memberOf(random, 1000);
          const index = Math.floor(random() * model.length);
          list.set(index, bytesOf(element), 0, element.length);
          model[index] = element;
        } else {
          const index = Math.floor(random() * model.length);
          const count = 1 + Math.floor(random() * (grows ? 2 : 30));
          list.removeRange(index, count);
          model.splice(index, count);
        }
      }, round % 10 === 0);
      if (round % 50 === 0) {
        within(cache, list, "l", () => assertEquals(members(list), model), true);
      }
    }
    within(cache, list, "l", () => {
      const back: string[] = [];
      for (let more = list.seek(model.length - 1); more; more = list.previous()) {
        back.push(text.decode(list.member()));
      }
      assertEquals(back.reverse(), model);
    }, true);
  });

  Deno.test(`a hash that is a tree is like a map (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const { cache } = makeFixture(4 * 2 ** 20);
    const hash = new HashView();
    const model = new Map<string, string>();
    for (let round = 0; round < 1500; round++) {
      within(cache, hash, "h", () => {
        const field = memberOf(random, 400);
        const value = memberOf(random, 1000);
        if (random() < (round % 500 < 350 ? 0.75 : 0.2)) {
          const isNew = hash.put(bytesOf(field), 0, field.length, bytesOf(value), 0, value.length);
          assertEquals(isNew, !model.has(field));
          model.set(field, value);
        } else assertEquals(hash.remove(bytesOf(field), 0, field.length), model.delete(field));
        const other = memberOf(random, 400);
        assertEquals(hash.find(bytesOf(other), 0, other.length), model.has(other));
        if (model.has(other)) assertEquals(text.decode(hash.value()), model.get(other));
      }, round % 10 === 0);
    }
    within(cache, hash, "h", () => {
      assertEquals(members(hash).sort(), [...model.keys()].sort());
      const seen = new Set<string>();
      let cursor = 0;
      do {
        cursor = hash.scan(cursor, 10, () => seen.add(text.decode(hash.member())));
      } while (cursor !== 0);
      assertEquals([...seen].sort(), [...model.keys()].sort());
    }, true);
  });

  Deno.test(`a sorted set that is two trees is like a sorted array (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const { cache } = makeFixture(4 * 2 ** 20);
    const set = new SortedSetView();
    const model = new Map<string, number>();
    const sorted = () =>
      [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([member]) => member);
    for (let round = 0; round < 1500; round++) {
      within(cache, set, "z", () => {
        const member = memberOf(random, 400);
        const score = Math.floor(random() * 20) - 10;
        if (random() < (round % 500 < 350 ? 0.75 : 0.2)) {
          const isNew = set.put(bytesOf(member), 0, member.length, score);
          assertEquals(isNew, !model.has(member));
          model.set(member, score);
        } else if (random() < 0.9) {
          assertEquals(set.remove(bytesOf(member), 0, member.length), model.delete(member));
        } else if (model.size > 0) {
          const from = Math.floor(random() * model.size);
          for (const gone of sorted().slice(from, from + 5)) model.delete(gone);
          set.removeRange(from, 5);
        }
      }, round % 10 === 0);
      if (round % 50 > 0) continue;
      within(cache, set, "z", () => {
        const all = sorted();
        assertEquals(members(set), all);
        for (const [rank, member] of all.entries()) {
          assertEquals(set.rank(bytesOf(member), 0, member.length), rank);
        }
        for (let score = -11; score < 11; score++) {
          const smaller = [...model.values()].filter((other) => other < score).length;
          const same = [...model.values()].filter((other) => other === score).length;
          assertEquals(set.rankOfScore(score, false), smaller);
          assertEquals(set.rankOfScore(score, true), smaller + same);
        }
      }, true);
    }
  });
}

Deno.test("a set that is evicted or deleted leaves nothing behind", () => {
  const { cache } = makeFixture(2 ** 20);
  const set = new SetView();
  for (let key = 0; key < 60; key++) {
    within(cache, set, `s${key}`, () => {
      for (let i = 0; i < 200 && set.hasRoom(1, 20); i++) {
        const member = `${key}-${i}-member`;
        set.add(bytesOf(member), 0, member.length);
      }
    }, true);
  }
  for (let key = 0; key < 60; key++) cache.delete(bytesOf(`s${key}`));
  cache.withAllShards({
    runLocked() {
      for (const { memory } of cache.shards) assertEquals(checkShardLocked(memory).items, 0);
    },
  });
});
