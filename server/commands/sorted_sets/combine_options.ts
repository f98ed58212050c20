// The arguments of commands that combine sorted sets: how many keys there are, and WEIGHTS, AGGREGATE,
// WITHSCORES and LIMIT. Knows neither keys nor members.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { scoreOf } from "./scores.ts";

const NOT_WEIGHT = refused("weight value is not a float");
const NEGATIVE_LIMIT = refused("LIMIT can't be negative");

/** What becomes of a member's scores in several sets. */
export type Aggregate = "SUM" | "MIN" | "MAX";

/** What a command says besides its keys. */
export interface CombineOptions {
  /** What the scores of each set are multiplied by. */
  readonly weights: Float64Array;
  aggregate: Aggregate;
  hasScores: boolean;
  /** Most members to count; 0: all. */
  limit: number;
}

/** Which options a command has. */
export interface CombineWords {
  /** WEIGHTS and AGGREGATE. */
  readonly weights: boolean;
  /** WITHSCORES. */
  readonly scores: boolean;
  /** LIMIT. */
  readonly limit: boolean;
}

/** How many keys argument `at` says that follow, or why it is refused. `name` is that of the command. */
export function keyCountAt(args: Args, at: number, name: string): number | Failure {
  const count = integerOf(args, at);
  if (count === undefined) return NOT_INTEGER;
  if (count < 1) return refused(`at least 1 input key is needed for '${name}' command`);
  return count > args.count - at - 1 ? SYNTAX : Number(count);
}

/** Reads the options from argument `from` on, for `keyCount` keys. */
export function combineOptionsOf(
  args: Args,
  from: number,
  keyCount: number,
  words: CombineWords,
): CombineOptions | Failure {
  const weights = new Float64Array(keyCount).fill(1);
  const options: CombineOptions = { weights, aggregate: "SUM", hasScores: false, limit: 0 };
  for (let i = from; i < args.count;) {
    const left = args.count - i;
    const token = tokenOf(args, i);
    if (words.weights && left > keyCount && token === "WEIGHTS") {
      if (!readWeights(args, i + 1, weights)) return NOT_WEIGHT;
      i += keyCount + 1;
    } else if (words.weights && left >= 2 && token === "AGGREGATE") {
      const aggregate = tokenOf(args, i + 1);
      if (aggregate !== "SUM" && aggregate !== "MIN" && aggregate !== "MAX") return SYNTAX;
      options.aggregate = aggregate;
      i += 2;
    } else if (words.scores && token === "WITHSCORES") {
      options.hasScores = true;
      i++;
    } else if (words.limit && left >= 2 && token === "LIMIT") {
      const limit = integerOf(args, i + 1);
      if (limit === undefined || limit < 0) return NEGATIVE_LIMIT;
      options.limit = Number(limit);
      i += 2;
    } else return SYNTAX;
  }
  return options;
}

/** Reads as many weights as there is space for. Returns false where one is no number. */
function readWeights(args: Args, from: number, weights: Float64Array): boolean {
  for (let i = 0; i < weights.length; i++) {
    weights[i] = scoreOf(args, from + i);
    if (Number.isNaN(weights[i])) return false;
  }
  return true;
}

/** One score from two of a member. As in Redis, what is no number becomes 0. */
export function aggregated(aggregate: Aggregate, a: number, b: number): number {
  if (aggregate === "MIN") return b < a ? b : a;
  if (aggregate === "MAX") return b > a ? b : a;
  const sum = a + b;
  return Number.isNaN(sum) ? 0 : sum;
}

/** A score times a weight; infinity times 0 is 0. */
export function weighted(weight: number, score: number): number {
  const product = weight * score;
  return Number.isNaN(product) ? 0 : product;
}
