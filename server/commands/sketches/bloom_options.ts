// What BF.RESERVE and BF.INSERT say of the filter to be made, with RedisBloom's bounds and refusals. Knows no
// filter.

import { BloomOption, MAX_ERROR_RATE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { refused, SYNTAX, wrongArity } from "../failures.ts";
import { scoreOf } from "../sorted_sets/scores.ts";
import { plainly } from "./refusals.ts";

const MAX_CAPACITY = 2 ** 30;
const MAX_EXPANSION = 32768;
const RATE_REFUSED = refused("error rate must be in the range (0.000000, 1.000000)");
const CAPACITY_REFUSED = refused(`capacity must be in the range [1, ${MAX_CAPACITY}]`);
const EXPANSION_REFUSED = refused(`expansion must be in the range [0, ${MAX_EXPANSION}]`);
const BAD_RATE = refused("bad error rate");
const BAD_CAPACITY = refused("bad capacity");
const NO_EXPANSION = refused("no expansion");
const BAD_EXPANSION = refused("bad expansion");
const CANNOT_EXPAND = plainly("Nonscaling filters cannot expand");
const INSERT_BAD_RATE = plainly("Bad error rate");
const INSERT_BAD_CAPACITY = plainly("Bad capacity");
const INSERT_BAD_EXPANSION = plainly("Bad expansion");
const UNKNOWN_ARGUMENT = plainly("Unknown argument received");

/** A filter to be made. */
export interface BloomOptions {
  errorRate: number;
  capacity: number;
  /** Each further filter holds so many times the items of the one before; 0: there is no further one. */
  expansion: number;
  isFixed: boolean;
  /** Whether it is made where there is none. */
  isMade: boolean;
  /** Index of the first item. */
  itemsAt: number;
}

/** What a filter is like that is made by BF.ADD and BF.MADD. */
export const USUAL_OPTIONS: Readonly<BloomOptions> = {
  errorRate: 0.01,
  capacity: 100,
  expansion: 2,
  isFixed: false,
  isMade: true,
  itemsAt: 1,
};

/** The options of the chain, as they are dumped. */
export function chainOptions(isFixed: boolean): number {
  return BloomOption.unrounded | BloomOption.has64Bits | (isFixed ? BloomOption.isFixed : 0);
}

function isInRange(value: number | bigint | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

/** The arguments of BF.RESERVE: key error_rate capacity [EXPANSION expansion] [NONSCALING]. */
export function reserveOptions(args: Args): BloomOptions | Failure {
  const options = { ...USUAL_OPTIONS };
  const rate = scoreOf(args, 1);
  if (Number.isNaN(rate)) return BAD_RATE;
  if (rate <= 0 || rate >= 1) return RATE_REFUSED;
  options.errorRate = Math.min(rate, MAX_ERROR_RATE);
  const capacity = integerOf(args, 2);
  if (capacity === undefined) return BAD_CAPACITY;
  if (!isInRange(capacity, 1, MAX_CAPACITY)) return CAPACITY_REFUSED;
  options.capacity = Number(capacity);
  let expansion: number | bigint | undefined;
  for (let i = 3; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "NONSCALING") options.isFixed = true;
    else if (token !== "EXPANSION") return SYNTAX;
    else if (++i === args.count) return NO_EXPANSION;
    else {
      expansion = integerOf(args, i);
      if (expansion === undefined) return BAD_EXPANSION;
    }
  }
  if (expansion === undefined) return options;
  if (expansion !== 0 && options.isFixed) return CANNOT_EXPAND;
  if (!isInRange(expansion, 0, MAX_EXPANSION)) return EXPANSION_REFUSED;
  options.expansion = Number(expansion);
  options.isFixed ||= expansion === 0;
  return options;
}

/** Those of BF.INSERT: key [CAPACITY c] [ERROR e] [EXPANSION x] [NOCREATE] [NONSCALING] ITEMS item… */
export function insertOptions(args: Args): BloomOptions | Failure {
  const options = { ...USUAL_OPTIONS };
  const noItems = wrongArity("BF.INSERT");
  for (let i = 1; i < args.count; i++) {
    const token = tokenOf(args, i);
    if (token === "ITEMS") {
      options.isFixed ||= options.expansion === 0;
      options.itemsAt = i + 1;
      return i + 1 < args.count ? options : noItems;
    }
    if (token === "NOCREATE") options.isMade = false;
    else if (token === "NONSCALING") options.isFixed = true;
    else if (!VALUED.has(token)) return UNKNOWN_ARGUMENT;
    else if (++i === args.count) return noItems;
    else {
      const problem = takeValue(options, token, args, i);
      if (problem !== null) return problem;
    }
  }
  return noItems;
}

const VALUED: ReadonlySet<string> = new Set(["CAPACITY", "ERROR", "EXPANSION"]);

function takeValue(
  options: BloomOptions,
  token: string,
  args: Args,
  index: number,
): Failure | null {
  if (token === "ERROR") {
    const rate = scoreOf(args, index);
    if (!(rate > 0 && rate < 1)) return INSERT_BAD_RATE;
    options.errorRate = Math.min(rate, MAX_ERROR_RATE);
    return null;
  }
  const value = integerOf(args, index);
  if (token === "CAPACITY") {
    if (!isInRange(value, 1, MAX_CAPACITY)) return INSERT_BAD_CAPACITY;
    options.capacity = Number(value);
    return null;
  }
  if (!isInRange(value, 0, MAX_EXPANSION)) return INSERT_BAD_EXPANSION;
  options.expansion = Number(value);
  return null;
}
