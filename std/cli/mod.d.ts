/**
 * The signature of parseArgs() of jsr:@std/cli, narrowed to the calls that name every option.
 * It must accept nothing that the real one refuses, which may replace this one at any time.
 */

/** The options of parseArgs(), as far as they are used here. */
export interface ParseOptions {
  /** Names whose value is a string. */
  string?: readonly string[];
  /** Names that take no value. */
  boolean?: readonly string[];
  /** Names that may be given several times; all values are kept, in an array. */
  collect?: readonly string[];
  /** Other names of an option. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Called for what no name covers; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Splits a command line into options and the rest (`_`). */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions,
): { [name: string]: unknown; _: Array<string | number> };
