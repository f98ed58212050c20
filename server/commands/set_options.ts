// The options of SET: tokens after key and value, resolved to a condition and one absolute
// deadline before anything reaches the cache. An option that is not known is an error.

import { Condition, DEADLINE_MS_MAX, KEEP_DEADLINE } from "../../cache/mod.ts";
import type { Args } from "../args.ts";
import { parseInteger } from "./numbers.ts";

/** Why options could not be read. */
export type SetOptionsError = "syntax" | "notInteger" | "badExpire";

/** How each expire option counts: milliseconds per unit, and whether from now. */
const EXPIRES: Readonly<Record<string, { unitMs: number; relative: boolean }>> = {
  EX: { unitMs: 1000, relative: true },
  PX: { unitMs: 1, relative: true },
  EXAT: { unitMs: 1000, relative: false },
  PXAT: { unitMs: 1, relative: false },
};

const CONDITIONS: Readonly<Record<string, Condition>> = {
  NX: Condition.absent,
  XX: Condition.present,
};

/** What a SET asks for beyond key and value. */
export class SetOptions {
  /** Absolute, in milliseconds since 1970; 0 for none; KEEP_DEADLINE for the one there is. */
  deadlineMs = 0;
  /** What must hold. */
  condition: Condition = Condition.none;
  /** The version for Condition.version. */
  version = 0;

  /** Reads the options from argument `from` on; times to live count from `nowMs`. */
  static parse(args: Args, from: number, nowMs: number): SetOptions | SetOptionsError {
    const options = new SetOptions();
    let expires = false;
    for (let i = from; i < args.count; i++) {
      const token = tokenOf(args, i);
      const expire = EXPIRES[token];
      const condition = CONDITIONS[token];
      if (expire !== undefined && !expires && i + 1 < args.count) {
        expires = true;
        const amount = parseInteger(args.bytes, args.starts[++i]!, args.lengths[i]!);
        if (amount === undefined) return "notInteger";
        const deadline = Number(amount) * expire.unitMs + (expire.relative ? nowMs : 0);
        if (amount <= 0 || deadline > DEADLINE_MS_MAX) return "badExpire";
        options.deadlineMs = deadline;
      } else if (token === "KEEPTTL" && !expires) {
        expires = true;
        options.deadlineMs = KEEP_DEADLINE;
      } else if (condition !== undefined && options.condition === Condition.none) {
        options.condition = condition;
      } else if (
        token === "IFVERSION" && options.condition === Condition.none && i + 1 < args.count
      ) {
        const version = parseInteger(args.bytes, args.starts[++i]!, args.lengths[i]!);
        if (version === undefined || version < 0) return "notInteger";
        options.condition = Condition.version;
        options.version = Number(version);
      } else return "syntax";
    }
    return options;
  }
}

const TOKEN_BYTES_MAX = 16;

/** An argument as an upper-case token; empty when it is too long to be one. */
function tokenOf(args: Args, index: number): string {
  const length = args.lengths[index]!;
  if (length > TOKEN_BYTES_MAX) return "";
  let token = "";
  for (let i = 0; i < length; i++) {
    token += String.fromCharCode(args.bytes[args.starts[index]! + i]!);
  }
  return token.toUpperCase();
}
