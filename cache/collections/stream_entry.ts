// An entry of a stream, as a record has it behind its score: the id, how many fields there are, then each field and
// its value with its length before it. Composes entries in a view's own space and reads them where they lie.

import { sizeForSpan, spanLength, spanSize, spanStart, writeSpan } from "../trees/entries.ts";
import { MAX_ID_BYTES, StreamId } from "./stream_id.ts";
import type { StreamView } from "./stream_view.ts";

/** The number of fields has 7 bits in each byte, the lowest first, and one that says that more follow. */
const COUNT_BITS = 7;
const COUNT_MORE = 1 << COUNT_BITS;
const MAX_COUNT_BYTES = 5;

/** Adds an entry behind all others, whose fields and values lie at these places of `bytes`, in turn. */
export function appendEntry(
  stream: StreamView,
  id: StreamId,
  bytes: Uint8Array,
  starts: ArrayLike<number>,
  lengths: ArrayLike<number>,
  from: number,
  end: number,
): void {
  const { head } = stream;
  let headBytes = id.writeKey(head, 0);
  let count = (end - from) >>> 1;
  for (; count >= COUNT_MORE; count >>>= COUNT_BITS) head[headBytes++] = count | COUNT_MORE;
  head[headBytes++] = count;
  let total = headBytes;
  for (let i = from; i < end; i++) total += sizeForSpan(lengths[i]!);
  let at = stream.compose(id.score, total);
  const to = stream.composed;
  for (let i = 0; i < headBytes; i++) to[at++] = head[i]!;
  for (let i = from; i < end; i++) at = writeSpan(to, at, bytes, starts[i]!, lengths[i]!);
  stream.appendComposed(at);
}

/** Reads one entry after the other. */
export class StreamEntry {
  /** Its id. */
  readonly id: StreamId = new StreamId();
  /** How many fields it has. */
  fieldCount = 0;
  /** Where the field or value is that was read last. */
  bytes: Uint8Array = new Uint8Array();
  /** Its first byte there. */
  start = 0;
  /** How long it is. */
  length = 0;
  #at = 0;

  /** Reads the id of the entry at the stream's cursor, and how many fields it has. */
  openHead(stream: StreamView): void {
    stream.openRecordStart(MAX_ID_BYTES + MAX_COUNT_BYTES);
    this.#readHead(stream);
  }

  /** Begins to read the entry at the stream's cursor, until anything else of the stream is read. */
  open(stream: StreamView): void {
    stream.openRecord();
    this.#readHead(stream);
  }

  #readHead(stream: StreamView): void {
    const bytes = stream.recordBytes;
    this.bytes = bytes;
    let at = this.id.readKey(stream.score, bytes, stream.recordStart);
    let count = 0;
    for (let shift = 0;; shift += COUNT_BITS) {
      const byte = bytes[at++]!;
      count |= (byte & (COUNT_MORE - 1)) << shift;
      if (byte < COUNT_MORE) break;
    }
    this.fieldCount = count;
    this.#at = at;
  }

  /** Goes to the next field or value: there are two for each field. */
  next(): void {
    const { bytes } = this;
    const at = this.#at;
    this.start = spanStart(bytes, at);
    this.length = spanLength(bytes, at);
    this.#at = at + spanSize(bytes, at);
  }
}
