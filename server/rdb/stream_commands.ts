/**
 * Writes the commands that store a stream again, in the Redis protocol, as Redis writes its append-only file: each
 * entry with its ID, what the stream has counted, groups, consumers, and what is pending as claims. What was under
 * the key goes first. Knows no shard and no file.
 *
 * @module
 */

import { CommandArguments } from "./command_arguments.ts";
import type { EntryFields } from "./stream_writer.ts";

/** A claim has no more IDs. */
const MAX_CLAIMED = 256;

/** Entries that are claimed in one command: those in a row that were delivered at one time, equally often. */
interface Claim {
  readonly consumer: Uint8Array;
  readonly timeMs: number;
  readonly deliveries: number;
}

/** Writes the commands for one stream after the other. */
export class StreamCommands {
  /** Commands that are whole. Whoever takes them empties this. */
  readonly commands: Uint8Array<ArrayBuffer>[] = [];
  #key: Uint8Array = new Uint8Array();
  #group: Uint8Array = new Uint8Array();
  #deadlineMs = 0;
  #entryCount = 0;
  #claim: Claim | null = null;
  readonly #claimed = new CommandArguments();
  readonly #command = new CommandArguments();

  /** Begins with a stream under the key of `length` bytes from `start`. A deadline of 0 is none. */
  begin(key: Uint8Array, start: number, length: number, deadlineMs: number): void {
    this.#key = key.slice(start, start + length);
    this.#deadlineMs = deadlineMs;
    this.#entryCount = 0;
    this.#begin("DEL");
    this.#end();
  }

  /** Adds an entry. */
  entry(ms: bigint, seq: bigint, { bytes, starts, lengths }: EntryFields): void {
    const command = this.#begin("XADD");
    command.addText(`${ms}-${seq}`);
    for (const [i, length] of lengths.entries()) command.add(bytes, starts[i]!, length);
    this.#end();
    this.#begun();
  }

  /** The stream is there. */
  #begun(): void {
    if (this.#entryCount++ > 0 || this.#deadlineMs === 0) return;
    this.#begin("PEXPIREAT").addText(String(this.#deadlineMs));
    this.#end();
  }

  /** All entries have come. Adds what the stream has counted: IDs as text, and how many entries were ever added. */
  head(last: string, added: bigint, deleted: string): void {
    if (this.#entryCount === 0) {
      // Nothing else makes an empty stream that has no group.
      this.#add("XADD", "MAXLEN", "0", "0-1", "x", "y");
      this.#begun();
    }
    this.#add("XSETID", last, "ENTRIESADDED", String(added), "MAXDELETEDID", deleted);
  }

  /** Adds a group; those who have read nobody knows what have read -1 entries. */
  group(name: Uint8Array, last: string, entriesRead: bigint): void {
    this.#group = name;
    const command = this.#begin("XGROUP", "CREATE");
    command.add(name, 0, name.length);
    for (const text of [last, "ENTRIESREAD", String(entriesRead)]) command.addText(text);
    this.#end();
  }

  /** Adds a consumer of the latest group. */
  consumer(name: Uint8Array): void {
    this.endClaims();
    const command = this.#begin("XGROUP", "CREATECONSUMER");
    command.add(this.#group, 0, this.#group.length);
    command.add(name, 0, name.length);
    this.#end();
  }

  /** Adds an entry that is pending in the latest group, and whose it is. */
  claim(consumer: Uint8Array, id: string, timeMs: number, deliveries: number): void {
    const claim = this.#claim;
    const isSame = claim !== null && claim.consumer === consumer && claim.timeMs === timeMs &&
      claim.deliveries === deliveries && this.#claimed.count < MAX_CLAIMED;
    if (!isSame) {
      this.endClaims();
      this.#claim = { consumer, timeMs, deliveries };
    }
    this.#claimed.addText(id);
  }

  /** Nothing more is pending in the group. */
  endClaims(): void {
    if (this.#claim === null) return;
    const { consumer, timeMs, deliveries } = this.#claim;
    const command = this.#begin("XCLAIM");
    command.add(this.#group, 0, this.#group.length);
    command.add(consumer, 0, consumer.length);
    command.addText("0");
    command.append(this.#claimed);
    for (const text of ["TIME", timeMs, "RETRYCOUNT", deliveries, "FORCE", "JUSTID"]) {
      command.addText(String(text));
    }
    this.#end();
    this.#claimed.clear();
    this.#claim = null;
  }

  /** Adds a command about the key. */
  #add(name: string, ...texts: readonly string[]): void {
    const command = this.#begin(name);
    for (const text of texts) command.addText(text);
    this.#end();
  }

  /** Begins a command about the key; `action` stands before it. */
  #begin(name: string, action?: string): CommandArguments {
    const command = this.#command;
    command.clear();
    command.addText(name);
    if (action !== undefined) command.addText(action);
    command.add(this.#key, 0, this.#key.length);
    return command;
  }

  #end(): void {
    this.commands.push(this.#command.command());
  }
}
