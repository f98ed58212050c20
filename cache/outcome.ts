// The outcomes of operations, and the conditions that a put may have.
// Expected outcomes are values; an exception from the engine is a bug.

import { DEADLINE_RANGE } from "./layout.ts";

/** How an operation on the cache ended. */
export const Outcome = {
  /** Stored. */
  stored: 0,
  /** The key was there, and was read or deleted. */
  hit: 1,
  /** The key was not there, or had expired. */
  miss: 2,
  /** The condition of a put did not hold; nothing has changed. */
  conditionNotMet: 3,
  /** Larger than a quarter of a shard; nothing has changed. */
  tooLarge: 4,
  /** The shard's lock could not be had in time; nothing has changed. */
  busy: 5,
} as const;
/** One of the values of the constant of the same name. */
export type Outcome = typeof Outcome[keyof typeof Outcome];

/** What must hold for a put to be carried out. */
export const Condition = {
  none: 0,
  /** The key is not there. */
  absent: 1,
  /** The key is there. */
  present: 2,
  /** The key's version is the one given; 0 means not there. */
  version: 3,
} as const;
/** One of the values of the constant of the same name. */
export type Condition = typeof Condition[keyof typeof Condition];

/** The deadline of a put that keeps the item's deadline. */
export const KEEP_DEADLINE: number = -1;
/** Deadlines are milliseconds since 1970 below this. */
export const MAX_DEADLINE_MS: number = DEADLINE_RANGE - 1;
