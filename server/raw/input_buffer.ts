// The bytes that a client has sent and no command has used up yet. Small while the client is idle;
// grows with what has come, never with what was only announced, within what the process may hold.

import { releaseBytes, resizedInPlace } from "../contract/growing_bytes.ts";
import type { MemoryAccount } from "../contract/memory_account.ts";

/** What an idle connection holds. */
export const INPUT_BYTES = 4 * 1024;
/** To this a buffer grows only so that busy clients need fewer reads. */
const MAX_BUSY_BYTES = 64 * 1024;
/** Share of the budget that may be in use for it to serve that. */
const BUSY_SHARE = 0.25;

/** The input of one connection. */
export class InputBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INPUT_BYTES);
  /** Where the next command begins. */
  at = 0;
  /** Where the bytes end that have come. */
  end = 0;
  /** The next command cannot be complete before they end here. */
  needed = 0;
  /** Whether it has held the end of what was skipped: that it grew for that says nothing of what follows. */
  hasSkipped = false;
  readonly #account: MemoryAccount;
  /** Reads that have filled the buffer, with a part of a command at its end. */
  #fills = 0;
  /** Whether it has just grown: next comes the rest of what did not fit. */
  #isNew = false;

  /** What it takes beyond its smallest size comes from `account`. */
  constructor(account: MemoryAccount) {
    this.#account = account;
  }

  /** Where the next bytes may be read to. */
  space(): Uint8Array<ArrayBuffer> {
    return this.end === 0 ? this.bytes : this.bytes.subarray(this.end);
  }

  /** Bytes have come there. Throws RangeError for more than there was space for. */
  add(count: number): void {
    const end = this.end + count;
    if (!(end <= this.bytes.length)) throw new RangeError(`Cannot take ${count} bytes: no space`);
    this.end = end;
  }

  /**
   * Drops what is used up, after a read of `count` bytes, and makes space for the next one. Returns
   * false when there is no memory for that.
   */
  settle(count: number): boolean {
    const size = this.bytes.length;
    const filled = this.end === size;
    if (this.at > 0) {
      this.bytes.copyWithin(0, this.at, this.end);
      this.end -= this.at;
      this.needed -= this.at;
      this.at = 0;
    }
    if (filled && size < MAX_BUSY_BYTES && this.#isTooSmall()) this.#resize(2 * size, BUSY_SHARE);
    else if (this.end === 0 && size > INPUT_BYTES && this.#isTooLarge(count)) this.drop();
    if (this.end === 0) {
      this.needed = 0;
      this.hasSkipped = false;
      return true;
    }
    const { length } = this.bytes;
    if (this.end < length && this.needed <= length) return true;
    // Not more than has come twice over, whatever was announced.
    const most = Math.max(MAX_BUSY_BYTES, 4 * this.end);
    const wanted = Math.max(2 * length, roundedUp(this.needed));
    return this.#resize(Math.min(wanted, most), 1) || this.end < length;
  }

  /** Whether more bytes would be of use, after a read that has filled it. */
  #isTooSmall(): boolean {
    if (this.end === 0) return true;
    // A pipeline seldom ends where the buffer does: most often a part of a command is left. Once may be chance.
    return 2 * this.end < this.bytes.length && ++this.#fills > 1;
  }

  /** Whether so many bytes are of no use, after a read that has found `count` and left nothing. */
  #isTooLarge(count: number): boolean {
    const size = this.bytes.length;
    if (size > MAX_BUSY_BYTES || this.hasSkipped) return true;
    const isRest = this.#isNew;
    this.#isNew = false;
    return count < size / 4 && !isRest;
  }

  /** Forgets everything. */
  clear(): void {
    this.at = 0;
    this.end = 0;
    this.needed = 0;
    this.hasSkipped = false;
  }

  /** Goes back to the smallest size, with nothing in it. */
  drop(): void {
    this.clear();
    if (this.bytes.length === INPUT_BYTES) return;
    this.#account.give(this.bytes.length - INPUT_BYTES);
    releaseBytes(this.bytes);
    this.bytes = new Uint8Array(INPUT_BYTES);
  }

  /** Frees it for good. */
  free(): void {
    this.clear();
    this.#account.give(this.bytes.length - INPUT_BYTES);
    releaseBytes(this.bytes);
  }

  #resize(size: number, share: number): boolean {
    if (!this.#account.tryTake(size - this.bytes.length, share)) return false;
    this.bytes = resizedInPlace(this.bytes, size);
    this.#fills = 0;
    this.#isNew = true;
    return true;
  }
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / INPUT_BYTES) * INPUT_BYTES;
}
