// What a command is: a row of the table, and the context in which its function runs.
// The dispatcher has locked the shards of all its keys before the function is called.

import type { Args } from "../args.ts";
import type { Reply } from "../reply.ts";
import type { Cache, Shard } from "../../cache/mod.ts";

/** What commands work with. One per worker; the dispatcher fills in hashes and shard. */
export class CommandContext {
  readonly cache: Cache;
  /** Hash of each key, in the order of the keys. */
  hashes: Int32Array = new Int32Array(16);
  /** What `Cache.warmMany` has read; means nothing, but has to be kept. */
  warmed = 0;
  /** The locked shard of a command with one key. */
  shard: Shard;

  constructor(cache: Cache) {
    this.cache = cache;
    this.shard = cache.shards[0]!;
  }

  /** Makes room for `count` hashes. */
  reserveHashes(count: number): void {
    if (this.hashes.length < count) this.hashes = new Int32Array(2 * count);
  }
}

/** Where the keys are among a command's arguments. */
export interface KeyPlaces {
  /** Index of the first key. */
  readonly first: number;
  /** One key only, or keys up to the last argument. */
  readonly many: boolean;
  /** Arguments from one key to the next. */
  readonly step: number;
}

/** A row of the command table. */
export interface Command {
  readonly name: string;
  /** Fewest and most arguments after the name. */
  readonly arity: readonly [min: number, max: number];
  readonly flags: readonly ("read" | "write")[];
  readonly keys: KeyPlaces;
  /** One line for people. */
  readonly summary: string;
  /** Runs under the locks of its keys' shards; makes one outcome on `reply`. */
  readonly run: (context: CommandContext, args: Args, reply: Reply) => void;
}
