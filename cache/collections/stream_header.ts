// The first record of a stream: what it remembers besides its entries. stream_records.ts says where that stands. Knows no
// command.

import { FULL_ID_BYTES, StreamId } from "./stream_id.ts";
import { RecordKind, VALUE_BYTES } from "./stream_records.ts";
import type { StreamView } from "./stream_view.ts";

const WORD_RANGE = 2 ** 32;
const LENGTH = VALUE_BYTES[RecordKind.header];
const DELETED = FULL_ID_BYTES;
const ADDED = DELETED + FULL_ID_BYTES;
const NEXT_GROUP = ADDED + 8;

/** A word whose lowest byte is first. */
function read32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>>
    0;
}

/** The header of a stream. */
export class StreamHeader {
  /** The largest id that was ever given. */
  readonly lastId: StreamId = new StreamId();
  /** The largest id of an entry that was deleted. */
  readonly maxDeletedId: StreamId = new StreamId();
  /** The number of the next group that is made. */
  nextGroup = 0;
  #addedHigh = 0;
  #addedLow = 0;
  readonly #bytes = new Uint8Array(LENGTH);
  readonly #view = new DataView(this.#bytes.buffer);

  /** That of a stream which is made now. */
  clear(): void {
    this.lastId.set(0, 0);
    this.maxDeletedId.set(0, 0);
    this.nextGroup = 0;
    this.#addedHigh = 0;
    this.#addedLow = 0;
  }

  /** How many entries were ever added, in 64 bits with a sign. Exact as a number up to 2^53, above that a bigint. */
  get entriesAdded(): number | bigint {
    if (this.#addedHigh < 2 ** 21) return this.#addedHigh * WORD_RANGE + this.#addedLow;
    return BigInt.asIntN(64, (BigInt(this.#addedHigh) << 32n) | BigInt(this.#addedLow));
  }

  set entriesAdded(count: number | bigint) {
    const exact = BigInt.asUintN(64, BigInt(count));
    this.#addedHigh = Number(exact >> 32n);
    this.#addedLow = Number(exact & 0xffffffffn);
  }

  /** One more entry was added. */
  countAdded(): void {
    this.#addedLow = (this.#addedLow + 1) >>> 0;
    if (this.#addedLow === 0) this.#addedHigh = (this.#addedHigh + 1) >>> 0;
  }

  /** Reads that of an opened stream, whose first record it is. The cursor is there then. */
  read(stream: StreamView): void {
    stream.seek(0);
    stream.openRecord();
    const { recordBytes: bytes, recordStart: at } = stream;
    this.lastId.readFull(bytes, at);
    this.maxDeletedId.readFull(bytes, at + DELETED);
    this.#addedLow = read32(bytes, at + ADDED);
    this.#addedHigh = read32(bytes, at + ADDED + 4);
    this.nextGroup = read32(bytes, at + NEXT_GROUP);
  }

  /** Writes the last id, and how many entries were added, over what was just read: the cursor is there still. */
  writeAdded(stream: StreamView): void {
    const bytes = this.#bytes;
    this.lastId.writeFull(bytes, 0);
    stream.overwrite(0, bytes, 0, FULL_ID_BYTES);
    this.#view.setUint32(ADDED, this.#addedLow, true);
    this.#view.setUint32(ADDED + 4, this.#addedHigh, true);
    stream.overwrite(ADDED, bytes, ADDED, NEXT_GROUP - ADDED);
  }

  /** Writes it to an opened stream, in place unless that is empty. The cursor is there, or nowhere. */
  write(stream: StreamView): void {
    this.lastId.writeFull(this.#bytes, 0);
    this.maxDeletedId.writeFull(this.#bytes, DELETED);
    this.#view.setUint32(ADDED, this.#addedLow, true);
    this.#view.setUint32(ADDED + 4, this.#addedHigh, true);
    this.#view.setUint32(NEXT_GROUP, this.nextGroup, true);
    if (stream.seek(0)) stream.overwrite(0, this.#bytes, 0, LENGTH);
    else stream.put(RecordKind.header, this.#bytes, 0, LENGTH);
  }
}
