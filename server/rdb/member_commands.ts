/**
 * Writes the commands that store a collection again, in the Redis protocol: a few hundred members in each, so that
 * one of millions needs no more memory than a small one, and no command holds others up. What was under the key
 * goes first. Knows no shard and no file.
 *
 * @module
 */

import { CommandArguments } from "./command_arguments.ts";
import type { RdbKind } from "./rdb_collection.ts";

/** A command has no more members, and ends when its members have so many bytes. */
const MAX_MEMBERS = 256;
const MAX_BYTES = 32 * 1024;

const ADDING: Readonly<Record<RdbKind, string>> = {
  list: "RPUSH",
  set: "SADD",
  hash: "HSET",
  sortedSet: "ZADD",
};

/** Writes the commands for one collection after the other. */
export class MemberCommands {
  /** Commands that are whole. Whoever takes them empties this. */
  readonly commands: Uint8Array<ArrayBuffer>[] = [];
  #kind: RdbKind = "list";
  #key: Uint8Array = new Uint8Array();
  #deadlineMs = 0;
  /** Members, with what belongs to each. */
  readonly #members = new CommandArguments();
  #memberCount = 0;
  /** Fields with a deadline, each with that. */
  readonly #timed: [deadlineMs: number, field: Uint8Array][] = [];
  readonly #command = new CommandArguments();

  /** Begins with a collection under the key of `length` bytes from `start`. A deadline of 0 is none. */
  begin(kind: RdbKind, key: Uint8Array, start: number, length: number, deadlineMs: number): void {
    this.#kind = kind;
    this.#key = key.slice(start, start + length);
    this.#deadlineMs = deadlineMs;
    this.#clear();
    this.#begin("DEL");
    this.#end();
  }

  #clear(): void {
    this.#members.clear();
    this.#memberCount = 0;
    this.#timed.length = 0;
  }

  /** Adds an element of a list, or a member of a set. */
  add(member: Uint8Array, start: number, length: number): void {
    this.#members.add(member, start, length);
    this.#added();
  }

  /** Adds a member of a sorted set. */
  addScored(member: Uint8Array, start: number, length: number, score: number): void {
    this.#members.addText(scoreText(score));
    this.add(member, start, length);
  }

  /** Adds a field of a hash. A deadline of 0 is none. */
  addField(
    field: Uint8Array,
    fieldStart: number,
    fieldBytes: number,
    value: Uint8Array,
    valueStart: number,
    valueBytes: number,
    deadlineMs: number,
  ): void {
    this.#members.add(field, fieldStart, fieldBytes);
    this.#members.add(value, valueStart, valueBytes);
    if (deadlineMs !== 0) {
      this.#timed.push([deadlineMs, field.slice(fieldStart, fieldStart + fieldBytes)]);
    }
    this.#added();
  }

  #added(): void {
    if (++this.#memberCount === MAX_MEMBERS || this.#members.used > MAX_BYTES) this.#write();
  }

  /** All members have come. */
  end(): void {
    if (this.#memberCount > 0) this.#write();
  }

  #write(): void {
    this.#begin(ADDING[this.#kind]).append(this.#members);
    this.#end();
    // At once: what is left when an import ends early goes at its time, too.
    if (this.#deadlineMs !== 0) {
      this.#begin("PEXPIREAT").addText(String(this.#deadlineMs));
      this.#end();
      this.#deadlineMs = 0;
    }
    for (const [deadlineMs, field] of this.#timed) {
      const command = this.#begin("HPEXPIREAT");
      for (const text of [String(deadlineMs), "FIELDS", "1"]) command.addText(text);
      command.add(field, 0, field.length);
      this.#end();
    }
    this.#clear();
  }

  /** Begins a command about the key. */
  #begin(name: string): CommandArguments {
    const command = this.#command;
    command.clear();
    command.addText(name);
    command.add(this.#key, 0, this.#key.length);
    return command;
  }

  #end(): void {
    this.commands.push(this.#command.command());
  }
}

/** A score as text that Redis reads as the same number. */
function scoreText(score: number): string {
  if (Number.isFinite(score)) return Object.is(score, -0) ? "-0" : String(score);
  return score > 0 ? "inf" : "-inf";
}
