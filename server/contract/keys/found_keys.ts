// Keys of commands whose arguments say where they are: behind their number, as in ZUNION and LMPOP, or
// among options, as in GEORADIUS, SORT and XREAD. What is wrong with the arguments the command says.

import type { Args } from "../args.ts";
import { sameWord } from "../same_bytes.ts";
import type { FindKeys, KeyPlaces } from "./key_places.ts";

const ZERO = 0x30;
/** No command has as many arguments as a number of more digits says. */
const MAX_COUNT_DIGITS = 6;

/**
 * Argument `at` says how many keys follow it. `destination` is the index of a key before that, which is
 * key 0 then: the others count from 1. Where the number is none, or larger than what follows it, that is
 * the only key.
 */
export function numberedKeys(at: number, destination = -1): KeyPlaces {
  const find: FindKeys = (args, into) => {
    let found = 0;
    if (destination >= 0 && destination < args.count) into[found++] = destination;
    const count = countAt(args, at);
    if (count > args.count - at - 1) return found;
    for (let i = 1; i <= count; i++) into[found++] = at + i;
    return found;
  };
  return { first: destination < 0 ? at + 1 : destination, many: true, step: 1, find };
}

/** The number that argument `index` is, or 0 where it is none. */
function countAt({ bytes, starts, lengths, count }: Args, index: number): number {
  if (index >= count || lengths[index]! > MAX_COUNT_DIGITS) return 0;
  const start = starts[index]!;
  let number = 0;
  for (let i = start; i < start + lengths[index]!; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return 0;
    number = 10 * number + digit;
  }
  return number;
}

/** How many arguments belong to an option, or that one does, and is a key. */
type Options = Readonly<Record<string, number | "key">>;

/**
 * The first argument is key 0. Key 1, if there is one, follows one of the `options` from argument `from` on: the last of those
 * whose value is a key. All options with arguments are named, in upper case.
 */
export function optionKey(from: number, options: Options): KeyPlaces {
  const known = Object.entries(options);
  const find: FindKeys = (args, into) => {
    into[0] = 0;
    let found = 1;
    for (let i = from; i < args.count; i++) {
      const skipped = known.find(([word]) =>
        sameWord(args.bytes, args.starts[i]!, args.lengths[i]!, word)
      )?.[1] ?? 0;
      if (skipped !== "key") i += skipped;
      else if (i + 1 < args.count) {
        into[1] = ++i;
        found = 2;
      }
    }
    return found;
  };
  return { first: 0, many: true, step: 1, find };
}

/** The keys of GEORADIUS, whose options begin at argument `from`. */
export function geoRadiusKeys(from: number): KeyPlaces {
  return optionKey(from, { STORE: "key", STOREDIST: "key" });
}

/** The keys of SORT. */
export const SORT_KEYS: KeyPlaces = optionKey(1, { STORE: "key", LIMIT: 2, BY: 1, GET: 1 });

/** What the options of XREAD and XREADGROUP take. */
const READ_OPTIONS = Object.entries({ BLOCK: 1, COUNT: 1, GROUP: 2, NOACK: 0 });

/** Where the keys of XREAD and XREADGROUP are: behind STREAMS, and behind them as many ids. */
const findStreams: FindKeys = (args, into) => {
  const { bytes, starts, lengths } = args;
  for (let i = 0; i < args.count; i++) {
    if (sameWord(bytes, starts[i]!, lengths[i]!, "STREAMS")) {
      const words = args.count - i - 1;
      const found = words % 2 === 0 ? words / 2 : 0;
      for (let key = 0; key < found; key++) into[key] = i + 1 + key;
      return found;
    }
    const option = READ_OPTIONS.find(([word]) => sameWord(bytes, starts[i]!, lengths[i]!, word));
    if (option === undefined) return 0;
    i += option[1];
  }
  return 0;
};
/** The keys of XREAD and XREADGROUP. */
export const STREAM_KEYS: KeyPlaces = { first: 0, many: true, step: 1, find: findStreams };
