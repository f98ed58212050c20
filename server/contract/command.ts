// What a command is: a row of the table, and the context in which its function runs. The caller of
// the function has locked the shards of all keys before.

import { Args } from "./args.ts";
import { grownPlaces, keptBytes } from "./growing_bytes.ts";
import { HeldWalks } from "./time_slices.ts";
import type { Failure, Reply } from "./reply.ts";
import {
  KeyBatch,
  type LockedWork,
  type LogRing,
  PutRequest,
  type Region,
  type Shard,
  storedDatabase,
} from "../../cache/mod.ts";
import type { ServerCache } from "./counters.ts";
import type { Messages } from "./messages/messages.ts";
import type { ServerFacade } from "./server.ts";
import type { Session } from "./session.ts";
import { type KeyPlaces, ONE_KEY } from "./keys/key_places.ts";
import type { KeySamples } from "./keys/key_samples.ts";
import { keyByteLimit } from "../config/config.ts";
import type { CommandFlag, CommandGroup } from "./commands/command_kinds.ts";
import type { ScriptRuns } from "./commands/script_runs.ts";
import type { Waiting, Waits } from "./commands/waits.ts";
import type { CommandStats } from "./command_stats.ts";
import { SketchViews } from "./collections/sketch_views.ts";
import { Views } from "./collections/views.ts";

export type { CommandFlag, CommandGroup };

/** The size to which the scratch shrinks back, in bytes. */
const SCRATCH_BYTES = 64 * 1024;
const NO_BYTES = new Uint8Array();

/** What commands work with, and the work that the cache runs under the locks: a request then needs no closure. */
export class CommandContext implements LockedWork {
  readonly cache: ServerCache;
  /** The client that asks. The connection sets it before each command. */
  session: Session;
  /** The server around the cache, for commands about it. */
  readonly server: ServerFacade;
  /** The command table; a command's number is its place here. */
  readonly commands: readonly Command[];
  /** Whether all shards are locked already: inside EXEC with a whole-keyspace command. */
  holdsAll = false;
  /** Bounds what commands on all keys do while `holdsAll`. */
  readonly heldWalks: HeldWalks = new HeldWalks();
  /** Hash of each key, in the order of the keys. */
  hashes: Int32Array = new Int32Array(16);
  /** Which argument each key is, in the same order. */
  keyIndexes: Int32Array = new Int32Array(16);
  /** What `Cache.warmMany` has read; means nothing, but has to be kept. */
  warmed = 0;
  /** The locked shard of a command with one key. */
  shard: Shard;
  /** Longest key that can be stored, in bytes. */
  readonly maxKeyBytes: number;
  /** The log of what is changed; null where nothing is kept on disk. */
  readonly log: LogRing | null;
  /** How many commands that write have begun. Counted only where there is a log. */
  writes = 0;
  /** The clients of this worker that wait for something; null where none may. */
  waits: Waits<CommandContext, Command> | null = null;
  /** What runs scripts in this worker; null where there are none. */
  scripts: ScriptRuns<CommandContext> | null = null;
  /** Whether the command that has just run has found nothing, and its client waits for something. */
  mustWait = false;
  /** What such a command notes for later, and is given back when it takes something; its own business. */
  waitNote: unknown = null;
  /** Whether EXEC is running. Locks are held then, so nothing may wait. */
  isAtomic = false;
  /** Calls and times of commands in this worker. */
  readonly stats: CommandStats;
  /** Which uses of keys are looked at more closely, in this worker. */
  readonly samples: KeySamples;
  /** Where the items of several keys are, within one command. */
  addresses: Int32Array = new Int32Array(16);
  /** Bytes copied to and from the scratch. Code that bounds them sets this to 0 first. */
  copiedBytes = 0;
  /** Space for one value at a time, never less than 64 KiB; see {@linkcode reserveScratch}. */
  scratch: Uint8Array<ArrayBuffer>;
  /** What a command stores next. */
  readonly put: PutRequest = new PutRequest();
  /** Views on collections, for who runs. */
  readonly views: Views;
  /** Sketches, likewise. */
  readonly sketches: SketchViews;
  /** The stored database of the second key, where a row says that it may be another one. */
  elsewhere = 0;
  /** Whether {@linkcode runLocked} has found that databases were exchanged, and has run nothing. */
  wasStale = false;
  readonly #region: Region;
  #command!: Command;
  #args!: Args;
  #reply!: Reply;
  /** How many keys of the prepared command have been hashed. */
  keyCount = 0;
  readonly #atWorkWord: number;
  #queuedArgs: Args | undefined;
  #keyBatch: KeyBatch | undefined;

