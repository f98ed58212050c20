/**
 * Attacks with patterns and what is matched against them: long ones that make a naive matcher go back and forth, many at
 * once, over many keys.
 */

import type { Assault } from "../assault.ts";
import type { Attack } from "../attack.ts";
import { command, times, utf8 } from "../messages.ts";
import { storeKeys } from "./stored_values.ts";

/** A set that does not end, for which every key is looked through to its end. */
const MEGABYTE_PATTERN = `*[${"b".repeat(1_000_000)}`;
/** Stars that each have to try every place. */
const STARS_PATTERN = "*a".repeat(255) + "b";
/** The beginning of keys on which these patterns have most to do. */
const LONG_KEY = "a".repeat(200);

const KEYS = 10_000;

/** Floods with the same command over a few connections. */
function ask(assault: Assault, ...words: readonly string[]): Promise<void> {
  return assault.flood(assault.pick(4, 2), "resp", utf8(command(...words)));
}

const prepareFew = (assault: Assault) => storeKeys(assault, LONG_KEY, 60);
const prepareMany = (assault: Assault) => storeKeys(assault, LONG_KEY, assault.pick(KEYS, 1000));

/** Attacks with patterns. */
export const PATTERN_ATTACKS: readonly Attack[] = [
  {
    name: "keys-pattern-1mb",
    sends: "4 clients with KEYS and a pattern of 1 MB over 60 keys of 200 bytes",
    isAboutTurns: true,
    prepare: prepareFew,
    run: (assault) => ask(assault, "KEYS", MEGABYTE_PATTERN),
  },
  {
    name: "scan-pattern-1mb",
    sends: "4 clients with SCAN and a pattern of 1 MB over 60 keys of 200 bytes",
    isAboutTurns: true,
    prepare: prepareFew,
    run: (assault) => ask(assault, "SCAN", "0", "MATCH", MEGABYTE_PATTERN, "COUNT", "1000"),
  },
  {
    name: "keys-pattern-511",
    sends:
      "4 clients with KEYS and a pattern of 511 bytes, all stars, over 10,000 keys of 200 bytes",
    isAboutTurns: true,
    prepare: prepareMany,
    run: (assault) => ask(assault, "KEYS", STARS_PATTERN),
  },
  {
    name: "scan-pattern-511",
    sends:
      "4 clients with SCAN COUNT 10000 and a pattern of 511 bytes over 10,000 keys of 200 bytes",
    isAboutTurns: true,
    prepare: prepareMany,
    run: (assault) => ask(assault, "SCAN", "0", "MATCH", STARS_PATTERN, "COUNT", "10000"),
  },
  {
    name: "keys-pipelined",
    sends: "4 clients that pipeline KEYS without a match over 200,000 keys",
    isAboutTurns: true,
    prepare: (assault) => storeKeys(assault, "key:", assault.pick(200_000, 10_000)),
    run: (assault) => {
      return assault.flood(assault.pick(4, 2), "resp", times(command("KEYS", "nomatch*"), 100));
    },
  },
  {
    name: "scan-options",
    sends: "4 clients with SCAN and 10,000 MATCH options",
    isAboutTurns: true,
    prepare: prepareMany,
    run: (assault) => {
      const options = Array.from({ length: 10_000 }, () => ["MATCH", "*a*a*a*b"]).flat();
      return ask(assault, "SCAN", "0", "COUNT", "10000", ...options);
    },
  },
  {
    name: "config-patterns",
    sends: "4 clients with CONFIG GET: one pattern of 1 MB, and 1,000 of 1 KB",
    isAboutTurns: true,
    run: (assault) => {
      const many = Array.from({ length: 1000 }, () => "*a".repeat(500));
      const both = command("CONFIG", "GET", MEGABYTE_PATTERN) + command("CONFIG", "GET", ...many);
      return assault.flood(assault.pick(4, 2), "resp", utf8(both));
    },
  },
  {
    name: "command-list-patterns",
    sends: "4 clients with COMMAND LIST FILTERBY PATTERN of 1 MB",
    isAboutTurns: true,
    run: (assault) => ask(assault, "COMMAND", "LIST", "FILTERBY", "PATTERN", MEGABYTE_PATTERN),
  },
];
