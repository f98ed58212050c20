/**
 * Takes a file apart and sends what is in it to the server: items of RDB files, commands of all others. While
 * one chunk is on its way the next is filled. Knows no command line.
 *
 * @module
 */

import { type ByteInput, FormatError, FOUND } from "../../server/rdb/byte_input.ts";
import { MemberCommands } from "../../server/rdb/member_commands.ts";
import { StreamParts } from "../../server/rdb/stream_parts.ts";
import { Chunk } from "./chunk.ts";
import { RDB_MAGIC, RdbReader } from "./rdb_reader.ts";
import { RespReader } from "./resp_reader.ts";
import type { Sender } from "./sender.ts";
import type { Source } from "./sources.ts";
import type { Tally } from "./tally.ts";

const MIB = 1024 * 1024;
/** The longest key and value that any server can be told to take are shorter. */
const MAX_KEY_BYTES = 4096;
const MAX_VALUE_BYTES = 8 * MIB;
const MAX_COMMAND_BYTES = 16 * MIB;

/** Commands that have the same effect when they run twice in a row, also with others between them. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ...["SET", "SETEX", "PSETEX", "MSET", "DEL", "UNLINK", "EXPIREAT", "PEXPIREAT", "PERSIST"],
  ...["SELECT", "FLUSHALL", "FLUSHDB", "EXPIRE", "PEXPIRE"],
  ...["HSET", "HMSET", "HDEL", "HPEXPIREAT", "HPERSIST", "SADD", "SREM", "ZREM", "LSET"],
  ...["SETRANGE", "SETBIT", "PFADD"],
]);

/** What the end of a source means. */
export type AtEnd =
  /** A command that is cut off is left out: this is the last file. */
  | "mayBeCut"
  /** It is an error, since others follow. */
  | "mustBeWhole";

/** Imports one source after the other. */
export class Importer {
  readonly #sender: Sender;
  readonly #tally: Tally;
  readonly #now: () => number;
  /** The chunk that is filled, and the one that may be on its way. */
  #chunk = new Chunk();
  #other = new Chunk();
  #sending: Promise<void> | null = null;
  #failure: unknown;
  /** The collection or stream of an RDB file whose parts come, or null, and the commands for them. */
  #partsOf: Pick<RdbReader, "kind" | "database"> & { readonly name: string } | null = null;
  readonly #members = new MemberCommands();
  readonly #parts = new StreamParts();
  /** The commands of a transaction that has begun, or null; and the database in which it began. */
  #held: Chunk | null = null;
  #heldFrom = 0;
  /** Whether a transaction has begun that is too long to be held back. */
  #isLong = false;
  /** The database that commands are about; -1 for one of no number. */
  #database = 0;

  /** `now` gives milliseconds since 1970. */
  constructor(sender: Sender, tally: Tally, now: () => number) {
    this.#sender = sender;
    this.#tally = tally;
    this.#now = now;
  }

  /**
   * Imports a source.
   *
   * @throws {FormatError} if it cannot be understood
   * @throws {ClientError} if it cannot be read, or the server cannot be asked
   */
  async take(source: Source, input: ByteInput, atEnd: AtEnd): Promise<void> {
    await this.#begin();
    while (input.left < RDB_MAGIC.length && !input.hasEnded) await source.fill(input);
    const start = input.bytes.subarray(input.at, Math.min(input.end, input.at + RDB_MAGIC.length));
    if (String.fromCharCode(...start) === RDB_MAGIC) await this.#takeRdb(source, input);
    // Behind the data in RDB format there may be commands: an append-only file of Redis 4 to 6.
    await this.#takeCommands(source, input, atEnd);
  }

