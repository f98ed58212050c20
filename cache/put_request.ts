// The arguments of a put: key, value, deadline and condition. Code that puts often keeps one object
// and fills it anew each time, so that no put makes an object.

import { Condition } from "./outcome.ts";

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

  /** Sets the deadline and the condition. */
  setTerms(deadlineMs: number, condition: Condition = Condition.none, version = 0): void {
    this.deadlineMs = deadlineMs;
    this.condition = condition;
    this.version = version;
  }
}
