// What commands on a stream's consumer groups work with: a group, a consumer, what is pending, and a list of ids that a
// command gathers before it changes anything. Reused from command to command. Knows no command.

import { StreamConsumer, StreamGroup, StreamId, StreamPending } from "../../../cache/mod.ts";
import { grownPlaces } from "../growing_bytes.ts";

/** Words of an id. */
const ID_WORDS = 4;
/** A list that was longer is not kept. */
const KEPT_IDS = 1024;

/** Ids one after the other. */
export class IdList {
  /** How many there are. */
  count = 0;
  #words: Int32Array = new Int32Array(ID_WORDS * 16);

  /** Forgets all. */
  clear(): void {
    this.count = 0;
    if (this.#words.length > ID_WORDS * KEPT_IDS) this.#words = new Int32Array(ID_WORDS * 16);
  }

  /** Adds an id. */
  add({ msHigh, msLow, seqHigh, seqLow }: StreamId): void {
    const at = ID_WORDS * this.count++;
    if (at === this.#words.length) this.#words = grownPlaces(this.#words, at + ID_WORDS);
    const words = this.#words;
    words[at] = msHigh;
    words[at + 1] = msLow;
    words[at + 2] = seqHigh;
    words[at + 3] = seqLow;
  }

  /** Reads id number `index`. */
  read(index: number, to: StreamId): StreamId {
    const words = this.#words;
    const at = ID_WORDS * index;
    to.msHigh = words[at]! >>> 0;
    to.msLow = words[at + 1]! >>> 0;
    to.seqHigh = words[at + 2]! >>> 0;
    to.seqLow = words[at + 3]! >>> 0;
    return to;
  }
}

/** What commands on groups work with. */
export class GroupViews {
  readonly group: StreamGroup = new StreamGroup();
  readonly consumer: StreamConsumer = new StreamConsumer();
  readonly pending: StreamPending = new StreamPending();
  readonly ids: IdList = new IdList();
  readonly id: StreamId = new StreamId();
  /** Whether the command has made a consumer, though it is not what it is for. */
  hasMadeConsumer = false;
}
