// Facts about commands and subcommands, as COMMAND tells them: made from their rows and from the lines
// of command_lines.ts and ../subcommand_lines.ts. Knows no reply.

import { type Command, MAX_ARGUMENTS } from "../../contract/command.ts";
import { COLLECTION_LINES } from "./collection_lines.ts";
import { COMMAND_LINES, KEY_NOTES } from "./command_lines.ts";
import { SUBCOMMAND_LINES } from "../subcommand_lines.ts";

/** Where keys are among the words of a call, its name being word 0, and what is done with them. */
export interface KeySpec {
  readonly flags: readonly string[];
  /** Word of the first key, or of the number of keys; 0: that cannot be told. */
  readonly index: number;
  /** The word in front of that, which is looked for from word `index` on; empty: that is where it is. */
  readonly keyword: string;
  /** The last key, counted from the first or, below 0, from the end; null: there is a number. */
  readonly lastKey: number | null;
  readonly step: number;
  /** Of a range to the end: one in so many of the words is a key; 0: all are. */
  readonly limit: number;
}

/** What COMMAND says of a command or subcommand. */
export interface CommandFacts {
  /** In lower case: "get", "client|kill". */
  readonly name: string;
  /** Words of a call; below 0: there may be more. */
  readonly arity: number;
  readonly summary: string;
  readonly group: string;
  readonly since: string;
  readonly flags: readonly string[];
  /** Without their "@". */
  readonly categories: readonly string[];
  readonly tips: readonly string[];
  readonly specs: readonly KeySpec[];
  /** What is to be known of each of the keys. */
  readonly notes: readonly (string | undefined)[];
  readonly subcommands: readonly CommandFacts[];
}

/** The categories, in the order in which Redis names them. */
export const CATEGORIES = [
  ..."keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub"
    .split(
      " ",
    ),
  ..."admin fast slow blocking dangerous connection transaction scripting".split(" "),
];
/** Flags that Redis names after `no_multi`. */
const LAST_FLAGS = ["movablekeys", "allow_busy"];
const TIPS: Readonly<Record<string, string>> = {
  nd: "nondeterministic_output",
  ndo: "nondeterministic_output_order",
};

/** The facts about a command, those about its subcommands included. */
export function factsOf(command: Command): CommandFacts {
  const { name, group, summary } = command;
  const { flags, ...facts } = LINE_FACTS.get(name) ?? NO_FACTS;
  const subcommands = (SUBCOMMAND_FACTS.get(name) ?? []).map((each) => ({ ...each, group }));
  return {
    name: name.toLowerCase(),
    arity: arityOf(command),
    summary,
    group,
    ...facts,
    flags: withOurs(flags, command),
    notes: KEY_NOTES[name] ?? [],
    subcommands,
  };
}

/** The arity as Redis counts it, with the name. Below 0: there may be more arguments. */
function arityOf({ arity: [min, max] }: Command): number {
  return min === max ? min + 1 : -(min + 1);
}

function subcommandFacts(line: string): Omit<CommandFacts, "group"> {
  const colon = line.indexOf(": ");
  const [summary = "", arity, ...rest] = line.slice(colon + 2).split(" | ");
  return {
    name: line.slice(0, colon).replace(" ", "|").toLowerCase(),
    arity: Number(arity),
    summary,
    ...lineFacts(rest.join(" | ")),
    notes: [],
    subcommands: [],
  };
}

type LineFacts = Pick<CommandFacts, "since" | "flags" | "categories" | "tips" | "specs">;

function lineFacts(line: string): LineFacts {
  const [since = "", flagWords = "", categories = "", tips = "", keys = ""] = line.split(" | ");
  const flags = wordsOf(flagWords);
  const more = wordsOf(categories);
  for (const [flag, category] of FLAG_CATEGORIES) {
    // Of scripts that may only read Redis says no more than that they are scripts.
    const isSaid = category === "read" && more.includes("scripting");
    if (flags.includes(flag) && !isSaid) more.push(category);
  }
  more.push(flags.includes("fast") ? "fast" : "slow");
  return {
    since,
    flags,
    categories: CATEGORIES.filter((category) => more.includes(category)),
    tips: wordsOf(tips).map(tipOf),
    specs: keys === "" ? [] : keys.split(" , ").map(specOf),
  };
}