  /** Takes over the buffers of `before`, whose command takes its time and needs none any more. Many may wait. */
  constructor(
    cache: ServerCache,
    server: ServerFacade,
    commands: readonly Command[],
    session: Session,
    before?: CommandContext,
  ) {
    this.cache = cache;
    this.server = server;
    this.commands = commands;
    this.session = session;
    this.shard = cache.shards[0]!;
    this.stats = server.stats;
    this.samples = server.samples;
    this.maxKeyBytes = keyByteLimit(server.config);
    this.#region = cache.region;
    // They are in use while locks are held, so one context after the other can have them.
    this.views = before?.views ?? new Views();
    this.sketches = before?.sketches ?? new SketchViews();
    this.log = cache.region.log;
    this.#atWorkWord = cache.region.gaugeWord(cache.actor, "command");
    this.scratch = before?.scratch ?? new Uint8Array(SCRATCH_BYTES);
    if (before !== undefined) this.#takeBuffers(before);
  }

  #takeBuffers(before: CommandContext): void {
    before.scratch = NO_BYTES;
    [this.hashes, before.hashes] = [before.hashes, this.hashes];
    [this.keyIndexes, before.keyIndexes] = [before.keyIndexes, this.keyIndexes];
    [this.addresses, before.addresses] = [before.addresses, this.addresses];
    [this.#queuedArgs, before.#queuedArgs] = [before.#queuedArgs, undefined];
  }

  /** Gives it buffers again, if another has taken them over: for a command that has waited, and now runs others. */
  resume(): void {
    if (this.scratch.length === 0) this.scratch = new Uint8Array(SCRATCH_BYTES);
  }

  /** The subscriptions of all clients, and what is sent to them. */
  get messages(): Messages {
    return this.server.messages;
  }

  /** The stored database in which the command finds and stores its keys. */
  get database(): number {
    return this.put.database;
  }

