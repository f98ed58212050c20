// Inputs for the fuzzers: samples that are valid, cut, joined and damaged at random. Seeded, so that
// a run can be repeated; knows no codec.

import { Random } from "../workload.ts";

/** Most bytes of an input. */
const MAX_BYTES = 400;

/** Makes inputs from samples and from pieces that mean something to a codec. */
export class Mutator {
  readonly #random: Random;
  readonly #samples: readonly Uint8Array[];
  readonly #pieces: readonly Uint8Array[];

  /** Characters of `samples` and `pieces` are bytes. */
  constructor(random: Random, samples: readonly string[], pieces: readonly string[]) {
    this.#random = random;
    this.#samples = samples.map(latin1);
    this.#pieces = pieces.map(latin1);
  }

  /** The next input, a fresh array. */
  next(): Uint8Array<ArrayBuffer> {
    let bytes = [...this.#pick(this.#samples)];
    if (this.#below(4) === 0) bytes = this.#join(bytes);
    for (let left = this.#below(5); left > 0; left--) this.#damage(bytes);
    return Uint8Array.from(bytes.slice(0, MAX_BYTES));
  }

  /** A number from 0 to below `end`. */
  #below(end: number): number {
    return this.#random.nextU32() % end;
  }

  #pick(from: readonly Uint8Array[]): Uint8Array {
    return from[this.#below(from.length)]!;
  }

  #join(bytes: number[]): number[] {
    const other = this.#pick(this.#samples);
    return [
      ...bytes.slice(0, this.#below(bytes.length + 1)),
      ...other.subarray(this.#below(other.length + 1)),
    ];
  }

  #damage(bytes: number[]): void {
    const at = this.#below(bytes.length + 1);
    switch (this.#below(6)) {
      case 0:
        bytes[Math.min(at, bytes.length)] = this.#below(256);
        break;
      case 1:
        bytes.splice(at, 1 + this.#below(4));
        break;
      case 2:
        bytes.splice(at, 0, this.#below(256));
        break;
      case 3:
        bytes.splice(at, this.#below(3), ...this.#pick(this.#pieces));
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + this.#below(20)));
        break;
      default:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << this.#below(8));
    }
  }
}

/** A text whose characters are bytes, as those bytes. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
