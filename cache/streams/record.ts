// A record of a stream in the making, or its key: numbers, ids and names, one behind the other. Numbers have their
// highest byte first, so that keys are in their order. Knows no kind of record.

import { FULL_ID_BYTES, type StreamId } from "../collections/stream_id.ts";
import { writeTextKey } from "../collections/stream_records.ts";
import type { StreamView } from "../collections/stream_view.ts";

/** Bytes of a number, and of a time or a count. */
export const NUMBER_BYTES = 4;
export const COUNT_BYTES = 8;

/** Bytes of a record. */
export class StreamRecord {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  /** How many there are. */
  length = 0;
  #numbers = new DataView(this.bytes.buffer);

  /** Begins anew. */
  begin(): this {
    this.length = 0;
    return this;
  }

  /** Makes space for more bytes, which may replace where they are. Returns their place. */
  #reserve(more: number): number {
    const at = this.length;
    this.length = at + more;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.#numbers = new DataView(grown.buffer);
    }
    return at;
  }

  /** Adds a number below 2^32. */
  number(value: number): this {
    const at = this.#reserve(NUMBER_BYTES);
    this.#numbers.setUint32(at, value);
    return this;
  }

  /** Adds a time or a count that is exact as a number. */
  count(value: number): this {
    const at = this.#reserve(COUNT_BYTES);
    this.#numbers.setFloat64(at, value);
    return this;
  }

  /** Adds an integer of 64 bits. */
  bigCount(value: bigint): this {
    const at = this.#reserve(COUNT_BYTES);
    this.#numbers.setBigInt64(at, value);
    return this;
  }

  /** Adds an id. */
  id(value: StreamId): this {
    const at = this.#reserve(FULL_ID_BYTES);
    value.writeFull(this.bytes, at);
    return this;
  }

  /** Adds a name as a key that others may follow. */
  key(name: Uint8Array, start: number, length: number): this {
    const at = this.#reserve(2 * length + 2);
    this.length = writeTextKey(this.bytes, at, name, start, length);
    return this;
  }

  /** Adds bytes as they are. */
  raw(from: Uint8Array, start: number, length: number): this {
    const at = this.#reserve(length);
    this.bytes.set(from.subarray(start, start + length), at);
    return this;
  }

  /** Adds bytes that are behind whatever others have there, at most so many. */
  last(bytes: number): this {
    const at = this.#reserve(bytes);
    this.bytes.fill(0xff, at, this.length);
    return this;
  }

  /** Copies the record at the view's cursor. */
  read(view: StreamView): this {
    const length = view.openRecord();
    return this.begin().raw(view.recordBytes, view.recordStart, length);
  }

  /** The number, count or integer that begins at `at`. */
  numberAt(at: number): number {
    return this.#numbers.getUint32(at);
  }

  countAt(at: number): number {
    return this.#numbers.getFloat64(at);
  }

  bigCountAt(at: number): bigint {
    return this.#numbers.getBigInt64(at);
  }
}
