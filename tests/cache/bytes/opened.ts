// What the tests of byte views share: a view that is open on a key under its lock, and a random change of it beside a
// model.

import { assert, assertEquals } from "@std/assert";
import type { Random } from "../../../bench/workload.ts";
import { type ByteView, type Cache, ItemType, type Opening } from "../../../cache/mod.ts";
import { bytesOf, valueOf } from "../fixture.ts";

/** Runs `use` with a view that is open on a key, under its lock. */
export function withView(
  cache: Cache,
  view: ByteView,
  key: string,
  use: (opening: Opening) => void,
  type: ItemType = ItemType.string,
): void {
  const bytes = bytesOf(key);
  const hash = cache.hash(bytes, 0, bytes.length);
  const shard = cache.shardOf(hash);
  cache.withShard(hash, {
    runLocked: () => use(view.open(shard, 0, hash, bytes, 0, bytes.length, type, false)),
  });
}

/** One change of a value, carried out on the view and on a model of it. Returns the model. */
export function change(
  view: ByteView,
  model: Uint8Array,
  random: Random,
  maxBytes: number,
): Uint8Array {
  const grown = (length: number) => {
    const more = new Uint8Array(Math.max(length, model.length));
    more.set(model);
    return more;
  };
  let next = model;
  const roll = random.below(10);
  if (roll < 4) {
    const bytes = valueOf(1 + random.below(random.below(8) === 0 ? 3000 : 40), random.below(1000));
    const from = random.below(random.below(4) === 0 ? maxBytes : model.length + 1);
    if (view.write(from, bytes, 0, bytes.length)) {
      next = grown(from + bytes.length);
      next.set(bytes, from);
    }
  } else if (roll < 8) {
    const index = random.below(random.below(6) === 0 ? maxBytes : model.length + 1);
    const byte = random.below(256);
    if (view.setByte(index, byte)) {
      next = grown(index + 1);
      next[index] = byte;
    }
  } else if (roll < 9) {
    const length = random.below(model.length + 1);
    assert(view.setLength(length));
    next = model.slice(0, length);
  } else {
    const length = random.below(maxBytes);
    if (view.setLength(length)) {
      next = length > model.length ? grown(length) : model.slice(0, length);
    }
  }
  assertEquals(view.length, next.length);
  return next;
}
