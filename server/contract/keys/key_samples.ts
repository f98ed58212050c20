// Which uses of keys are looked at more closely, while commands run: each one in so many is counted, to find the
// hottest keys; and all uses of keys with certain hashes are told, to know what other sizes of the cache would
// bring. For all others this costs a countdown and a compare. Knows neither what is counted nor who listens.

import type { Shard } from "../../../cache/mod.ts";
import type { Args } from "../args.ts";

/** A countdown that nobody waits for. */
const NEVER = 2 ** 31 - 1;
const NOTHING_BELOW = -(2 ** 31);
/** Odd, so that the highest bits of a product depend on all bits of a hash, those that name the shard included. */
const MIX = 0xcc9e2d51 | 0;

/** What samples say of a command. */
export interface SampledCommand {
  readonly name: string;
  readonly isWrite: boolean;
  readonly keys: { readonly first: number; readonly many: boolean } | null;
  readonly elsewhere?: (args: Args) => number;
  /** A second try, for a large value, is part of the same use. */
  readonly isAgain?: true;
}

/** The keys of the command that runs: their hashes in the databases where they are, and which arguments they are. */
export interface SampledKeys {
  readonly hashes: Int32Array;
  readonly keyIndexes: Int32Array;
  readonly keyCount: number;
  readonly session: { readonly database: number };
  readonly cache: { shardOf(hash: number): Shard };
}

/** Counts keys that are asked for, one in so many of them. */
export interface HotCounter {
  /**
   * Counts a key, of which `database` is the number that clients use. Called without a lock, or with all that a
   * transaction or script holds. Returns how many keys to pass over until the next one.
   */
  count(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    isWrite: boolean,
  ): number;
  /** How often such a key was asked for lately, as far as is known: 0 for most. */
  usesOf(
    hash: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): number;
}

/** Hears of each use of a key with a sampled hash. */
export interface SampleListener {
  /**
   * A command on a key has run, whose shard is still locked. `address` is that of its item as it is now, or 0 where
   * there is none: then it has missed, or was deleted. Must be quick, and call nothing that changes the shard.
   */
  usedLocked(hash: number, shard: Shard, address: number, command: SampledCommand): void;
  /** A key was found and read without a lock. Its item is as it was. */
  readUnlocked(hash: number): void;
}

/** A hash as samples go by it: a number from -2³¹ to 2³¹ - 1, each as likely in every shard. */
export function mixedHash(hash: number): number {
  return Math.imul(hash, MIX);
}

/** Below which mixed hashes are sampled, so that so many of all are: 0 to 1. */
export function sampleBound(rate: number): number {
  return Math.min(NOTHING_BELOW + Math.round(rate * 2 ** 32), NEVER);
}

/** The samples of one worker. */
export class KeySamples {
  /** How many keys will pass until one is counted. Below 0: there was one to be counted; see {@linkcode countHot}. */
  left = NEVER;
  #listener: SampleListener | null = null;
  #hot: HotCounter | null = null;
  /** Uses of keys whose mixed hash is less are told to the listener. */
  #below = NOTHING_BELOW;

  /** Lets `hot` count from the next key on; null: none is counted. */
  set hot(hot: HotCounter | null) {
    this.#hot = hot;
    this.left = hot === null ? NEVER : 0;
  }

  /** Tells `listener` of keys by their hashes: so many of all, from 0 to 1. */
  listen(listener: SampleListener, rate: number): void {
    this.#listener = listener;
    this.#below = sampleBound(rate);
  }

  /** Whether uses of a key with this hash are told. */
  has(hash: number): boolean {
    return mixedHash(hash) < this.#below;
  }

  /** `left` was reduced by the number of keys of a command, and is below 0: counts those keys that it has come to. */
  countHot(work: SampledKeys, command: SampledCommand, args: Args): void {
    const hot = this.#hot;
    if (hot === null) {
      this.left = NEVER;
      return;
    }
    const { keyCount, hashes, session } = work;
    const { bytes, starts, lengths } = args;
    if (command.isAgain) {
      // The next one is counted in its place.
      this.left = 0;
      return;
    }
    let key = keyCount + this.left;
    while (key < keyCount) {
      const i = indexOf(work, command, key);
      const elsewhere = key === 1 ? command.elsewhere?.(args) ?? -1 : -1;
      const database = elsewhere < 0 ? session.database : elsewhere;
      const { isWrite } = command;
      key += 1 + hot.count(hashes[key]!, database, bytes, starts[i]!, lengths[i]!, isWrite);
    }
    this.left = key - keyCount;
  }

  /** How often clients have asked lately for key number 0, argument `i`, as far as it is one of the hottest. */
  usesOf({ hashes, session }: SampledKeys, { bytes, starts, lengths }: Args, i: number): number {
    const hot = this.#hot;
    if (hot === null) return 0;
    return hot.usesOf(hashes[0]!, session.database, bytes, starts[i]!, lengths[i]!);
  }

  /** Tells of those keys of a command that are sampled. It has just run, and their shards are locked. */
  tellLocked(work: SampledKeys, command: SampledCommand, args: Args): void {
    const { keyCount, hashes, cache } = work;
    const { bytes, starts, lengths } = args;
    for (let key = 0; key < keyCount; key++) {
      const hash = hashes[key]!;
      if (!this.has(hash)) continue;
      const i = indexOf(work, command, key);
      const shard = cache.shardOf(hash);
      const address = shard.peekLocked(hash, bytes, starts[i]!, lengths[i]!);
      this.#listener!.usedLocked(hash, shard, address, command);
    }
  }

  /** Tells of a key that was read without a lock, if it is sampled. */
  tellRead(hash: number): void {
    if (this.has(hash)) this.#listener!.readUnlocked(hash);
  }
}

/** Which argument key number `key` is. Of a command with one key nobody has looked for it. */
function indexOf({ keyIndexes }: SampledKeys, { keys }: SampledCommand, key: number): number {
  return keys!.many ? keyIndexes[key]! : keys!.first;
}
