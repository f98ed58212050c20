/**
 * What an option is, and the kinds of values that options take: how each is read, written, bounded
 * and described. Knows units, but no option and no message.
 *
 * @module
 */

import type { Limits } from "./limits.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

/** How the values of an option are read and written. */
export interface Kind<T> {
  /** Stands for the value in help: "SIZE". Empty for a switch, which takes no value. */
  readonly placeholder: string;
  /** What is accepted, for tables: "32B to 4KiB". */
  readonly bounds: string;
  /** What is accepted, to end a message with: "a size from 32B to 4KiB, such as 128B". */
  readonly expected: string;
  /** Whether values must never be shown. */
  readonly secret?: boolean;
  /** Reads a value. Returns undefined if it is not of this kind or out of bounds. */
  parse(text: string): T | undefined;
  /** Writes a value so that parse() reads it again. Returns "" if there is no value. */
  format(value: T): string;
}

/** One row of the table. */
export interface Option<T> {
  /** Name on the command line, without "--"; the variable's name follows from it. */
  readonly flag: string;
  /** Another name of the same option. */
  readonly alias?: string;
  readonly kind: Kind<T>;
  /** The default, which may depend on the machine. */
  readonly fallback: (limits: Limits) => T;
  /** The default in words, where it depends on the machine. */
  readonly fallbackText?: string;
  /** One sentence without a final period. */
  readonly description: string;
}

const SIZES: readonly string[] = ["4096", "64KB", "1.5MiB", "64MiB", "512MB", "1.5GiB", "128B"];
const DURATIONS: readonly string[] = ["500ms", "30s", "1m", "2h", "10ms"];
const MAX_EXAMPLES = 3;

/** The first few of `texts` that are accepted: ", such as 500ms, 30s or 1m". */
function examples(
  texts: readonly string[],
  parse: (text: string) => number | undefined,
  least: number,
  most: number,
): string {
  const fitting = texts.filter((text) => within(parse(text), least, most) !== undefined);
  const shown = fitting.slice(0, MAX_EXAMPLES);
  const last = shown.pop();
  return `, such as ${shown.length === 0 ? "" : `${shown.join(", ")} or `}${last}`;
}

/** A size in bytes between two bounds, both included. */
export function size(least: number, most: number, maxText = formatSize(most)): Kind<number> {
  const bounds = `${formatSize(least)} to ${maxText}`;
  return {
    placeholder: "SIZE",
    bounds,
    expected: `a size from ${bounds}${examples(SIZES, parseSize, least, most)}`,
    parse: (text) => within(parseSize(text), least, most),
    format: formatSize,
  };
}

/** A duration in milliseconds between two bounds, both included. */
export function duration(minMs: number, maxMs: number): Kind<number> {
  const bounds = `${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return {
    placeholder: "DURATION",
    bounds,
    expected: `a duration from ${bounds}${examples(DURATIONS, parseDuration, minMs, maxMs)}`,
    parse: (text) => within(parseDuration(text), minMs, maxMs),
    format: formatDuration,
  };
}

/** A duration as {@linkcode duration} has it, or "off", which is Infinity. */
export function durationOrOff(minMs: number, maxMs: number): Kind<number> {
  const { bounds, expected, parse, format } = duration(minMs, maxMs);
  return {
    placeholder: "DURATION|off",
    bounds: `off or ${bounds}`,
    expected: `"off" or ${expected}`,
    parse: (text) => text === "off" ? Infinity : parse(text),
    format: (ms) => ms === Infinity ? "off" : format(ms),
  };
}

/** A whole number between two bounds, both included. */
export function count(least: number, most: number): Kind<number> {
  const bounds = `${least} to ${most}`;
  return {
    placeholder: "N",
    bounds,
    expected: `a whole number from ${bounds}`,
    parse: (text) => within(wholeNumber(text), least, most),
    format: String,
  };
}

/** A whole number between two bounds, or nothing, which is the default. */
export function optionalCount(least: number, most: number): Kind<number | undefined> {
  return { ...count(least, most), format: (value) => value === undefined ? "" : String(value) };
}

/** One word, or else a whole number between two bounds. */
export function wordOrCount<W extends string>(
  word: W,
  least: number,
  most: number,
): Kind<W | number> {
  const number = count(least, most);
  return {
    placeholder: `${word}|N`,
    bounds: `${word} or ${number.bounds}`,
    expected: `"${word}" or ${number.expected}`,
    parse: (text) => text === word ? word : number.parse(text),
    format: String,
  };
}

/** One of a few fixed values. */
export function choice<const T extends string | number>(values: readonly T[]): Kind<T> {
  return {
    placeholder: values.join("|"),
    bounds: values.join(" or "),
    expected: values.join(" or "),
    parse: (text) => values.find((value) => String(value) === text),
    format: String,
  };
}

/** On or off; off unless given. */
export function toggle(): Kind<boolean> {
  return {
    placeholder: "",
    bounds: "true or false",
    expected: "true or false",
    parse: (text) => {
      if (text === "true" || text === "1") return true;
      return text === "false" || text === "0" ? false : undefined;
    },
    format: String,
  };
}

/** Says which texts are accepted, and how `read` makes a `T` of them. */
export interface TextRule<T> {
  readonly placeholder: string;
  readonly bounds: string;
  readonly expected: string;
  readonly secret?: boolean;
  /** Reads a value. Returns undefined if the text is not accepted. */
  read(text: string): T | undefined;
}

/** A text that a rule accepts. */
export function text(rule: TextRule<string>): Kind<string> {
  return { ...rule, parse: rule.read, format: (value) => value };
}

/** A text that a rule accepts, or nothing, which is the default. */
export function optionalText(rule: TextRule<string>): Kind<string | undefined> {
  return { ...rule, parse: rule.read, format: (value) => value ?? "" };
}

/** Texts that a rule accepts one by one, separated by commas. */
export function list(rule: TextRule<string>): Kind<readonly string[]> {
  return {
    ...rule,
    parse: (text) => {
      const values = text.split(",").map((part) => rule.read(part.trim()));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
    format: (values) => values.join(","),
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
