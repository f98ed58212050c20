// The messages of one turn of the event loop in one format, each written once, one behind the other. Knows
// no subscriber: who gets a message notes its place.

import { grownLength, resizedInPlace } from "../contract/growing_bytes.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import type { MessageFormat } from "../contract/messages/message_sink.ts";
import { frameBytes, type FrameKind, writeFrame } from "./message_frames.ts";

/** The size to which a log shrinks back, in bytes. */
const KEPT_BYTES = 64 * 1024;
/** Most bytes of one turn. */
export const MAX_TURN_BYTES = 16 * 1024 * 1024;

/** Messages of a turn. */
export class TurnLog {
  readonly format: MessageFormat;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Where the latest message begins and ends. */
  from = 0;
  to = 0;
  /** Which message that is, by the count of its owner. */
  serial = 0;
  #stretch: Uint8Array<ArrayBuffer> = this.bytes;
  readonly #memory: () => MemorySource | null;

  /** What it grows by is taken from `memory`, if there is any. */
  constructor(format: MessageFormat, memory: () => MemorySource | null) {
    this.format = format;
    this.#memory = memory;
  }

  /** Writes a message. Returns false, with nothing written, where there is no space for it. */
  write(kind: FrameKind, parts: readonly (Uint8Array | null)[]): boolean {
    const needed = this.to + frameBytes(this.format, parts);
    if (needed > this.bytes.length && !this.#grow(needed)) return false;
    this.from = this.to;
    this.to = writeFrame(this.format, kind, parts, this.bytes, this.from);
    return true;
  }

  #grow(needed: number): boolean {
    const { length } = this.bytes;
    const size = Math.max(KEPT_BYTES, grownLength(length, needed));
    if (needed > MAX_TURN_BYTES) return false;
    // The size that it keeps is not counted.
    const more = size - Math.max(length, KEPT_BYTES);
    if (more > 0 && this.#memory()?.tryTake(more) === false) return false;
    this.bytes = resizedInPlace(this.bytes, size);
    return true;
  }

  /** A stretch of it. Most subscribers get the same one, so it is made once for all of them. */
  stretch(from: number, to: number): Uint8Array<ArrayBuffer> {
    const { byteOffset, byteLength, buffer } = this.#stretch;
    if (byteOffset === from && byteLength === to - from && buffer === this.bytes.buffer) {
      return this.#stretch;
    }
    return this.#stretch = this.bytes.subarray(from, to);
  }

  /** Copies some stretches of it, from and to in turn, into one. */
  join(stretches: readonly number[]): Uint8Array<ArrayBuffer> {
    let length = 0;
    for (let i = 0; i < stretches.length; i += 2) length += stretches[i + 1]! - stretches[i]!;
    const joined = new Uint8Array(length);
    let used = 0;
    for (let i = 0; i < stretches.length; i += 2) {
      joined.set(this.bytes.subarray(stretches[i], stretches[i + 1]), used);
      used += stretches[i + 1]! - stretches[i]!;
    }
    return joined;
  }

  /** Forgets all messages. */
  reset(): void {
    this.from = this.to = 0;
    if (this.bytes.length <= KEPT_BYTES) return;
    this.#memory()?.give(this.bytes.length - KEPT_BYTES);
    this.bytes = resizedInPlace(this.bytes, KEPT_BYTES);
  }
}
