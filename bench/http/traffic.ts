/**
 * What the benchmark's own load generator sends and how it checks each answer: single keys, batches of
 * keys, and the published 70/30 test. Requests are built ahead where that keeps the loop fast. No sockets.
 */

import {
  keyOf,
  Random,
  valueOf,
  VERSION_DIGITS,
  VERSION_OFFSET,
  zipfKeySequence,
} from "../workload.ts";
import {
  encode,
  getRequest,
  hitBody,
  mgetBody,
  mgetRequestBody,
  MISS_BODY,
  mputBody,
  mputRequestBody,
  postRequest,
  PUT_BODY,
  putRequestBody,
} from "./messages.ts";

/** How many keys a request of /mget and /mput carries. */
export const BATCH_KEYS = 100;

/** What a load is; numbers and strings alone, so that it travels as JSON. */
export interface TrafficSpec {
  readonly kind: "get" | "put" | "mix" | "mget" | "mput" | "publish";
  readonly port: number;
  /** How many keys there are. */
  readonly keyCount: number;
  readonly valueBytes: number;
  /** The share of reads of a "mix" and "publish", 0 to 1. */
  readonly readShare: number;
  readonly seed: number;
  /** Whether bodies of reads are compared; the floor answers a constant. */
  readonly checkReads: boolean;
}

/** An answer as a connection presents it. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Makes requests and judges answers; a slot is a connection, with one request under way. */
export interface Traffic {
  /** The bytes of the slot's next request. */
  next(slot: number): Uint8Array;
  /** Whether the answer to the slot's last request is right. */
  check(slot: number, answer: Answer): boolean;
  /** How many reads were sent. */
  readonly reads: number;
}

/** Makes the traffic of a spec for a number of connections. */
export function createTraffic(spec: TrafficSpec, slotCount: number): Traffic {
  switch (spec.kind) {
    case "get":
      return new KeyTraffic({ ...spec, readShare: 1 }, slotCount);
    case "put":
      return new KeyTraffic({ ...spec, readShare: 0 }, slotCount);
    case "mix":
      return new KeyTraffic(spec, slotCount);
    case "mget":
    case "mput":
      return new BatchTraffic(spec, slotCount);
    case "publish":
      return new PublishTraffic(spec, slotCount);
  }
}

/**
 * Reads and writes of single keys, Zipf-distributed; a write always stores version 1 of its key. Requests lie
 * packed in one buffer and are copied to a buffer of the slot: a buffer for each of 100,000 requests costs the
 * generator 1.4 times the CPU time.
 */
class KeyTraffic implements Traffic {
  reads = 0;
  readonly #spec: TrafficSpec;
  readonly #sequence: Uint32Array;
  readonly #random: Random;
  readonly #gets: Packed;
  readonly #puts: Packed;
  readonly #hits: Packed;
  readonly #put = encode(PUT_BODY);
  /** For each slot the key of its read, or -1 for a write. */
  readonly #underWay: Int32Array;
  #position = 0;

