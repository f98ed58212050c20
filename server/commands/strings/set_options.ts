// The options of SET and GETEX: tokens after the fixed arguments. They are made into a condition and
// one absolute deadline before anything reaches the cache. An unknown option is an error.

import { Condition, KEEP_DEADLINE } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { deadlineAhead } from "../deadlines.ts";

/** Why options could not be read. */
export type SetOptionsError = "syntax" | "notInteger" | "badExpire";

/** Milliseconds per unit of each expire option, and whether it counts from now. */
const EXPIRES: ReadonlyMap<string, { unitMs: number; relative: boolean }> = new Map([
  ["EX", { unitMs: 1000, relative: true }],
  ["PX", { unitMs: 1, relative: true }],
  ["EXAT", { unitMs: 1000, relative: false }],
  ["PXAT", { unitMs: 1, relative: false }],
]);

/** The options of a SET or GETEX. */
export class SetOptions {
  /** Absolute deadline in milliseconds since 1970; 0 for none, KEEP_DEADLINE for the old one. */
  deadlineMs = 0;
  /** The condition that must hold. */
  condition: Condition = Condition.none;
  /** The version that Condition.version compares with. */
  version = 0;
  /** Whether the old value is wanted. */
  get = false;
  /** Index of the argument that the old value must equal, or 0. */
  equalTo = 0;
  /** Whether to remove the deadline: PERSIST of GETEX. */
  persist = false;
  /** Indexes of the arguments with the time and the version. They are read after all others. */
  #amount = 0;
  #versionAt = 0;
  #unit: { unitMs: number; relative: boolean } | undefined;
  /** The expire option. The same may come again, and the last one counts; another one may not. */
  #expire = "";

  /** Reads SET's options from argument `from` on. Times to live count from `nowMs`. */
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
      if (token === "PERSIST" && (options.#expire === "" || options.persist)) {
        options.#expire = token;
        options.persist = true;
        taken = 1;
      }
      if (taken === 0) return "syntax";
      i += taken;
    }
    return options.#resolve(args, nowMs) ?? options;
  }

  /** Takes an expire option. Returns its number of arguments, or 0 if it is no such option. */
  #takeExpire(token: string, i: number, args: Args): number {
    if (this.#expire !== "" && this.#expire !== token) return 0;
    this.#unit = EXPIRES.get(token);
    const hasAmount = this.#unit !== undefined && i + 1 < args.count;
    if (token === "KEEPTTL") this.deadlineMs = KEEP_DEADLINE;
    else if (hasAmount) this.#amount = i + 1;
    else return 0;
    this.#expire = token;
    return hasAmount ? 2 : 1;
  }

  #takeCondition(token: string, i: number, args: Args): number {
    if (token === "GET") {
      this.get = true;
      return 1;
    }
    const isAgain = token === "NX" && this.condition === Condition.absent ||
      token === "XX" && this.condition === Condition.present;
    if (isAgain) return 1;
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
    const deadlineMs = deadlineAhead(amount, unitMs, relative ? nowMs : 0);
    if (deadlineMs === undefined) return "badExpire";
    this.deadlineMs = deadlineMs;
    return undefined;
  }
}
