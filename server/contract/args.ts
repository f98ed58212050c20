// The arguments of one request: one byte buffer and the place of each argument in it. A worker uses
// one Args for every request, so a request allocates none. Codecs fill it, commands read it. It knows
// no protocol and no command.

import { grownBytes, grownPlaces, keptBytes } from "./growing_bytes.ts";
import { writeAscii, writeText } from "./text_bytes.ts";

/** The size to which the scratch buffer shrinks back, in bytes. */
export const SCRATCH_BYTES = 64 * 1024;

/**
 * The arguments after a command's name. Argument `i` is `lengths[i]` bytes of `bytes` from
 * `starts[i]`. They are valid until the next `reset()` or `over()`. Adding an argument may replace the
 * arrays `bytes`, `starts` and `lengths`.
 */
export class Args {
  /** The buffer that holds every argument: the scratch buffer, or a request's own body. */
  bytes: Uint8Array;
  /** Number of arguments. The caller bounds it. */
  count = 0;
  /** Where in `bytes` each argument begins. */
  starts: Int32Array = new Int32Array(16);
  /** The length of each argument in bytes. */
  lengths: Int32Array = new Int32Array(16);
  /** Hash in database 0 of the first argument, which is a key, where whoever has set it knows it. */
  keyHash = 0;
  /** The bucket of the cache where that key may be found, or 0. */
  keyBucket = 0;
  hasKeyHash = false;
  private scratch: Uint8Array<ArrayBuffer> = new Uint8Array(SCRATCH_BYTES);
  private used = 0;

  constructor() {
    this.bytes = this.scratch;
  }

  /** Forgets all arguments. `bytes` is the scratch buffer again, which shrinks if it had grown. */
  reset(): void {
    this.scratch = keptBytes(this.scratch, SCRATCH_BYTES);
    this.bytes = this.scratch;
    this.used = 0;
    this.count = 0;
    this.hasKeyHash = false;
  }

  /** Forgets all arguments. `bytes` is the caller's buffer; only `push()` may then add some. */
  over(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.count = 0;
    this.hasKeyHash = false;
  }

  /**
   * The same, and adds as arguments what lies in `bytes` at the places `from` to `to` of two lists, which
   * say where each starts and its length.
   */
  overPlaces(
    bytes: Uint8Array,
    starts: Int32Array,
    lengths: Int32Array,
    from: number,
    to: number,
  ): void {
    this.over(bytes);
    for (let i = from; i < to; i++) this.push(starts[i]!, lengths[i]!);
  }

  /** Says that the first argument is a key, what its hash in database 0 is, and where it may be found. */
  setKeyHash(hash: number, bucket: number): void {
    this.keyHash = hash;
    this.keyBucket = bucket;
    this.hasKeyHash = true;
  }

  /** Adds the argument that lies at `start` in `bytes`, `length` bytes long. */
  push(start: number, length: number): void {
    const index = this.count;
    if (index === this.starts.length) this.growPlaces();
    this.starts[index] = start;
    this.lengths[index] = length;
    this.count = index + 1;
  }

  /** Makes space for `byteCount` bytes of scratch. Returns the place in `bytes` to write them to. */
  reserve(byteCount: number): number {
    if (this.bytes !== this.scratch) {
      throw new Error("Cannot write to Args: it lies over a foreign buffer");
    }
    if (this.used + byteCount > this.scratch.length) this.growScratch(this.used + byteCount);
    return this.used;
  }

  /** Adds an argument: the first `length` bytes at the place that `reserve()` returned. */
  commit(length: number): void {
    this.push(this.used, length);
    this.used += length;
  }

  /** Adds a copy of `length` bytes of `source` from `start`. */
  pushBytes(source: Uint8Array, start: number, length: number): void {
    const at = this.reserve(length);
    this.bytes.set(source.subarray(start, start + length), at);
    this.commit(length);
  }

  /** Adds a string, which must be well-formed, as UTF-8. */
  pushText(text: string): void {
    const at = this.reserve(text.length * 3);
    this.commit(writeText(text, this.bytes, at));
  }

  /** Adds a string that the caller knows to be ASCII, such as a token or a number. */
  pushAscii(token: string): void {
    const at = this.reserve(token.length);
    this.commit(writeAscii(token, this.bytes, at));
  }

  /** The bytes of an argument, as a view. It is valid as long as the arguments are. */
  bytesOf(index: number): Uint8Array {
    const start = this.starts[index]!;
    return this.bytes.subarray(start, start + this.lengths[index]!);
  }

  /** A copy of the bytes of an argument. */
  copyOf(index: number): Uint8Array {
    return this.bytesOf(index).slice();
  }

  private growPlaces(): void {
    this.starts = grownPlaces(this.starts, this.count + 1);
    this.lengths = grownPlaces(this.lengths, this.count + 1);
  }

  private growScratch(needed: number): void {
    this.scratch = grownBytes(this.scratch, this.used, needed);
    this.bytes = this.scratch;
  }
}
