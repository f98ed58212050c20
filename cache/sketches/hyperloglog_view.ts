// A HyperLogLog under a key: a string that is opened in a view. A short one is read, changed and stored as a
// whole. A dense one is changed where it lies, so that adding a member touches one register. Knows no command.

import { ByteView } from "../bytes/byte_view.ts";
import {
  DENSE_BYTES,
  isInTwoBytes,
  registerAt,
  registerOf,
  withRegister,
} from "./dense_registers.ts";
import { HyperLogLog } from "./hyperloglog.ts";
import { HEADER_BYTES, SetResult, STALE_AT, STALE_BIT } from "./sparse_registers.ts";

const COUNT_AT = 8;
const COUNT_BYTES = 8;

/** An opened HyperLogLog. Objects are reused. */
export class HyperLogLogView {
  /** The string. Who uses this opens and closes it. */
  readonly view: ByteView = new ByteView();
  /** What was read of it: all, or the header. */
  readonly log: HyperLogLog = new HyperLogLog();
  /** Whether only the header was read. */
  #isPart = false;

  /** Begins an empty one. */
  clear(): void {
    this.log.clear();
    this.#isPart = false;
  }

  /** Reads the string that was opened, of a dense one the header. Returns false if it is no HyperLogLog. */
  load(): boolean {
    const { log, view } = this;
    const { length } = view;
    if (length < HEADER_BYTES || length > log.bytes.length) return false;
    this.#isPart = length === DENSE_BYTES;
    view.read(0, this.#isPart ? HEADER_BYTES : length, log.bytes, 0);
    if (!log.take(length)) return false;
    if (log.isSparse) this.#readRest();
    return true;
  }

  /** Reads all of the string that was opened. Returns false if it is no HyperLogLog. */
  loadAll(): boolean {
    if (!this.load()) return false;
    this.#readRest();
    return true;
  }

  #readRest(): void {
    const { log } = this;
    if (!this.#isPart) return;
    this.view.read(HEADER_BYTES, log.length - HEADER_BYTES, log.bytes, HEADER_BYTES);
    this.#isPart = false;
  }

  /** Adds a member: `length` bytes from `start`. What is not dense is not stored yet. */
  add(bytes: Uint8Array, start: number, length: number): SetResult {
    const { log } = this;
    log.locate(bytes, start, length);
    if (!this.#isPart) return log.raise(log.index, log.value);
    const { index, value } = log;
    const { view } = this;
    const at = registerAt(index);
    const first = view.byteAt(at);
    const second = view.byteAt(at + 1);
    if (registerOf(index, first, second) >= value) return SetResult.kept;
    const both = withRegister(index, first, second, value);
    const isStored = view.setByte(at, both & 0xff) &&
      (!isInTwoBytes(index) || view.setByte(at + 1, both >> 8));
    return isStored ? SetResult.raised : SetResult.noSpace;
  }

  /** Marks the count as out of date and stores what is not stored yet. Returns false if there is no space. */
  store(): boolean {
    const { log, view } = this;
    if (this.#isPart) {
      const last = view.byteAt(STALE_AT);
      return last >= STALE_BIT || view.setByte(STALE_AT, last | STALE_BIT);
    }
    log.spoilCount();
    if (log.length < view.length && !view.setLength(log.length)) return false;
    return view.write(0, log.bytes, 0, log.length);
  }

  /** The number of members, or undefined if the string is damaged. Notes it in the string. */
  count(): number | bigint | undefined {
    const { log } = this;
    if (log.hasCount) return log.cachedCount;
    this.#readRest();
    const count = log.count();
    if (count === undefined) return undefined;
    log.cacheCount(count);
    this.view.note(COUNT_AT, log.bytes, COUNT_AT, COUNT_BYTES);
    return count;
  }
}
