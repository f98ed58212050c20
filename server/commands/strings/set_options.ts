// The options of SET and GETEX: tokens after the fixed arguments, resolved to a condition and one
// absolute deadline before anything reaches the cache. An option that is not known is an error.

import { Condition, KEEP_DEADLINE, MAX_DEADLINE_MS } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import { integerOf, tokenOf } from "../argument_text.ts";

/** Why options could not be read. */
export type SetOptionsError = "syntax" | "notInteger" | "badExpire";

/** How each expire option counts: milliseconds per unit, and whether from now. */
const EXPIRES: ReadonlyMap<string, { unitMs: number; relative: boolean }> = new Map([
  ["EX", { unitMs: 1000, relative: true }],
  ["PX", { unitMs: 1, relative: true }],
  ["EXAT", { unitMs: 1000, relative: false }],
  ["PXAT", { unitMs: 1, relative: false }],
]);

/**
 * The deadline that an amount of time above zero leads to, in milliseconds since 1970; undefined
 * where it is not above zero or leads too far.
 */
export function deadlineAfter(
  amount: number | bigint,
  unitMs: number,
  baseMs: number,
): number | undefined {
  const deadlineMs = Number(amount) * unitMs + baseMs;
  return amount <= 0 || deadlineMs > MAX_DEADLINE_MS ? undefined : deadlineMs;
}

/** What a SET asks for beyond key and value, or a GETEX beyond its key. */
export class SetOptions {
  /** Absolute, in milliseconds since 1970; 0 for none; KEEP_DEADLINE for the one there is. */
  deadlineMs = 0;
  /** What must hold. */
  condition: Condition = Condition.none;
  /** The version for Condition.version. */
  version = 0;
  /** Whether the old value is wanted. */
  get = false;
  /** The argument that the old value must equal, or 0. */
  equalTo = 0;
  /** Whether the deadline is to go: GETEX alone has that word. */
  persist = false;
  /** The arguments with amount of time and version, which count once all else is well-formed. */
  #amount = 0;
  #versionAt = 0;
  #unit: { unitMs: number; relative: boolean } | undefined;
  #hasExpire = false;

  /** Reads SET's options from argument `from` on; times to live count from `nowMs`. */
  static parse(args: Args, from: number, nowMs: number): SetOptions | SetOptionsError {
    const options = new SetOptions();
    for (let i = from; i < args.count;) {
      const token = tokenOf(args, i);
      const taken = options.#takeExpire(token, i, args) || options.#takeCondition(token, i, args);
      if (taken === 0) return "syntax";
      i += taken;
    }
    return options.#resolve(args, nowMs) ?? options;
  }

  /** Reads GETEX's options. */
  static parseGetex(args: Args, from: number, nowMs: number): SetOptions | SetOptionsError {
    const options = new SetOptions();
    options.deadlineMs = KEEP_DEADLINE;
    for (let i = from; i < args.count;) {
      const token = tokenOf(args, i);
      let taken = token === "KEEPTTL" ? 0 : options.#takeExpire(token, i, args);
      if (token === "PERSIST" && !options.#hasExpire) {
        options.#hasExpire = options.persist = true;
        taken = 1;
      }
      if (taken === 0) return "syntax";
      i += taken;
    }
    return options.#resolve(args, nowMs) ?? options;
  }

  /** Takes an expire option. Returns how many arguments it has, 0 where it is none. */
  #takeExpire(token: string, i: number, args: Args): number {
    if (this.#hasExpire) return 0;
    this.#unit = EXPIRES.get(token);
    const hasAmount = this.#unit !== undefined && i + 1 < args.count;
    if (token === "KEEPTTL") this.deadlineMs = KEEP_DEADLINE;
    else if (hasAmount) this.#amount = i + 1;
    else return 0;
    this.#hasExpire = true;
    return hasAmount ? 2 : 1;
  }

  #takeCondition(token: string, i: number, args: Args): number {
    if (token === "GET") {
      this.get = true;
      return 1;
    }
    if (this.condition !== Condition.none || this.equalTo !== 0) return 0;
    if (token === "NX") this.condition = Condition.absent;
    else if (token === "XX") this.condition = Condition.present;
    else if (token === "IFEQ" && i + 1 < args.count) this.equalTo = i + 1;
    else if (token === "IFVERSION" && i + 1 < args.count) {
      this.condition = Condition.version;
      this.#versionAt = i + 1;
    } else return 0;
    return token === "NX" || token === "XX" ? 1 : 2;
  }

  #resolve(args: Args, nowMs: number): SetOptionsError | undefined {
    if (this.#versionAt !== 0) {
      const version = integerOf(args, this.#versionAt);
      if (version === undefined || version < 0) return "notInteger";
      this.version = Number(version);
    }
    if (this.#amount === 0) return undefined;
    const amount = integerOf(args, this.#amount);
    if (amount === undefined) return "notInteger";
    const { unitMs, relative } = this.#unit!;
    const deadlineMs = deadlineAfter(amount, unitMs, relative ? nowMs : 0);
    if (deadlineMs === undefined) return "badExpire";
    this.deadlineMs = deadlineMs;
    return undefined;
  }
}