  /** Sends what is left. Resolves when the server has all of it. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#sent();
  }

  async #takeRdb(source: Source, input: ByteInput): Promise<void> {
    const limits = { maxKeyBytes: MAX_KEY_BYTES, maxValueBytes: MAX_VALUE_BYTES };
    const reader = new RdbReader(input, limits, this.#tally, this.#now);
    const reading = reader.read();
    for (;;) {
      const { done, value: what } = reading.next();
      if (done) break;
      if (what !== FOUND) await source.fill(input);
      else if (reader.kind !== "string") await this.#addPart(reader);
      else {
        await this.#endParts();
        if (this.#addItem(reader)) continue;
        await this.#flush();
        this.#addItem(reader);
      }
    }
    await this.#endParts();
    await this.#begin();
  }

  /** Begins in database 0, which takes another chunk. */
  async #begin(): Promise<void> {
    await this.#flush();
    this.#database = 0;
  }

  /** Adds the member of a collection, or the part of a stream, that the reader has found. */
  async #addPart(reader: RdbReader): Promise<void> {
    const { kind, key, deadlineMs } = reader;
    if (kind === "string") return;
    if (reader.isFirst) {
      await this.#endParts();
      this.#partsOf = { kind, database: reader.database, name: key.text() };
      if (kind === "stream") this.#parts.commands.begin(key.bytes, 0, key.length, deadlineMs);
      else this.#members.begin(kind, key.bytes, 0, key.length, deadlineMs);
    }
    if (kind === "stream") this.#parts.add(reader.stream);
    else addMember(this.#members, reader);
    if (this.#commandsOf(kind).length > 1) await this.#drain();
  }

  #commandsOf(kind: RdbReader["kind"]): Uint8Array<ArrayBuffer>[] {
    return kind === "stream" ? this.#parts.commands.commands : this.#members.commands;
  }

  /** The collection or stream has no more parts. */
  async #endParts(): Promise<void> {
    if (this.#partsOf === null) return;
    const { kind, name } = this.#partsOf;
    if (kind !== "stream") this.#members.end();
    else if (!this.#parts.end()) this.#tally.refused(name, "what is pending in it is damaged");
    await this.#drain();
    this.#partsOf = null;
  }

  /** Adds the commands that are whole. */
  async #drain(): Promise<void> {
    const { kind, database } = this.#partsOf!;
    const select = selectCommand(database);
    for (const command of this.#commandsOf(kind).splice(0)) {
      if (!this.#chunk.hasSpace(command.length + select.length)) await this.#flush();
      if (database !== this.#database) {
        this.#chunk.add(select, 0, select.length, this.#database, true);
        this.#database = database;
      }
      // An element that is pushed twice is there twice, and an entry that is added twice is refused.
      this.#chunk.add(command, 0, command.length, database, kind !== "list" && kind !== "stream");
    }
  }

  /** Adds the item that the reader has found. Returns false where the chunk is full. */
  #addItem({ key, value, deadlineMs, database }: RdbReader): boolean {
    const chunk = this.#chunk;
    // Two commands may be needed.
    if (!chunk.hasSpaceForSet(key.length, value.length)) return false;
    if (database !== this.#database) {
      const select = selectCommand(database);
      if (!chunk.hasSpaceForSet(key.length, value.length + select.length)) return false;
      chunk.add(select, 0, select.length, this.#database, true);
      this.#database = database;
    }
    chunk.addSet(key, value, deadlineMs, database);
    return true;
  }

  async #takeCommands(source: Source, input: ByteInput, atEnd: AtEnd): Promise<void> {
    const reader = new RespReader(input, MAX_COMMAND_BYTES, this.#tally);
    const reading = reader.read();
    for (;;) {
      const { done, value: what } = reading.next();
      if (done) break;
      if (what !== FOUND) await source.fill(input);
      else if (!this.#addCommand(reader, input)) {
        await this.#flush();
        this.#addCommand(reader, input);
      }
    }
    if (reader.cutAt < 0 && !this.#isInTransaction) return;
    const why = reader.cutAt < 0 || this.#isLong ? "inside a transaction" : "inside a command";
    const what = this.#isLong ? "of which the commands before were taken in" : "which was left out";
    this.#endTransaction(this.#isLong ? this.#database : this.#heldFrom);
    const at = reader.cutAt < 0 ? input.position : reader.cutAt;
    if (atEnd === "mustBeWhole") throw new FormatError(`it ends ${why}`, at);
    this.#tally.notes.push(`${source.name} ends ${why} (byte ${at}), ${what}`);
  }

  /** Adds the command that the reader has found. Returns false where it has to be tried again after a flush. */
  #addCommand(reader: RespReader, { bytes }: ByteInput): boolean {
    const { name, start, end } = reader;
    if (name === "MULTI" && !this.#isInTransaction) {
      this.#held = new Chunk();
      this.#heldFrom = this.#database;
      return true;
    }
    if (name === "DISCARD" && this.#isInTransaction) return this.#endTransaction(this.#heldFrom);
    if (name === "EXEC" && this.#isInTransaction) {
      if (!this.#release()) return false;
      return this.#endTransaction(this.#database);
    }
    const held = this.#held;
    // One that is too long to be held back is taken as it comes.
    if (held !== null && !held.hasSpace(end - start)) {
      if (!this.#release()) return false;
      this.#held = null;
      this.#isLong = true;
    }
    const to = this.#held ?? this.#chunk;
    if (!to.hasSpace(end - start)) return false;
    to.add(bytes, start, end, this.#database, REPEATABLE.has(name));
    if (name === "SELECT") this.#database = databaseOf(reader, bytes);
    return true;
  }

  get #isInTransaction(): boolean {
    return this.#held !== null || this.#isLong;
  }

  #endTransaction(database: number): true {
    this.#held = null;
    this.#isLong = false;
    this.#database = database;
    return true;
  }

  /** Moves what is held back to the chunk. Returns false where that has no space for it. */
  #release(): boolean {
    const held = this.#held;
    if (held === null || held.count === 0) return true;
    const chunk = this.#chunk;
    if (chunk.count > 0 && !chunk.hasSpaceForAll(held)) return false;
    chunk.addAll(held);
    return true;
  }

  /** Sends the chunk, once the one before has arrived, and begins another. */
  async #flush(): Promise<void> {
    await this.#sent();
    const chunk = this.#chunk;
    if (chunk.count === 0) return;
    this.#sending = this.#sender.send(chunk).catch((error) => {
      this.#failure = error;
    });
    this.#chunk = this.#other;
    this.#other = chunk;
    this.#chunk.reset();
  }

  /** Resolves when no chunk is on its way. */
  async #sent(): Promise<void> {
    await this.#sending;
    this.#sending = null;
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Adds the member that the reader has found. */
function addMember(to: MemberCommands, { kind, members }: RdbReader): void {
  const { member: { bytes, length }, value, score, deadlineMs } = members;
  if (kind === "hash") to.addField(bytes, 0, length, value.bytes, 0, value.length, deadlineMs);
  else if (kind === "sortedSet") to.addScored(bytes, 0, length, score);
  else to.add(bytes, 0, length);
}

function selectCommand(database: number): Uint8Array {
  const text = String(database);
  return new TextEncoder().encode(`*2\r\n$6\r\nSELECT\r\n$${text.length}\r\n${text}\r\n`);
}

/** The database that a SELECT names; -1 for one of no number. */
function databaseOf({ argumentStart, argumentLength }: RespReader, bytes: Uint8Array): number {
  if (argumentLength < 1 || argumentLength > 9) return -1;
  const argument = bytes.subarray(argumentStart, argumentStart + argumentLength);
  const text = String.fromCharCode(...argument);
  return /^\d+$/.test(text) ? Number(text) : -1;
}
