// What workers tell each other, as bytes: one frame behind the other, many to a batch. Every frame has the same
// head. Knows no port.

import { grownLength, resizedInPlace } from "../../contract/growing_bytes.ts";

/** What a frame says. */
export const BusFrame = {
  /** The sender has `number` subscribers of a topic now. */
  count: 1,
  /** A message for the subscribers of a topic. */
  message: 2,
  /** Messages for a topic were lost. */
  lost: 3,
  /** Messages for many topics were lost. */
  lostAll: 4,
  /** Question `number`: is answered with `heard` once all before it has been taken. */
  ask: 5,
  heard: 6,
  /** Question `number`: whether the client whose number is the name is one of the other side's. */
  find: 7,
  /** It is, where there is a body. */
  found: 8,
} as const;
/** One of the values of the constant of the same name. */
export type BusFrame = typeof BusFrame[keyof typeof BusFrame];

/** Kind, topic and whether there is a body; number; lengths of name and body. */
const HEAD_BYTES = 16;
/** The size that a batch begins with. */
const FIRST_BYTES = 2048;
const NOTHING = new Uint8Array();

/** What a frame takes in bytes. */
export function frameLength(name: Uint8Array, body: Uint8Array | null): number {
  return HEAD_BYTES + name.length + (body === null ? 0 : body.length);
}

/** Writes a batch. */
export class FrameWriter {
  #bytes: Uint8Array<ArrayBuffer> = NOTHING;
  #view = new DataView(NOTHING.buffer);
  /** Bytes that were written. */
  used = 0;

  /** Adds a frame. */
  write(
    kind: BusFrame,
    topic: number,
    number: number,
    name: Uint8Array = NOTHING,
    body: Uint8Array | null = null,
  ): void {
    const at = this.used;
    const end = at + frameLength(name, body);
    if (end > this.#bytes.length) this.#grow(end);
    const [bytes, view] = [this.#bytes, this.#view];
    bytes[at] = kind;
    bytes[at + 1] = topic;
    bytes[at + 2] = body === null ? 0 : 1;
    view.setUint32(at + 4, number, true);
    view.setUint32(at + 8, name.length, true);
    view.setUint32(at + 12, body === null ? 0 : body.length, true);
    bytes.set(name, at + HEAD_BYTES);
    if (body !== null) bytes.set(body, at + HEAD_BYTES + name.length);
    this.used = end;
  }

  #grow(needed: number): void {
    const size = Math.max(FIRST_BYTES, grownLength(this.#bytes.length, needed));
    this.#bytes = this.#bytes.length === 0
      ? new Uint8Array(size)
      : resizedInPlace(this.#bytes, size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Takes the batch out, and begins another. */
  take(): ArrayBuffer {
    if (this.used === 0) return new ArrayBuffer(0);
    const batch = this.#bytes.buffer.transfer(this.used);
    this.#bytes = NOTHING;
    this.#view = new DataView(NOTHING.buffer);
    this.used = 0;
    return batch;
  }
}

/** Reads a batch, frame after frame. Names and bodies are views of it. */
export class FrameReader {
  kind = 0;
  topic = 0;
  number = 0;
  name: Uint8Array = NOTHING;
  body: Uint8Array | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(batch: ArrayBuffer) {
    this.#bytes = new Uint8Array(batch);
    this.#view = new DataView(batch);
  }

  /** Reads the next frame. Returns false at the end. Throws RangeError for what no writer has written. */
  next(): boolean {
    const [bytes, view, at] = [this.#bytes, this.#view, this.#at];
    if (at === bytes.length) return false;
    this.kind = bytes[at]!;
    this.topic = bytes[at + 1]!;
    this.number = view.getUint32(at + 4, true);
    const nameAt = at + HEAD_BYTES;
    const bodyAt = nameAt + view.getUint32(at + 8, true);
    const end = bodyAt + view.getUint32(at + 12, true);
    if (end > bytes.length) throw new RangeError("Cannot read a frame: it is cut off");
    this.name = bytes.subarray(nameAt, bodyAt);
    this.body = bytes[at + 2] === 0 ? null : bytes.subarray(bodyAt, end);
    this.#at = end;
    return true;
  }
}
