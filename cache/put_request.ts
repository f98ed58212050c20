// The arguments of a put: key, value, deadline and condition. Code that puts often keeps one object
// and fills it anew each time, so that no put makes an object.

import { Condition, KEEP_DEADLINE } from "./outcome.ts";

const NO_BYTES = new Uint8Array();

/** What a put may carry besides key and value. */
export interface PutOptions {
  /** Absolute deadline in milliseconds since 1970; 0 for none, KEEP_DEADLINE for the old one. */
  readonly deadlineMs?: number;
  /** What must hold for the put to be carried out. */
  readonly condition?: Condition;
  /** The version that Condition.version compares with. */
  readonly version?: number;
  /** The stored database; 0 unless given. */
  readonly database?: number;
  /** Flags of a client of memcached; those that there are where the deadline is kept, 0 otherwise. */
  readonly clientFlags?: number;
}

/** The arguments of {@linkcode Shard.putLocked}. All three setters have to be called each time. */
export class PutRequest {
  /** The stored database. Stays until it is set anew; `hash` is that of the key in it. */
  database = 0;
  /** Hash of the key. */
  hash = 0;
  /** Where the key is. */
  key: Uint8Array = NO_BYTES;
  /** Its first byte there. */
  keyStart = 0;
  /** Its length. */
  keyBytes = 0;
  /** Where the value is. */
  value: Uint8Array = NO_BYTES;
  /** Its first byte there. */
  valueStart = 0;
  /** Its length. */
  valueBytes = 0;
  /** What the value is, as the item's header says it: see item_types.ts. Stays until it is set anew. */
  kind = 0;
  /** Whether the item keeps the slots that it owns, which the value describes: it is the same thing, changed. */
  keepsSlots = false;
  /** Flags that a client of memcached stores with the value, as a word with a sign. */
  clientFlags = 0;
  /** Whether the item's flags stay as they are: that of a value that is changed, not of one that is replaced. */
  keepsFlags = false;
  /** What the item's state is to be: ITEM_STALE, ITEM_WON, or 0. */
  state = 0;
  /** Absolute deadline in milliseconds since 1970; 0 for none, KEEP_DEADLINE for the old one. */
  deadlineMs = 0;
  /** What must hold for the put to be carried out. */
  condition: Condition = Condition.none;
  /** The version that Condition.version compares with; 0 means not there. */
  version = 0;

  /** Sets the key: `length` bytes of `bytes` from `start`, and their hash. */
  setKey(hash: number, bytes: Uint8Array, start: number, length: number): void {
    this.hash = hash;
    this.key = bytes;
    this.keyStart = start;
    this.keyBytes = length;
  }

  /** Sets the value: `length` bytes of `bytes` from `start`. */
  setValue(bytes: Uint8Array, start: number, length: number): void {
    this.value = bytes;
    this.valueStart = start;
    this.valueBytes = length;
  }

  /**
   * Sets the deadline and the condition, and a client's flags. Unless those are given, a value that keeps its deadline keeps
   * its flags, and another one has none.
   */
  setTerms(
    deadlineMs: number,
    condition: Condition = Condition.none,
    version = 0,
    clientFlags?: number,
  ): void {
    this.deadlineMs = deadlineMs;
    this.keepsFlags = clientFlags === undefined && deadlineMs === KEEP_DEADLINE;
    this.clientFlags = clientFlags ?? 0;
    this.state = 0;
    this.condition = condition;
    this.version = version;
  }
}
