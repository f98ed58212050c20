// Walks over the members of one collection and writes the commands that store it, some at a time: each step holds
// the lock of its shard for as long as it takes to copy 128 KiB. Members of sets, hashes and sorted sets that are
// there all the while are met, whatever comes and goes; of a list that changes, the walk begins anew a few times.

import {
  type Cache,
  type Collection,
  hasMembers,
  ItemType,
  type KeyedCollection,
  type LockedWork,
  Opening,
  type Shard,
} from "../../../cache/mod.ts";
import { MemberCommands } from "../../rdb/member_commands.ts";
import type { RdbKind } from "../../rdb/rdb_collection.ts";
import { Views } from "../collections/views.ts";
import { StreamWalk } from "./stream_walk.ts";

/** Bytes of members that one step copies, unless one is longer; and members. */
export const STEP_BYTES = 128 * 1024;
const STEP_MEMBERS = 512;
/** What a member takes in a command besides its bytes. */
const MEMBER_BYTES = 16;
/** How often a list that changes is begun anew. */
const MAX_RESTARTS = 8;

const KINDS: Partial<Readonly<Record<ItemType, RdbKind>>> = {
  [ItemType.list]: "list",
  [ItemType.set]: "set",
  [ItemType.hash]: "hash",
  [ItemType.sortedSet]: "sortedSet",
};

/** What a step of a walk has come to. */
export type MemberStep = "more" | "done" | "busy" | "tooLong";

/** A walk over one collection after the other. */
export class MemberWalk implements LockedWork {
  /** Bytes that a step may copy; it takes no more memory than that, and what commands take besides. */
  allowance = STEP_BYTES;
  /** What the step would have copied that has come to "tooLong". */
  neededBytes = 0;
  readonly #commands = new MemberCommands();
  readonly #cache: Cache;
  readonly #views = new Views();
  readonly #stream = new StreamWalk(this.#views);
  #database = 0;
  #key: Uint8Array = new Uint8Array();
  /** Where to go on: the cursor of a scan, or the number of an element. */
  #next = 0;
  #version = 0;
  #restarts = 0;
  #hasBegun = false;
  /** What it is; undefined for a stream. */
  #kind: RdbKind | undefined;
  #step: MemberStep = "done";
  #scratch = new Uint8Array(4096);

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Begins with the collection under this key of a stored database. */
  begin(database: number, key: Uint8Array): void {
    this.#database = database;
    this.#key = key.slice();
    this.#hasBegun = false;
    this.#restarts = 0;
  }

  /** Copies the next members. */
  step(): MemberStep {
    const hash = this.#cache.hash(this.#key, 0, this.#key.length, this.#database);
    return this.#cache.withShard(hash, this) ? this.#step : "busy";
  }

  /** The commands for what was copied since the last call. */
  take(): Uint8Array<ArrayBuffer>[] {
    const ofStreams = this.#stream.commands.commands;
    return ofStreams.length > 0 ? ofStreams.splice(0) : this.#commands.commands.splice(0);
  }

  /** The part of {@linkcode step} that needs the shard's lock. */
  runLocked(): void {
    const key = this.#key;
    const hash = this.#cache.hash(key, 0, key.length, this.#database);
    const shard = this.#cache.shardOf(hash);
    const address = shard.peekLocked(hash, key, 0, key.length);
    const type = address === 0 ? ItemType.string : shard.typeLocked(address);
    // Deleted meanwhile, or another value by now: that may be in the export or not.
    if (!hasMembers(type)) return this.#end();
    const view = this.#viewOf(type);
    if (view.open(shard, this.#database, hash, key, 0, key.length, false) !== Opening.found) {
      return this.#end();
    }
    if (!this.#hasBegun) this.#begin(shard, address, type);
    // Another value by now, likewise.
    if (this.#kind !== KINDS[type]) return this.#end();
    if (this.#kind === undefined) return this.#stepStream();
    if (view === this.#views.list) this.#stepList(shard, address, view);
    else this.#stepKeyed(view as KeyedCollection);
  }

  #viewOf(type: ItemType): Collection {
    const { list, set, hash, sortedSet, stream } = this.#views;
    if (type === ItemType.list) return list;
    if (type === ItemType.stream) return stream;
    return type === ItemType.set ? set : type === ItemType.hash ? hash : sortedSet;
  }

  #begin(shard: Shard, address: number, type: ItemType): void {
    this.#hasBegun = true;
    this.#next = 0;
    this.#version = shard.versionLocked(address);
    const key = this.#key;
    const kind = KINDS[type];
    this.#kind = kind;
    const deadlineMs = shard.deadlineLocked(address);
    if (kind === undefined) this.#stream.begin(key, deadlineMs);
    else this.#commands.begin(kind, key, 0, key.length, deadlineMs);
  }

  #stepStream(): void {
    const step = this.#stream.step(this.allowance);
    if (typeof step === "number") this.#tooLong(step);
    else if (step === "done") this.#end();
    else this.#step = "more";
  }

  #end(): void {
    if (this.#kind === undefined) this.#stream.commands.endClaims();
    else this.#commands.end();
    this.#step = "done";
  }

  #stepList(shard: Shard, address: number, list: Collection): void {
    if (shard.versionLocked(address) !== this.#version && this.#restarts++ < MAX_RESTARTS) {
      this.#begin(shard, address, ItemType.list);
    }
    let count = 0;
    let bytes = 0;
    for (let more = list.seek(this.#next); more && count < STEP_MEMBERS; more = list.next()) {
      const size = list.memberBytes + MEMBER_BYTES;
      if (bytes + size > this.allowance) {
        if (count === 0) return this.#tooLong(size);
        break;
      }
      bytes += size;
      count++;
    }
    list.seek(this.#next);
    for (let i = 0; i < count; i++) {
      this.#add(list);
      list.next();
    }
    this.#next += count;
    if (this.#next >= list.count) this.#end();
    else this.#step = "more";
  }

  #stepKeyed(view: KeyedCollection): void {
    const { hash } = this.#views;
    let bytes = 0;
    // First how much it is: a scan goes on until it has met all members of some hashes.
    view.scan(this.#next, STEP_MEMBERS, () => {
      bytes += view.memberBytes + (view === hash ? hash.valueBytes : 0) + 2 * MEMBER_BYTES;
    });
    if (bytes > this.allowance) return this.#tooLong(bytes);
    this.#next = view.scan(this.#next, STEP_MEMBERS, () => this.#add(view));
    if (this.#next === 0) this.#end();
    else this.#step = "more";
  }

  #tooLong(bytes: number): void {
    this.neededBytes = bytes;
    this.#step = "tooLong";
  }

  /** Adds the member at the cursor to the commands. */
  #add(view: Collection): void {
    const { hash, sortedSet } = this.#views;
    const { memberBytes } = view;
    const valueBytes = view === hash ? hash.valueBytes : 0;
    if (this.#scratch.length < memberBytes + valueBytes) {
      this.#scratch = new Uint8Array(memberBytes + valueBytes);
    }
    const scratch = this.#scratch;
    view.readMember(scratch, 0);
    const commands = this.#commands;
    if (view === hash) {
      hash.readValue(scratch, memberBytes);
      const { deadlineMs } = hash;
      commands.addField(scratch, 0, memberBytes, scratch, memberBytes, valueBytes, deadlineMs);
    } else if (view === sortedSet) commands.addScored(scratch, 0, memberBytes, sortedSet.score);
    else commands.add(scratch, 0, memberBytes);
  }
}