  /** Looks up the stored database of what clients call `number`: the one of all keys from here on. */
  enterDatabase(number: number): void {
    this.put.database = storedDatabase(this.#region, number);
  }

  /** Whether what the client calls its database is another one by now. Certain under a shard's lock. */
  get isStale(): boolean {
    return storedDatabase(this.#region, this.session.database) !== this.put.database;
  }

  /** Sets what {@linkcode runLocked} will run. `keyCount` keys have been hashed. */
  prepare(command: Command, args: Args, reply: Reply, keyCount: number): void {
    this.#command = command;
    this.#args = args;
    this.#reply = reply;
    this.keyCount = keyCount;
    this.wasStale = false;
  }

  /** Runs the prepared command. The cache calls this with the shards of its keys locked. */
  runLocked(): void {
    this.wasStale = this.isStale || this.keyCount > 1 && !this.#isReadyForMany();
    if (this.wasStale) return;
    this.#command.run(this, this.#args, this.#reply);
    const { samples } = this;
    if (this.keyCount > 1 || samples.has(this.hashes[0]!)) {
      samples.tellLocked(this, this.#command, this.#args);
    }
  }

  /** Warms many keys. Returns false where the database of the second one is another by now. */
  #isReadyForMany(): boolean {
    const number = this.#command.elsewhere?.(this.#args) ?? -1;
    if (number >= 0 && storedDatabase(this.#region, number) !== this.elsewhere) return false;
    this.warmed = this.cache.warmMany(this.hashes, this.keyCount);
    return true;
  }

  /** Notes the command that is being run, or null. Main shows it if this worker hangs. */
  noteAtWork(command: Command | null): void {
    this.cache.region.words[this.#atWorkWord] = command === null ? 0 : command.id + 1;
  }

  /** Makes space for `count` keys: their hashes, and which arguments they are. */
  reserveHashes(count: number): void {
    if (this.hashes.length < count) this.hashes = grownPlaces(this.hashes, count);
    if (this.keyIndexes.length < count) this.keyIndexes = grownPlaces(this.keyIndexes, count);
  }

  /** Makes space for `count` addresses. */
  reserveAddresses(count: number): Int32Array {
    if (this.addresses.length < count) this.addresses = grownPlaces(this.addresses, count);
    return this.addresses;
  }

  /** The arguments of the queued command that EXEC is at: one set for all, one after the other. */
  get queuedArgs(): Args {
    return this.#queuedArgs ??= new Args();
  }

  /** Keys that a walk over a shard has just copied out of it. */
  get keyBatch(): KeyBatch {
    return this.#keyBatch ??= new KeyBatch();
  }

  /** Scratch of at least `length` bytes, not cleared. Valid until the next call. */
  reserveScratch(length: number): Uint8Array {
    this.copiedBytes += 2 * length;
    // Exactly as long as asked for: a value may have several MiB, and nothing is added to it.
    if (length <= SCRATCH_BYTES) this.scratch = keptBytes(this.scratch, SCRATCH_BYTES);
    else if (this.scratch.length < length) this.scratch = new Uint8Array(length);
    return this.scratch;
  }
}

/** Carries out a command. */
export type CommandRun = (
  context: CommandContext,
  args: Args,
  reply: Reply,
) => void | Promise<number | void>;

/** A row of the command table. */
export interface CommandRow {
  readonly name: string;
  /** Fewest and most arguments after the name. */
  readonly arity: readonly [min: number, max: number];
  readonly flags: readonly CommandFlag[];
  readonly group: CommandGroup;
  /** Where its keys are. Null: it has none, or locks them itself, and runs with no lock held. */
  readonly keys: KeyPlaces | null;
  /** Index of the argument that says how many keys follow it. Then `keys` is null. */
  readonly keyCountAt?: number;
  /** One line for people. */
  readonly summary: string;
  /**
   * Runs under the locks of its keys' shards and makes one outcome on `reply`. Only a command without
   * keys may return a promise, perhaps with the milliseconds of work meanwhile; the next command waits.
   */
  readonly run: CommandRun;
  /** In which of the clients' databases its second key lies; -1: the session's. With one key it is that key, there. */
  readonly elsewhere?: (args: Args) => number;
  /** How it waits where there is nothing to take, or undefined: it never waits. */
  readonly waiting?: Waiting<CommandContext>;
  /** Why it would be refused whenever it runs, or null. MULTI asks this before it queues it. */
  readonly problem?: (args: Args) => Failure | null;
}

/** A command: a row and its number. */
export interface Command extends CommandRow {
  /** Its place in the table, from 0. Counters use it as their index. */
  readonly id: number;
  /** Place of its group in COMMAND_GROUPS. */
  readonly groupNumber: number;
  /** Whether it may change something, by its flags. */
  readonly isWrite: boolean;
  /** Whether each call is timed. Calls of commands with one key are too quick for that. */
  readonly isTimed: boolean;
}

/** Makes a row. `arity` counts the arguments after the name. */
export function row(
  name: string,
  arity: readonly [min: number, max: number],
  flags: readonly CommandFlag[],
  group: CommandGroup,
  keys: KeyPlaces | null,
  summary: string,
  run: CommandRow["run"],
): CommandRow {
  return { name, arity, flags, group, keys, summary, run };
}

/** Returns a function that makes rows of one group. The first argument is the only key. */
export function oneKeyRows(group: CommandGroup) {
  return (
    name: string,
    min: number,
    max: number,
    flag: "read" | "write",
    summary: string,
    run: CommandRow["run"],
  ): CommandRow => row(name, [min, max], [flag, "fast"], group, ONE_KEY, summary, run);
}

/** Most arguments of one command. Bounds what one request can lock and allocate. */
export const MAX_ARGUMENTS = 30_000;
