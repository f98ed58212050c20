// Applies changes of a part of a value, as record_bytes.ts has written them, to the item that has the version before.
// restore.ts has found that.

import { ByteView } from "../bytes/byte_view.ts";
import { databaseOf } from "../databases.ts";
import { readKey } from "../item.ts";
import { deadlineOf, keyBytesOf, stampItem } from "../item_header.ts";
import { typeOf } from "../item_types.ts";
import { MAX_KEY_BYTES } from "../layout.ts";
import type { Shard } from "../shard.ts";
import { numberAt } from "./effects.ts";
import * as layout from "./effect_layout.ts";
import { MembersRestore } from "./restore_members.ts";
import { markLocked } from "./shard_effects.ts";

const {
  BYTES_LENGTH,
  BYTES_SHORTEST,
  BYTES_WORDS,
  CHANGE_OF_MASK,
  CHANGE_OF_SHIFT,
  CHANGE_SIZE,
  ChangeOf,
  EFFECT_HASH,
  MEMBERS_BYTES,
  MEMBERS_WORDS,
  RANGE_WORDS,
} = layout;

/** What it takes to apply changes. */
export class ChangeRestore {
  readonly #key = new Uint8Array(MAX_KEY_BYTES);
  readonly #view = new ByteView();
  readonly #members = new MembersRestore();

  /**
   * Applies the change at word `at` to the item at `address`; `bytes` are the words. Returns where the item is then, or
   * 0 where it cannot be so long in this cache: then it is gone.
   */
  applyLocked(
    shard: Shard,
    address: number,
    words: Int32Array,
    bytes: Uint8Array,
    at: number,
  ): number {
    const { memory } = shard;
    const key = this.#key;
    const hash = words[at + EFFECT_HASH]!;
    const keyBytes = keyBytesOf(memory, address);
    readKey(memory, address, key, 0);
    const fits = isOfMembers(words, at)
      ? this.#membersLocked(shard, address, keyBytes, words, bytes, at)
      : this.#bytesLocked(shard, address, keyBytes, words, bytes, at);
    if (!fits) {
      shard.deleteLocked(hash, key, 0, keyBytes);
      return 0;
    }
    const item = shard.peekLocked(hash, key, 0, keyBytes);
    const after = at + layout.EXPIRE_VERSION;
    stampItem(memory, item, words[after]!, words[after + 1]!, deadlineOf(memory, item));
    markLocked(memory, numberAt(words, after));
    return item;
  }

  #bytesLocked(
    shard: Shard,
    address: number,
    keyBytes: number,
    words: Int32Array,
    bytes: Uint8Array,
    at: number,
  ): boolean {
    const { memory } = shard;
    const view = this.#view;
    const database = databaseOf(memory, address);
    const type = typeOf(memory, address);
    view.open(shard, database, words[at + EFFECT_HASH]!, this.#key, 0, keyBytes, type, false);
    const fits = writeRanges(view, words, bytes, at);
    view.close();
    return fits;
  }

  #membersLocked(
    shard: Shard,
    address: number,
    keyBytes: number,
    words: Int32Array,
    bytes: Uint8Array,
    at: number,
  ): boolean {
    const { memory } = shard;
    const start = 4 * (at + MEMBERS_WORDS);
    return this.#members.applyLocked(
      shard,
      typeOf(memory, address),
      databaseOf(memory, address),
      words[at + EFFECT_HASH]!,
      this.#key,
      keyBytes,
      bytes,
      start,
      start + words[at + MEMBERS_BYTES]!,
    );
  }
}

function isOfMembers(words: Int32Array, at: number): boolean {
  return ((words[at]! >>> CHANGE_OF_SHIFT) & CHANGE_OF_MASK) === ChangeOf.members;
}

function writeRanges(view: ByteView, words: Int32Array, bytes: Uint8Array, at: number): boolean {
  const shortest = words[at + BYTES_SHORTEST]!;
  if (shortest < view.length) view.setLength(shortest);
  if (!view.setLength(words[at + BYTES_LENGTH]!)) return false;
  const end = at + words[at + CHANGE_SIZE]!;
  for (let range = at + BYTES_WORDS; range < end;) {
    const count = words[range + 1]!;
    if (!view.write(words[range]!, bytes, 4 * (range + RANGE_WORDS), count)) return false;
    range += RANGE_WORDS + ((count + 3) >>> 2);
  }
  return true;
}
