// Makes of an entry in plain form what stands in a leaf: the same where that is short enough, else with its long members
// in chains.

import type { ShardMemory } from "../shard_memory.ts";
import { entrySize, memberAt, SCORE_BYTES, Shape, spanSize } from "./entries.ts";
import { MAX_ENTRY_BYTES } from "./node.ts";
import { headBytesOf, type SpanReader } from "./spans.ts";
import { storeChainLocked, type StoredChain, writeChainSpan } from "./stored_span.ts";

/** The entry that was made last. */
export class StoredEntry {
  /** Its bytes. */
  readonly entry: Uint8Array<ArrayBuffer> = new Uint8Array(MAX_ENTRY_BYTES);
  /** The same memory, for its score. */
  readonly view: DataView = new DataView(this.entry.buffer);
  /** Eighths of its chains. */
  eighths = 0;
  readonly #spans: SpanReader;
  readonly #chain: StoredChain = { address: 0, eighths: 0 };
  #memory!: ShardMemory;

  /** `spans` reads what is too long. */
  constructor(spans: SpanReader) {
    this.#spans = spans;
  }

  /** Makes {@linkcode entry} of the plain one at `at`. Returns its size. What is too long goes to chains. */
  store(memory: ShardMemory, shape: Shape, bytes: Uint8Array, at: number): number {
    this.#memory = memory;
    this.eighths = 0;
    const size = entrySize(shape, bytes, at);
    const { entry } = this;
    if (size <= MAX_ENTRY_BYTES) {
      for (let i = 0; i < size; i++) entry[i] = bytes[at + i]!;
      return size;
    }
    let end = 0;
    if (shape === Shape.scored) {
      for (; end < SCORE_BYTES; end++) entry[end] = bytes[at + end]!;
    }
    const member = memberAt(shape, at);
    if (shape !== Shape.field) return this.#storeSpan(bytes, member, end);
    const fieldSize = spanSize(bytes, member);
    // The value first: a short field stays where it is found soonest.
    const isShort = fieldSize <= MAX_ENTRY_BYTES / 2;
    end = isShort
      ? copySpan(bytes, member, fieldSize, entry, end)
      : this.#storeSpan(bytes, member, end);
    const valueSize = size - fieldSize;
    return end + valueSize <= MAX_ENTRY_BYTES
      ? copySpan(bytes, member + fieldSize, valueSize, entry, end)
      : this.#storeSpan(bytes, member + fieldSize, end);
  }

  /** Puts what the span at `place` holds into a chain, and a span of that into the entry. Returns where it ends. */
  #storeSpan(bytes: Uint8Array, place: number, end: number): number {
    const { entry } = this;
    const spans = this.#spans;
    let to = end;
    const before = headBytesOf(bytes, place);
    for (let i = 0; i < before; i++) entry[to++] = bytes[place + i]!;
    const length = spans.contiguous(this.#memory, bytes, place + before);
    storeChainLocked(this.#memory, spans.bytes, spans.start, length, this.#chain);
    this.eighths += this.#chain.eighths;
    return writeChainSpan(entry, to, length, this.#chain.address);
  }
}

function copySpan(
  from: Uint8Array,
  place: number,
  size: number,
  to: Uint8Array,
  at: number,
): number {
  for (let i = 0; i < size; i++) to[at + i] = from[place + i]!;
  return at + size;
}
