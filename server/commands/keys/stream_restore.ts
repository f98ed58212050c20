// RESTORE of a stream: reads a payload to find out whether it is right and how much it has, and again to store it. What
// is refused has changed nothing.

import { appendEntry } from "../../../cache/mod.ts";
import { setId } from "../../contract/collections/stream_ids.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure } from "../../contract/reply.ts";
import { ByteInput, FormatError } from "../../rdb/byte_input.ts";
import { RdbStream, StreamPart } from "../../rdb/rdb_stream.ts";
import { RdbValues } from "../../rdb/rdb_values.ts";
import { OUT_OF_MEMORY, refused, TOO_LARGE } from "../failures.ts";
import { growthProblem, openEmptyView, peekItem } from "../items.ts";
import { MAX_DUMPED_MEMBERS, TOO_MANY_DUMPED } from "./dump_limits.ts";

const FOOTER_BYTES = 10;
/** No stream has more: a payload may say much in a few bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What a record takes besides names. */
const RECORD_BYTES = 64;
const BAD_FORMAT = refused("Bad data format");

/** What is pending in the group that is being read, by its id. */
type Pending = Map<string, { readonly timeMs: number; readonly deliveries: number }>;

/** A payload with a stream. */
export class StreamPayload {
  readonly #payload: Uint8Array<ArrayBuffer>;
  readonly #maxBytes: number;
  #records = 1;
  #bytes = RECORD_BYTES;

  /** An entry has at most `maxBytes`. */
  constructor(payload: Uint8Array<ArrayBuffer>, maxBytes: number) {
    this.#payload = payload;
    this.#maxBytes = maxBytes;
  }

  /** Reads all of it. Returns why it cannot be stored, or null. */
  problem(): Failure | null {
    const pending: Pending = new Map();
    let isOwned = true;
    try {
      for (const stream of this.#parts()) {
        const { part, fields, name } = stream;
        const isEntry = part === StreamPart.entry;
        this.#records += isEntry ? 1 : 2;
        this.#bytes += RECORD_BYTES + (isEntry ? fields.length : 2 * name.length);
        if (this.#records > 2 * MAX_DUMPED_MEMBERS) return TOO_MANY_DUMPED;
        if (this.#bytes > MAX_BYTES) return OUT_OF_MEMORY;
        if (part === StreamPart.group) {
          if (pending.size > 0) return BAD_FORMAT;
        } else if (part === StreamPart.pending) pending.set(idOf(stream), stream);
        else if (part === StreamPart.owned) isOwned = pending.delete(idOf(stream)) && isOwned;
        if (stream.wasTooLong) return TOO_LARGE;
      }
    } catch (error) {
      if (error instanceof FormatError) return BAD_FORMAT;
      throw error;
    }
    return isOwned && pending.size === 0 ? null : BAD_FORMAT;
  }

  /** Gives the parts one after the other. Throws FormatError where they are damaged. */
  *#parts(): Generator<RdbStream> {
    const payload = this.#payload;
    const input = ByteInput.over(payload, payload.length - FOOTER_BYTES);
    input.at = 1;
    const stream = new RdbStream(this.#maxBytes, MAX_BYTES);
    for (const _found of stream.read(payload[0]!, new RdbValues(input))) yield stream;
    if (input.left > 0) throw new FormatError("there is more", input.position);
  }

  /** Stores what {@linkcode problem} has found right under the key, argument 0. Returns why that cannot be, or null. */
  store(context: CommandContext, args: Args, deadlineMs: number): Failure | null {
    const { stream: view, streamHeader: header } = context.views;
    openEmptyView(context, view, args, 0, 0);
    const problem = growthProblem(context, view, args.lengths[0]!, this.#records, this.#bytes);
    // It is not closed then, and so changes nothing.
    if (problem !== null) return problem;
    header.clear();
    header.write(view);
    const pending: Pending = new Map();
    for (const stream of this.#parts()) this.#put(context, stream, pending);
    header.write(view);
    view.close();
    if (deadlineMs === 0) return null;
    const address = peekItem(context, args, 0, 0);
    if (address === 0) return OUT_OF_MEMORY;
    context.shard.setDeadlineLocked(address, deadlineMs);
    return null;
  }

  #put({ views }: CommandContext, stream: RdbStream, pending: Pending): void {
    const { stream: view, streamHeader: header, groups } = views;
    const { group, consumer, pending: one, id } = groups;
    const { part, ms, seq, fields, starts, lengths, name, timeMs, deliveries } = stream;
    setId(id, ms, seq);
    if (part === StreamPart.entry) {
      appendEntry(view, id, fields.bytes, starts, lengths, 0, lengths.length);
    } else if (part === StreamPart.head) {
      header.lastId.copy(id);
      setId(header.maxDeletedId, stream.deletedMs, stream.deletedSeq);
      header.entriesAdded = stream.added;
    } else if (part === StreamPart.group) {
      group.number = header.nextGroup++;
      group.last.copy(id);
      group.entriesRead = BigInt.asIntN(64, stream.entriesRead);
      group.create(view, name.bytes, 0, name.length);
    } else if (part === StreamPart.pending) pending.set(idOf(stream), { timeMs, deliveries });
    else if (part === StreamPart.consumer) {
      consumer.create(group, name.bytes, 0, name.length, timeMs);
    } else {
      const { timeMs, deliveries } = pending.get(idOf(stream))!;
      one.owner = consumer.number;
      one.deliveredMs = timeMs;
      one.deliveries = deliveries;
      one.add(group, id);
    }
  }
}

function idOf({ ms, seq }: RdbStream): string {
  return `${ms}-${seq}`;
}
