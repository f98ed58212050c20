// The arguments that SCAN, HSCAN, SSCAN and ZSCAN share: a cursor, MATCH, COUNT, and a word of their own.
// Knows neither keys nor members.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, shownText, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import type { Glob } from "../../contract/keys/glob.ts";
import { PATTERN_TOO_LONG, patternOf } from "../pattern_argument.ts";

const SCAN_COUNT = 10;

/** The refusal of a cursor that is none. */
export const BAD_CURSOR: Failure = refused("invalid cursor");

/**
 * Argument `index` as a cursor, or undefined if it is none. Reads what strtoul() of C reads, as Redis
 * does: a sign, zeros in front, and not what follows a zero byte. What is too large for a number becomes
 * the largest, which is past every end.
 */
export function cursorOf(args: Args, index: number): number | undefined {
  const text = shownText(args, index);
  if (text === "") return 0;
  const match = /^([+-]?)0*(\d{1,20})$/.exec(text);
  if (match === null || BigInt(match[2]!) >= 2n ** 64n) return undefined;
  const number = Math.min(Number(match[2]), Number.MAX_SAFE_INTEGER);
  return match[1] === "-" && number > 0 ? Number.MAX_SAFE_INTEGER : number;
}

/** What a scan asks for. */
export interface ScanOptions {
  /** What a member has to match; null: all do. */
  readonly glob: Glob | null;
  /** About how many members to look at. */
  readonly count: number;
  /** Index of the argument behind TYPE, or 0. */
  readonly typeAt: number;
  /** Whether NOVALUES was said. */
  readonly hasNoValues: boolean;
}

/**
 * Reads `[MATCH pattern] [COUNT n]` from argument `from` on, and `own`: SCAN has TYPE type, HSCAN
 * NOVALUES. Returns the refusal where something else is there.
 */
export function scanOptionsOf(
  args: Args,
  from: number,
  own: "TYPE" | "NOVALUES" | "",
): ScanOptions | Failure {
  let [patternAt, typeAt, count, hasNoValues] = [0, 0, SCAN_COUNT, false];
  for (let i = from; i < args.count; i += 2) {
    const token = tokenOf(args, i);
    if (token === "NOVALUES" && own === token) {
      hasNoValues = true;
      i--;
    } else if (i + 1 === args.count) return SYNTAX;
    else if (token === "MATCH") patternAt = i + 1;
    else if (token === "TYPE" && own === token) typeAt = i + 1;
    else if (token === "COUNT") {
      const wanted = integerOf(args, i + 1);
      if (wanted === undefined) return NOT_INTEGER;
      if (wanted < 1) return SYNTAX;
      count = Number(wanted);
    } else return SYNTAX;
  }
  const glob = patternAt === 0 ? null : patternOf(args, patternAt);
  if (patternAt !== 0 && glob === null) return PATTERN_TOO_LONG;
  return { glob: glob?.matchesAll ? null : glob, count, typeAt, hasNoValues };
}
