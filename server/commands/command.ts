// What a command is: a row of the table, and the context in which its function runs.
// The dispatcher has locked the shards of all its keys before the function is called.

import type { Args } from "../args.ts";
import type { Reply } from "../reply.ts";
import type { Cache, Shard } from "../../cache/mod.ts";
import type { ServerFacade } from "../server_facade.ts";
import type { Session } from "../session.ts";

/** What commands work with. One per worker; the dispatcher fills in hashes and shard. */
export class CommandContext {
  readonly cache: Cache;
  /** Who asks; set by the connection before each command. */
  session: Session;
  /** The server around the cache, for commands about it. */
  readonly server: ServerFacade;
  /** Whether all shards are locked already: inside EXEC with a whole-keyspace command. */
  holdsAll = false;
  /** Hash of each key, in the order of the keys. */
  hashes: Int32Array = new Int32Array(16);
  /** What `Cache.warmMany` has read; means nothing, but has to be kept. */
  warmed = 0;
  /** The locked shard of a command with one key. */
  shard: Shard;

  constructor(cache: Cache, server: ServerFacade, session: Session) {
    this.cache = cache;
    this.server = server;
    this.session = session;
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

/** What a command does, as COMMAND INFO and access control see it. */
export type CommandFlag =
  | "read"
  | "write"
  | "admin"
  | "fast"
  /** Allowed before AUTH. */
  | "noauth"
  /** Carried out at once inside MULTI instead of being queued. */
  | "immediate"
  /** Refused inside MULTI. */
  | "nomulti"
  /** Looks at every shard, taking locks itself, one at a time unless `holdsAll`. */
  | "keyspace";

/** What a command is about, as in COMMAND DOCS. */
export type CommandGroup = "connection" | "generic" | "server" | "string" | "transactions";

/** A row of the command table. */
export interface Command {
  readonly name: string;
  /** Fewest and most arguments after the name. */
  readonly arity: readonly [min: number, max: number];
  readonly flags: readonly CommandFlag[];
  readonly group: CommandGroup;
  /** Where its keys are; null for a command without keys, which runs with no lock held. */
  readonly keys: KeyPlaces | null;
  /** One line for people. */
  readonly summary: string;
  /**
   * Runs under the locks of its keys' shards; makes one outcome on `reply`. Only a command without
   * keys may take its time: its client's next command waits for the promise.
   */
  readonly run: (context: CommandContext, args: Args, reply: Reply) => void | Promise<void>;
}
