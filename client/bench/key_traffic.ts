/**
 * Reads and writes of single keys. A hit must be, byte for byte, a version of its key that was sent.
 * A version that was certainly overwritten before the read began is wrong. No sockets.
 *
 * @module
 */

import { bytesAre, type Messages, type Template } from "./messages.ts";
import { DIGITS, readDigits, type StampedValues, writeDigits } from "./stamped_value.ts";
import { bodyIs, type LoadAnswer, type Traffic, Verdict } from "./traffic.ts";

/** The shape of the load. */
export interface TrafficShape {
  /** How many keys there are. */
  readonly keys: number;
  /** Reads among 100 requests. */
  readonly readPercent: number;
  readonly seed: number;
  /** The order in which keys are asked for, over and over. Without it, keys are uniformly random. */
  readonly keyOrder?: Uint32Array;
  /** The version of all keys when the load begins: 1 unless given, or 0 if none was put. */
  readonly firstVersion?: 0 | 1;
  /** Whether a miss of a key that was certainly put is wrong, since nothing is evicted. */
  readonly mustHit?: boolean;
}

/** Reads and writes of single keys, for a number of connections ("slots"). */
export class KeyTraffic implements Traffic {
  readonly #messages: Messages;
  readonly #values: StampedValues;
  readonly #shape: TrafficShape;
  #position = 0;
  #random: number;
  readonly #gets: Uint8Array[];
  readonly #puts: Uint8Array[];
  /** By key: the last version sent, the oldest that a read may find, and the puts in flight. */
  readonly #sent: Uint32Array;
  readonly #oldest: Uint32Array;
  readonly #underWay: Uint16Array;
  /** By slot: its key, whether it reads, and the oldest version that may be there afterwards. */
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
    this.#sent = new Uint32Array(shape.keys).fill(shape.firstVersion ?? 1);
    this.#oldest = this.#sent.slice();
    this.#underWay = new Uint16Array(shape.keys);
    this.#id = new Uint32Array(slots);
    this.#isRead = new Uint8Array(slots);
    this.#floor = new Uint32Array(slots);
  }

  next(slot: number): Uint8Array {
    const id = this.#nextId();
    const isRead = this.#next() * 100 < this.#shape.readPercent;
    this.#id[slot] = id;
    this.#isRead[slot] = isRead ? 1 : 0;
    return isRead ? this.#read(slot, id) : this.#write(slot, id);
  }

  check(slot: number, answer: LoadAnswer): Verdict {
    const id = this.#id[slot]!;
    if (this.#isRead[slot] === 1) return this.#checkRead(slot, id, answer);
    // An answer ends a put. One whose connection failed stays in flight for ever.
    this.#underWay[id]!--;
    if (answer.status !== 200) return answer.status >= 400 ? Verdict.error : Verdict.wrong;
    const version = this.#floor[slot]!;
    // If no other put of the key was in flight, all older versions are overwritten. Else it is only
    // certain that some version is there.
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
    this.#floor[slot] = this.#underWay[id] === 0 ? version : 1;
    this.#underWay[id]!++;
    writeDigits(bytes, put.keyAt, id);
    this.#values.write(bytes, put.valueAt, id, version);
    return bytes;
  }

  #checkRead(slot: number, id: number, answer: LoadAnswer): Verdict {
    const { miss, missStatuses } = this.#messages;
    const { status } = answer;
    const oldest = this.#floor[slot]!;
    if (missStatuses.includes(status) && bodyIs(answer, miss)) {
      return this.#shape.mustHit && oldest > 0 ? Verdict.wrong : Verdict.miss;
    }
    if (status !== 200) return status >= 400 ? Verdict.error : Verdict.wrong;
    const version = hitVersion(this.#messages, this.#values, id, answer);
    return version >= Math.max(1, oldest) && version <= this.#sent[id]!
      ? Verdict.hit
      : Verdict.wrong;
  }

  #nextId(): number {
    const { keyOrder: order, keys } = this.#shape;
    if (order === undefined) return Math.floor(this.#next() * keys);
    const id = order[this.#position]!;
    this.#position = (this.#position + 1) % order.length;
    return id;
  }

  // Mulberry32: a random number of 32 bits, from 0 to below 1.
  #next(): number {
    this.#random = this.#random + 0x6d2b79f5 | 0;
    let mixed = this.#random;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 0x100000000;
  }
}

/**
 * Reads the body of a hit.
 *
 * @param messages the form of a hit
 * @param values the length and content of values
 * @param id the key that was asked for
 * @param answer the answer
 * @returns the version of the value, or -1 if the body is not that key with a whole value of it
 */
export function hitVersion(
  { hitHead, hitTail }: Messages,
  values: StampedValues,
  id: number,
  { bytes, bodyStart, bodyEnd }: LoadAnswer,
): number {
  const valueAt = bodyStart + hitHead.bytes.length;
  const valueEnd = valueAt + values.valueBytes;
  if (bodyEnd !== valueEnd + hitTail.length) return -1;
  if (!headMatches(hitHead, bytes, bodyStart, id)) return -1;
  return bytesAre(bytes, valueEnd, hitTail) ? values.read(bytes, valueAt, id) : -1;
}

function headMatches(head: Template, bytes: Uint8Array, at: number, id: number): boolean {
  if (head.keyAt < 0) return true;
  const keyEnd = head.keyAt + DIGITS;
  for (let i = 0; i < head.bytes.length; i++) {
    if (bytes[at + i] !== head.bytes[i] && (i < head.keyAt || i >= keyEnd)) return false;
  }
  return readDigits(bytes, at + head.keyAt) === id;
}

function copies(template: Template, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => template.bytes.slice());
}
