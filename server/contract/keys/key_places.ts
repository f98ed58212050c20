// Where the keys of a command are among its arguments, and how many there are. Knows neither commands
// nor what is done with their keys.

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
}

/** How many keys there are among `count` arguments. */
export function keyCountOf({ first, many, step, most }: KeyPlaces, count: number): number {
  if (count <= first) return 0;
  return many ? Math.min(Math.ceil((count - first) / step), most ?? Infinity) : 1;
}

/** The first argument is the only key. */
export const ONE_KEY: KeyPlaces = { first: 0, many: false, step: 1 };
/** Every argument is a key. */
export const MANY_KEYS: KeyPlaces = { first: 0, many: true, step: 1 };
