// Where the keys of a command are among its arguments, and how many there are. Knows neither commands
// nor what is done with their keys.

import type { Args } from "../args.ts";

/** Where the keys are among a command's arguments. */
export interface KeyPlaces {
  /** Index of the first key. */
  readonly first: number;
  /** Whether there are keys up to the last argument, or one only. */
  readonly many: boolean;
  /** Arguments from one key to the next. */
  readonly step: number;
  /** At most so many keys; the arguments after them are options. */
  readonly most?: number;
  /** Finds the keys where arguments tell where they are; then `many` is true, and the others say nothing. */
  readonly find?: FindKeys;
}

/**
 * Puts the index of each key among `args` into `into`, which has a place for every argument, in an order
 * that the command knows. Returns how many there are. Where the arguments are wrong, there may be any number:
 * the command refuses them before it looks at keys.
 */
export type FindKeys = (args: Args, into: Int32Array) => number;

/** How many keys there are among `count` arguments. */
function keyCountOf({ first, many, step, most }: KeyPlaces, count: number): number {
  if (count <= first) return 0;
  return many ? Math.min(Math.ceil((count - first) / step), most ?? Infinity) : 1;
}

/** Puts the index of each key of a command into `into`, which has a place for every argument. */
export function placeKeys(places: KeyPlaces, args: Args, into: Int32Array): number {
  if (places.find !== undefined) return places.find(args, into);
  const { first, step } = places;
  const count = keyCountOf(places, args.count);
  for (let key = 0, i = first; key < count; key++, i += step) into[key] = i;
  return count;
}

/** The first argument is the only key. */
export const ONE_KEY: KeyPlaces = { first: 0, many: false, step: 1 };
/** Every argument is a key. */
export const MANY_KEYS: KeyPlaces = { first: 0, many: true, step: 1 };
