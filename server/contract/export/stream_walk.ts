// Walks over one stream and writes the commands that store it: entries, what it has counted, then groups with their
// consumers and what is pending, some at a time. Where it goes on is told by ids and names, so it may change between
// two steps. Works on a stream that is open; member_walk.ts opens it.

import { StreamId, type StreamView } from "../../../cache/mod.ts";
import { StreamCommands } from "../../rdb/stream_commands.ts";
import { bigId, fieldsOf, idText } from "../collections/stream_ids.ts";
import type { Views } from "../collections/views.ts";

/** Records that one step looks at. */
const STEP_RECORDS = 512;
/** What a command takes besides the bytes of an entry. */
const COMMAND_BYTES = 64;

/** What a step has come to; a number: how many bytes it would take to go on. */
export type StreamStep = "more" | "done" | number;

/** A walk over one stream after the other. */
export class StreamWalk {
  /** The commands. Whoever takes them empties `commands.commands`. */
  readonly commands: StreamCommands = new StreamCommands();
  readonly #views: Views;
  /** The last entry that was met. */
  readonly #after = new StreamId();
  #hasEntries = false;
  /** The names of the group and of the consumer that the walk is at, and what was met last that is pending for it. */
  #group: Uint8Array | null = null;
  #consumer: Uint8Array | null = null;
  readonly #pending = new StreamId();

  /** Works with these views. */
  constructor(views: Views) {
    this.#views = views;
  }

  /** Begins with a stream under this key. */
  begin(key: Uint8Array, deadlineMs: number): void {
    this.commands.begin(key, 0, key.length, deadlineMs);
    this.#after.set(0, 0);
    this.#hasEntries = false;
    this.#group = null;
    this.#consumer = null;
  }

  /** Writes the commands for what comes next in the open stream, which may copy so many bytes. */
  step(allowance: number): StreamStep {
    const { stream } = this.#views;
    if (!this.#hasEntries) return this.#stepEntries(stream, allowance);
    if (this.#group !== null) {
      if (this.#stepGroup(stream, this.#group)) return "more";
      this.commands.endClaims();
    }
    const { group } = this.#views.groups;
    const isThere = this.#group === null ? group.first(stream) : group.after(stream, this.#group);
    if (!isThere) return "done";
    this.#group = group.name();
    this.#consumer = null;
    this.commands.group(this.#group, idText(group.last), group.entriesRead);
    return "more";
  }

  #stepEntries(stream: StreamView, allowance: number): StreamStep {
    const { streamEntry: entry, streamHeader: header } = this.#views;
    const { head } = stream;
    const length = this.#after.writeKey(head, 0);
    let left = allowance;
    let more = stream.seekRecord(this.#after.score, head, 0, length);
    if (more && stream.isAt(this.#after.score, head, 0, length)) more = stream.next();
    for (let count = 0; more && count < STEP_RECORDS; count++, more = stream.next()) {
      const bytes = stream.memberBytes + COMMAND_BYTES;
      if (bytes > left) return count === 0 ? bytes : "more";
      left -= bytes;
      entry.open(stream);
      this.#after.copy(entry.id);
      this.commands.entry(...bigId(entry.id), fieldsOf(entry));
    }
    if (more) return "more";
    this.#hasEntries = true;
    header.read(stream);
    const added = BigInt(header.entriesAdded);
    this.commands.head(idText(header.lastId), added, idText(header.maxDeletedId));
    return "more";
  }

  /** Goes on in the group of this name. Returns false where nothing of it is left. */
  #stepGroup(stream: StreamView, name: Uint8Array): boolean {
    const { group, consumer } = this.#views.groups;
    if (!group.find(stream, name, 0, name.length)) return false;
    if (this.#consumer !== null && this.#stepConsumer(this.#consumer)) return true;
    const isThere = this.#consumer === null
      ? consumer.first(group)
      : consumer.after(group, this.#consumer);
    if (!isThere) return false;
    this.#consumer = consumer.name();
    this.#pending.set(0, 0);
    this.commands.consumer(this.#consumer);
    return true;
  }

  /** Goes on with what is pending for the consumer of this name. Returns false where nothing is left. */
  #stepConsumer(name: Uint8Array): boolean {
    const { group, consumer, pending } = this.#views.groups;
    if (!consumer.find(group, name, 0, name.length)) return false;
    const { number } = consumer;
    let count = 0;
    for (; count < STEP_RECORDS; count++) {
      if (!this.#pending.increment()) break;
      if (!pending.seekOwned(group, number, this.#pending)) break;
      this.#pending.copy(pending.id);
      if (!pending.find(group, this.#pending)) continue;
      this.commands.claim(name, idText(pending.id), pending.deliveredMs, pending.deliveries);
    }
    return count === STEP_RECORDS;
  }
}
