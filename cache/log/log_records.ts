// Takes what was read off the log ring apart into records, and joins those that came in parts. A record of which
// only parts are there is none: it is as if its operation had never been. Pure.

import {
  RECORD_ACTOR_MASK,
  RECORD_ACTOR_SHIFT,
  RECORD_FIRST,
  RECORD_LAST,
  RECORD_LENGTH_MASK,
} from "./effect_layout.ts";

/** Is given each record: its effects are the words from `from` to `to`, it began at `position` of the log. */
export type RecordTaker = (
  words: Int32Array,
  bytes: Uint8Array,
  from: number,
  to: number,
  position: number,
) => void;

/** What has come of a record in parts. */
interface Pending {
  readonly position: number;
  words: Int32Array<ArrayBuffer>;
  used: number;
}

/** Words and bytes of what was read, which must begin at a multiple of four. */
export function wordsOfBytes(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

/** Takes records apart; keeps the parts of those that are not whole yet. */
export class LogRecords {
  readonly #take: RecordTaker;
  readonly #pending = new Map<number, Pending>();

  /** `take` is called with each record that is whole. */
  constructor(take: RecordTaker) {
    this.#take = take;
  }

  /**
   * Takes the records of a block, whose first byte is that at `position` of the log. Throws RangeError where they do
   * not fill it.
   */
  block(payload: Uint8Array, position: number): void {
    const words = wordsOfBytes(payload);
    for (let at = 0; at < words.length;) {
      const head = words[at]!;
      const count = head & RECORD_LENGTH_MASK;
      if (count === 0 || at + count > words.length) {
        throw new RangeError(
          `Cannot read record at byte ${4 * at} of its block: it does not end in it`,
        );
      }
      if ((head & RECORD_FIRST) !== 0 && (head & RECORD_LAST) !== 0) {
        this.#take(words, payload, at + 1, at + count, position + 4 * at);
      } else this.#part(head, words.subarray(at + 1, at + count), position + 4 * at);
      at += count;
    }
  }

  #part(head: number, part: Int32Array, position: number): void {
    const actor = (head >>> RECORD_ACTOR_SHIFT) & RECORD_ACTOR_MASK;
    // Whoever begins anew has ended before he was done.
    if ((head & RECORD_FIRST) !== 0) {
      this.#pending.set(actor, { position, words: new Int32Array(2 * part.length), used: 0 });
    }
    const pending = this.#pending.get(actor);
    if (pending === undefined) return;
    const used = pending.used + part.length;
    if (used > pending.words.length) {
      const grown = new Int32Array(2 * used);
      grown.set(pending.words.subarray(0, pending.used));
      pending.words = grown;
    }
    pending.words.set(part, pending.used);
    pending.used = used;
    if ((head & RECORD_LAST) === 0) return;
    this.#pending.delete(actor);
    this.#take(pending.words, new Uint8Array(pending.words.buffer), 0, used, pending.position);
  }
}
