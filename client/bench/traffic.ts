/**
 * What a load sends and how it judges each answer. A hit must be, byte for byte, a version of its
 * key that was sent, and none that was overwritten for certain before the read began. No sockets.
 *
 * @module
 */

import { bytesAre, type Messages, type Template } from "./messages.ts";
import { readDigits, type StampedValues, writeDigits } from "./stamped_value.ts";

/** An answer, as LoadConnection leaves it. */
export interface LoadAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** What an answer is. */
export const Verdict = { hit: 0, miss: 1, stored: 2, error: 3, wrong: 4 } as const;
/** What an answer is. */
export type Verdict = typeof Verdict[keyof typeof Verdict];

/** The shape of the load: how many keys, and reads among 100 requests. */
export interface TrafficShape {
  readonly keys: number;
  readonly readPercent: number;
  readonly seed: number;
}

/** Reads and writes of uniformly random keys, for a number of connections ("slots"). */
export class Traffic {
  readonly #messages: Messages;
  readonly #values: StampedValues;
  readonly #shape: TrafficShape;
  #random: number;
  readonly #gets: Uint8Array[];
  readonly #puts: Uint8Array[];
  /** By key: the last version sent, the oldest that a read may find, and puts under way. */
  readonly #sent: Uint32Array;
  readonly #oldest: Uint32Array;
  readonly #underWay: Uint16Array;
  /** By slot: its key, and for a read the oldest version it may find. */
  readonly #id: Uint32Array;
  readonly #isRead: Uint8Array;
  readonly #floor: Uint32Array;

  constructor(messages: Messages, values: StampedValues, shape: TrafficShape, slots: number) {
    this.#messages = messages;
    this.#values = values;
    this.#shape = shape;
    this.#random = shape.seed;
    this.#gets = copies(messages.get, slots);
    this.#puts = copies(messages.put, slots);
    this.#sent = new Uint32Array(shape.keys).fill(1);
    this.#oldest = new Uint32Array(shape.keys).fill(1);
    this.#underWay = new Uint16Array(shape.keys);
    this.#id = new Uint32Array(slots);
    this.#isRead = new Uint8Array(slots);
    this.#floor = new Uint32Array(slots);
  }

  /** The next request of a slot; valid until the slot asks again. */
  next(slot: number): Uint8Array {
    const id = Math.floor(this.#next() * this.#shape.keys);
    const isRead = this.#next() * 100 < this.#shape.readPercent;
    this.#id[slot] = id;
    this.#isRead[slot] = isRead ? 1 : 0;
    return isRead ? this.#read(slot, id) : this.#write(slot, id);
  }

  /** Judges the answer to the last request of a slot. */
  check(slot: number, answer: LoadAnswer): Verdict {
    const id = this.#id[slot]!;
    if (this.#isRead[slot] === 1) return this.#checkRead(slot, id, answer);
    // What was answered is settled; a put whose connection failed stays under way for ever.
    this.#underWay[id]!--;
    if (answer.status !== 200) return answer.status >= 400 ? Verdict.error : Verdict.wrong;
    const version = this.#floor[slot]!;
    // Sent while no other put of the key was under way: whatever is older is overwritten.
    if (version > this.#oldest[id]!) this.#oldest[id] = version;
    return bodyIs(answer, this.#messages.stored) ? Verdict.stored : Verdict.wrong;
  }

  #read(slot: number, id: number): Uint8Array {
    const bytes = this.#gets[slot]!;
    writeDigits(bytes, this.#messages.get.keyAt, id);
    this.#floor[slot] = this.#oldest[id]!;
    return bytes;
  }

  #write(slot: number, id: number): Uint8Array {
    const { put } = this.#messages;
    const bytes = this.#puts[slot]!;
    const version = this.#sent[id]! + 1;
    this.#sent[id] = version;
    this.#floor[slot] = this.#underWay[id] === 0 ? version : 0;
    this.#underWay[id]!++;
    writeDigits(bytes, put.keyAt, id);
    this.#values.write(bytes, put.valueAt, id, version);
    return bytes;
  }

  #checkRead(slot: number, id: number, answer: LoadAnswer): Verdict {
    const { hitHead, hitTail, miss, missStatuses } = this.#messages;
    const { status, bytes, bodyStart, bodyEnd } = answer;
    if (missStatuses.includes(status) && bodyIs(answer, miss)) return Verdict.miss;
    if (status !== 200) return status >= 400 ? Verdict.error : Verdict.wrong;
    const valueAt = bodyStart + hitHead.bytes.length;
    const valueEnd = valueAt + this.#values.valueBytes;
    if (bodyEnd !== valueEnd + hitTail.length) return Verdict.wrong;
    if (!headMatches(hitHead, bytes, bodyStart, id)) return Verdict.wrong;
    if (!bytesAre(bytes, valueEnd, hitTail)) return Verdict.wrong;
    const version = this.#values.read(bytes, valueAt, id);
    const isOne = version >= this.#floor[slot]! && version <= this.#sent[id]!;
    return isOne ? Verdict.hit : Verdict.wrong;
  }

  // Mulberry32: a random number from 0 to below 1, of 32 bits.
  #next(): number {
    this.#random = this.#random + 0x6d2b79f5 | 0;
    let mixed = this.#random;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 0x100000000;
  }
}

/** Whether the body of an answer is these bytes. */
export function bodyIs({ bytes, bodyStart, bodyEnd }: LoadAnswer, expected: Uint8Array): boolean {
  return bodyEnd - bodyStart === expected.length && bytesAre(bytes, bodyStart, expected);
}

function headMatches(head: Template, bytes: Uint8Array, at: number, id: number): boolean {
  if (head.keyAt < 0) return true;
  const keyEnd = head.keyAt + 6;
  for (let i = 0; i < head.bytes.length; i++) {
    if (bytes[at + i] !== head.bytes[i] && (i < head.keyAt || i >= keyEnd)) return false;
  }
  return readDigits(bytes, at + head.keyAt) === id;
}

function copies(template: Template, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => template.bytes.slice());
}
