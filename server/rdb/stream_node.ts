/**
 * Reads a node of a stream: a listpack with numbers and strings, each of which must be there. Knows what none of
 * them means.
 *
 * @module
 */

import { PackedEntries, PackedForm } from "./packed_entries.ts";
import type { ByteSlot, RdbValues } from "./rdb_values.ts";

/** Whole numbers of so many digits are exact as they are. */
const EXACT_DIGITS = 15;
/** The longest 64-bit integer as text. */
const MAX_DIGITS = 20;

/** A node: the parts of its entries one after the other, each of which must be there. */
export class StreamNode {
  readonly #entries: PackedEntries;
  readonly #values: RdbValues;

  /** A node of `values`. Throws FormatError where it is damaged, and so do all others. */
  constructor(node: ByteSlot, values: RdbValues) {
    this.#entries = new PackedEntries(PackedForm.listpack, node.bytes, node.length);
    this.#values = values;
  }

  /** The next part. */
  next(): PackedEntries {
    if (!this.#entries.next()) throw this.#values.error("a node of a stream is damaged");
    return this.#entries;
  }

  /** The next one, which is a number. */
  bigNumber(): bigint {
    const { bytes, start, length } = this.next();
    const text = String.fromCharCode(
      ...bytes.subarray(start, start + Math.min(length, MAX_DIGITS + 1)),
    );
    if (!/^-?\d+$/.test(text)) throw this.#values.error("a node of a stream is damaged");
    return BigInt(text.length > EXACT_DIGITS ? text : Number(text));
  }

  /** The next one, which is a count. */
  number(): number {
    const value = this.bigNumber();
    if (value < 0n || value > 0xffff_ffffn) {
      throw this.#values.error("a node of a stream is damaged");
    }
    return Number(value);
  }

  /** Copies of so many of them. */
  names(count: number): Uint8Array[] {
    const names: Uint8Array[] = [];
    while (names.length < count) {
      const { bytes, start, length } = this.next();
      names.push(bytes.slice(start, start + length));
    }
    return names;
  }

  /** There must be no more. */
  end(): void {
    if (this.#entries.next() || this.#entries.isDamaged) {
      throw this.#values.error("a node of a stream is damaged");
    }
  }
}