  constructor(spec: TrafficSpec, slotCount: number) {
    const { port, keyCount, valueBytes, readShare } = spec;
    const reads = readShare > 0 ? keyCount : 1;
    const writes = readShare < 1 ? keyCount : 1;
    const value = (id: number) => valueOf(id, 1, valueBytes);
    this.#spec = spec;
    this.#random = new Random(spec.seed + 1);
    this.#sequence = zipfKeySequence(1 << 18, keyCount, spec.seed);
    this.#underWay = new Int32Array(slotCount);
    this.#hits = new Packed(reads, slotCount, (id) => encode(hitBody(keyOf(id), value(id))));
    this.#gets = new Packed(reads, slotCount, (id) => getRequest(port, `/get?key=${keyOf(id)}`));
    this.#puts = new Packed(writes, slotCount, (id) => {
      return postRequest(port, "/put", putRequestBody(keyOf(id), value(id)));
    });
  }

  next(slot: number): Uint8Array {
    const id = this.#sequence[this.#position]!;
    this.#position = (this.#position + 1) % this.#sequence.length;
    const share = this.#spec.readShare;
    const isRead = share === 1 || (share > 0 && this.#random.nextFloat() < share);
    this.#underWay[slot] = isRead ? id : -1;
    if (isRead) this.reads++;
    return isRead ? this.#gets.copyFor(slot, id) : this.#puts.copyFor(slot, id);
  }

  check(slot: number, answer: Answer): boolean {
    if (answer.status !== 200) return false;
    const id = this.#underWay[slot]!;
    if (id < 0) return bodyIs(answer, this.#put);
    return !this.#spec.checkReads || bodyIsHit(answer, this.#hits, id);
  }
}

/** Byte strings of one length in one buffer, and a buffer of that length for each slot. */
class Packed {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly #copies: Uint8Array[];

  constructor(count: number, slotCount: number, make: (id: number) => Uint8Array) {
    this.length = make(0).length;
    this.bytes = new Uint8Array(count * this.length);
    for (let id = 0; id < count; id++) this.bytes.set(make(id), id * this.length);
    this.#copies = Array.from({ length: slotCount }, () => new Uint8Array(this.length));
  }

  /** The string with number `id`, in the slot's buffer. */
  copyFor(slot: number, id: number): Uint8Array {
    const copy = this.#copies[slot]!;
    const from = id * this.length;
    for (let i = 0; i < copy.length; i++) copy[i] = this.bytes[from + i]!;
    return copy;
  }
}

/** Reads or writes of `batchKeys` distinct keys a request; every 64th body of an /mget is compared whole. */
class BatchTraffic implements Traffic {
  reads = 0;
  readonly #isRead: boolean;
  readonly #random: Random;
  readonly #requests: Uint8Array[] = [];
  readonly #expected: Uint8Array[] = [];
  readonly #underWay: Uint32Array;
  #checks = 0;

  constructor(spec: TrafficSpec, slotCount: number) {
    this.#isRead = spec.kind === "mget";
    this.#random = new Random(spec.seed + 2);
    this.#underWay = new Uint32Array(slotCount);
    const written = encode(mputBody(BATCH_KEYS));
    for (let i = 0; i < 2000; i++) {
      const ids = new Set<number>();
      while (ids.size < BATCH_KEYS) ids.add(this.#random.below(spec.keyCount));
      const items = [...ids].map((id) => [keyOf(id), valueOf(id, 1, spec.valueBytes)] as const);
      const body = this.#isRead ? mgetRequestBody([...ids].map(keyOf)) : mputRequestBody(items);
      this.#requests.push(postRequest(spec.port, `/${spec.kind}`, body));
      this.#expected.push(this.#isRead ? encode(mgetBody(items)) : written);
    }
  }

  next(slot: number): Uint8Array {
    const index = this.#random.below(this.#requests.length);
    this.#underWay[slot] = index;
    if (this.#isRead) this.reads++;
    return this.#requests[index]!;
  }

  check(slot: number, answer: Answer): boolean {
    if (answer.status !== 200) return false;
    const expected = this.#expected[this.#underWay[slot]!]!;
    if (this.#isRead && (++this.#checks & 63) !== 0) {
      return answer.bodyEnd - answer.bodyStart === expected.length;
    }
    return bodyIs(answer, expected);
  }
}

/**
 * The published test: uniform keys, a new version with every write. A read must answer a version that
 * was sent for its key, and must hit when a write was answered before the read was sent.
 */
class PublishTraffic implements Traffic {
  reads = 0;
  readonly #spec: TrafficSpec;
  readonly #random: Random;
  readonly #sent: Uint32Array;
  readonly #answered: Uint8Array;
  readonly #slots: { id: number; isRead: boolean; mustHit: boolean }[];

  constructor(spec: TrafficSpec, slotCount: number) {
    this.#spec = spec;
    this.#random = new Random(spec.seed + 3);
    this.#sent = new Uint32Array(spec.keyCount);
    this.#answered = new Uint8Array(spec.keyCount);
    this.#slots = Array.from(
      { length: slotCount },
      () => ({ id: 0, isRead: true, mustHit: false }),
    );
  }

  next(slot: number): Uint8Array {
    const { port, keyCount, readShare, valueBytes } = this.#spec;
    const id = this.#random.below(keyCount);
    const isRead = this.#random.nextFloat() < readShare;
    this.#slots[slot] = { id, isRead, mustHit: this.#answered[id] === 1 };
    if (isRead) {
      this.reads++;
      return getRequest(port, `/get?key=${keyOf(id)}`);
    }
    const value = valueOf(id, ++this.#sent[id]!, valueBytes);
    return postRequest(port, "/put", putRequestBody(keyOf(id), value));
  }

  check(slot: number, answer: Answer): boolean {
    if (answer.status !== 200) return false;
    const { id, isRead, mustHit } = this.#slots[slot]!;
    const { bytes, bodyStart, bodyEnd } = answer;
    const body = new TextDecoder().decode(bytes.subarray(bodyStart, bodyEnd));
    if (!isRead) {
      this.#answered[id] = 1;
      return body === PUT_BODY;
    }
    if (body === MISS_BODY) return !mustHit;
    const at = hitBody(keyOf(id), "").length - 2 + VERSION_OFFSET;
    const version = Number(body.slice(at, at + VERSION_DIGITS));
    if (!(version >= 1 && version <= this.#sent[id]!)) return false;
    return body === hitBody(keyOf(id), valueOf(id, version, this.#spec.valueBytes));
  }
}

/** Whether the body of an answer is these bytes. */
export function bodyIs(answer: Answer, expected: Uint8Array): boolean {
  const { bytes, bodyStart, bodyEnd } = answer;
  if (bodyEnd - bodyStart !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) {
    if (bytes[bodyStart + i] !== expected[i]) return false;
  }
  return true;
}

const VERSION_START = hitBody(keyOf(0), "").length - 2 + VERSION_OFFSET;

/** Whether the body of an answer is the hit with number `id`, whatever the version in it. */
function bodyIsHit(answer: Answer, hits: Packed, id: number): boolean {
  const { bytes, bodyStart, bodyEnd } = answer;
  if (bodyEnd - bodyStart !== hits.length) return false;
  const from = id * hits.length;
  for (let i = 0; i < hits.length; i++) {
    const isVersion = i >= VERSION_START && i < VERSION_START + VERSION_DIGITS;
    if (bytes[bodyStart + i] !== hits.bytes[from + i] && !isVersion) return false;
  }
  return true;
}
