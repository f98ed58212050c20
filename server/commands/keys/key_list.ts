// Holds the keys that a walk has found until they are answered: one growing buffer and their lengths.
// It is filled while no lock is held. Knows no shard and no pattern.

import { grownBytes, grownPlaces } from "../../contract/growing_bytes.ts";
import { answerBytes, type Reply } from "../../contract/reply.ts";

/** A list of keys. */
export class KeyList {
  /** How many there are. */
  count = 0;
  /** Bytes of all of them. */
  usedBytes = 0;
  #bytes = new Uint8Array(1024);
  #lengths = new Int32Array(64);

  /** Adds a copy of `length` bytes of `bytes` from `start`. */
  add(bytes: Uint8Array, start: number, length: number): void {
    const used = this.usedBytes;
    if (used + length > this.#bytes.length) {
      this.#bytes = grownBytes(this.#bytes, used, used + length);
    }
    if (this.count === this.#lengths.length) {
      this.#lengths = grownPlaces(this.#lengths, this.count + 1);
    }
    this.#bytes.set(bytes.subarray(start, start + length), used);
    this.#lengths[this.count++] = length;
    this.usedBytes = used + length;
  }

  /** Answers all keys as a list. */
  answer(reply: Reply): void {
    reply.array(this.count);
    for (let i = 0, at = 0; i < this.count; at += this.#lengths[i++]!) {
      answerBytes(this.#bytes, at, this.#lengths[i]!, reply);
    }
  }
}
