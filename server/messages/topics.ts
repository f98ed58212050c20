// Topics of one kind that somebody is subscribed to, found by their names as bytes. A topic knows its
// subscribers of this worker, and how many those of the others have. Knows no message.

import { hashKey } from "../../cache/mod.ts";
import { Glob } from "../contract/keys/glob.ts";
import { sameBytes } from "../contract/same_bytes.ts";

/** Most topics of one hash: whoever makes up more of them has no good in mind. */
const MAX_SAME_HASH = 64;

/** Something that one can subscribe to. */
export class TopicRecord<Subscriber> {
  readonly kind: number;
  readonly name: Uint8Array;
  readonly hash: number;
  /** The name as a pattern, where it is one. */
  readonly glob: Glob | null;
  /** The subscribers of this worker, in no order. */
  readonly local: Subscriber[] = [];
  /** How many subscribers each other worker has, by its actor, and all of them together. */
  readonly elsewhere = new Map<number, number>();
  elsewhereCount = 0;

  constructor(kind: number, name: Uint8Array, hash: number, isPattern: boolean) {
    this.kind = kind;
    this.name = name;
    this.hash = hash;
    this.glob = isPattern ? new Glob(name) : null;
  }

  /** How many subscribers all workers have. */
  get count(): number {
    return this.local.length + this.elsewhereCount;
  }

  /** Notes how many subscribers another worker has now. */
  setElsewhere(actor: number, count: number): void {
    this.elsewhereCount += count - (this.elsewhere.get(actor) ?? 0);
    if (count === 0) this.elsewhere.delete(actor);
    else this.elsewhere.set(actor, count);
  }
}

/** All topics of one kind. */
export class TopicTable<Subscriber> {
  readonly kind: number;
  readonly #isOfPatterns: boolean;
  readonly #byHash = new Map<number, TopicRecord<Subscriber>[]>();
  #size = 0;

  constructor(kind: number, isOfPatterns: boolean) {
    this.kind = kind;
    this.#isOfPatterns = isOfPatterns;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The topic of this name, or null. */
  find(name: Uint8Array): TopicRecord<Subscriber> | null {
    if (this.#size === 0) return null;
    const records = this.#byHash.get(hashKey(name, 0, name.length));
    return records === undefined ? null : named(records, name);
  }

  /** The same, or a new one; null where there are too many of its hash. */
  open(name: Uint8Array): TopicRecord<Subscriber> | null {
    const hash = hashKey(name, 0, name.length);
    let records = this.#byHash.get(hash);
    const found = records === undefined ? null : named(records, name);
    if (found !== null) return found;
    if (records === undefined) this.#byHash.set(hash, records = []);
    if (records.length >= MAX_SAME_HASH) return null;
    const made = new TopicRecord<Subscriber>(this.kind, name.slice(), hash, this.#isOfPatterns);
    records.push(made);
    this.#size++;
    return made;
  }

  /** Forgets a topic. */
  close(record: TopicRecord<Subscriber>): void {
    const records = this.#byHash.get(record.hash)!;
    records.splice(records.indexOf(record), 1);
    if (records.length === 0) this.#byHash.delete(record.hash);
    this.#size--;
  }

  /** All of them. */
  *records(): IterableIterator<TopicRecord<Subscriber>> {
    for (const records of this.#byHash.values()) yield* records;
  }
}

function named<Subscriber>(
  records: readonly TopicRecord<Subscriber>[],
  name: Uint8Array,
): TopicRecord<Subscriber> | null {
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const { length } = record.name;
    if (length === name.length && sameBytes(record.name, 0, name, 0, length)) return record;
  }
  return null;
}