/** Categories that follow from flags; from "fast" or its absence another one does. */
const FLAG_CATEGORIES: readonly (readonly [flag: string, category: string])[] = [
  ["readonly", "read"],
  ["write", "write"],
  ["admin", "admin"],
  ["admin", "dangerous"],
];

/** Flags that a command has here and in Redis not. */
function withOurs(flags: readonly string[], { flags: ours }: Command): readonly string[] {
  const more: string[] = [];
  if (ours.includes("noslowlog")) more.push("skip_slowlog");
  if (ours.includes("nomulti")) more.push("no_multi");
  const missing = more.filter((flag) => !flags.includes(flag));
  if (missing.length === 0) return flags;
  const last = flags.filter((flag) => LAST_FLAGS.includes(flag));
  return [...flags.filter((flag) => !LAST_FLAGS.includes(flag)), ...missing, ...last];
}

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

function tipOf(word: string): string {
  return TIPS[word] ?? word.replace("ask:", "request_policy:").replace("sum:", "response_policy:");
}

function specOf(text: string): KeySpec {
  const [flags = "", place = ""] = text.split("@");
  const known = /^(?:([A-Z]+)\+)?(\d+)([:#])(-?\d+):(-?\d+)(?:\/(\d+))?/.exec(place);
  const [, keyword = "", index, kind, last, step, limit] = known ?? [];
  const hasNumber = kind === "#";
  return {
    flags: wordsOf(flags),
    index: Number(index ?? 0),
    keyword,
    lastKey: hasNumber ? null : Number(last ?? 0),
    step: hasNumber ? 1 : Number(step ?? 1),
    limit: Number(limit ?? 0),
  };
}

const NO_FACTS = lineFacts("");
// Read once, since COMMAND is about all of them.
const LINE_FACTS: ReadonlyMap<string, LineFacts> = new Map(
  Object.entries({ ...COMMAND_LINES, ...COLLECTION_LINES }).map((
    [name, line],
  ) => [name, lineFacts(line)]),
);
const SUBCOMMAND_FACTS: ReadonlyMap<string, readonly Omit<CommandFacts, "group">[]> = Map.groupBy(
  SUBCOMMAND_LINES.map(subcommandFacts),
  ({ name }) => name.slice(0, name.indexOf("|")).toUpperCase(),
);

/** Most words of a call that may have keys: what one command may have, and its name. */
const MAX_WORDS = MAX_ARGUMENTS + 1;

/** A call as far as its keys are concerned. */
export interface CallWords {
  /** How many words it has, its name included. */
  readonly count: number;
  /** The number that a word is, or undefined. */
  numberAt(word: number): number | undefined;
  /** The place of the first word from `from` on which is `keyword`, in any case; 0: there is none. */
  placeOf(keyword: string, from: number): number;
}

/** The words that are keys of a call, each with its specification; none where its words are wrong. */
export function keyWords(specs: readonly KeySpec[], call: CallWords): [word: number, KeySpec][] {
  const words: [number, KeySpec][] = [];
  for (const spec of specs) {
    const index = beginOf(spec, call);
    if (index === 0) continue;
    const [first, last] = rangeOf(spec, index, call);
    if (last < first || last >= call.count) return [];
    for (let word = first; word <= last; word += spec.step) words.push([word, spec]);
  }
  return words;
}

/** The word at which the keys of `spec`, or their number, begin in a call; 0: it has none of them. */
function beginOf({ index, keyword }: KeySpec, call: CallWords): number {
  if (keyword === "") return index;
  const place = call.placeOf(keyword, index);
  return place === 0 ? 0 : place + 1;
}

function rangeOf(
  { lastKey, limit }: KeySpec,
  index: number,
  call: CallWords,
): [first: number, last: number] {
  if (limit > 0) return [index, index + Math.floor((call.count - index) / limit) - 1];
  if (lastKey !== null) return [index, lastKey < 0 ? call.count + lastKey : index + lastKey];
  const keys = index < call.count ? call.numberAt(index) : undefined;
  if (keys === undefined || keys < 0 || keys > MAX_WORDS) return [1, 0];
  return [index + 1, index + keys];
}
