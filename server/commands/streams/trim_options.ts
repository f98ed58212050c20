// The options of XADD and XTRIM: how a stream is trimmed, and where the id stands. Read as Redis reads them, with its
// refusals; trimming.ts carries them out.

import { StreamId } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, isWord } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { BAD_ID, IdForm, type IdRules, readId } from "./stream_ids.ts";

const TWO_STRATEGIES = refused(
  "syntax error, MAXLEN and MINID options at the same time are not compatible",
);
const NEGATIVE_LENGTH = refused("The MAXLEN argument must be >= 0.");
const NEGATIVE_LIMIT = refused("The LIMIT argument must be >= 0.");
const LIMIT_ALONE = refused(
  "syntax error, LIMIT cannot be used without specifying a trimming strategy",
);
const NO_STRATEGY = refused("syntax error, XTRIM must be called with a trimming strategy");
const LIMIT_OF_EXACT = refused(
  "syntax error, LIMIT cannot be used without the special ~ option",
);
/** XADD takes ids without a sequence number. */
const ADDED: IdRules = { takesStar: true };
const STAR = 0x2a;
const EQUALS = 0x3d;
const TILDE = 0x7e;
/** Most entries that go at once where about so many are to be left and no limit is said. */
const DEFAULT_LIMIT = 10_000;

/** What a stream is trimmed to. */
export class TrimOptions {
  /** How: not at all, to a number of entries, or to those from an id on. */
  by: "nothing" | "length" | "id" = "nothing";
  /** Whether a few more may be left. */
  isRough = false;
  /** Most entries that are left. */
  maxLength = 0;
  /** The id that the first entry has at least. */
  readonly minId: StreamId = new StreamId();
  /** Most entries that go at once. */
  limit = Infinity;
  /** XADD: whether a stream that is not there is not to be made. */
  makesNone = false;
  /** XADD: what the id is; invalid where it is made by the clock, or missing. */
  idForm: IdForm = IdForm.invalid;
  /** XADD: the id that was given. */
  readonly id: StreamId = new StreamId();
  /** XADD: which argument it is, or how many arguments there are. */
  idAt = 0;

  /**
   * Reads the options from argument 1 on; of XADD they end at the id, unless that is missing. Returns why they are wrong,
   * or null.
   */
  read(args: Args, isAdd: boolean): Failure | null {
    let limit: number | bigint | undefined;
    let i = 1;
    for (; i < args.count; i++) {
      const hasMore = i + 1 < args.count;
      if (isAdd && isStar(args, i)) break;
      if (hasMore && (isWord(args, i, "MAXLEN") || isWord(args, i, "MINID"))) {
        if (this.by !== "nothing") return TWO_STRATEGIES;
        const isLength = isWord(args, i, "MAXLEN");
        i = this.#readSign(args, i + 1);
        const problem = isLength ? this.#readLength(args, i) : this.#readMinId(args, i);
        if (problem !== null) return problem;
      } else if (hasMore && isWord(args, i, "LIMIT")) {
        limit = integerOf(args, ++i);
        if (limit === undefined) return NOT_INTEGER;
        if (limit < 0) return NEGATIVE_LIMIT;
      } else if (!isAdd) return SYNTAX;
      else if (isWord(args, i, "NOMKSTREAM")) this.makesNone = true;
      else {
        this.idForm = readId(args, i, this.id, ADDED);
        if (this.idForm === IdForm.invalid) return BAD_ID;
        break;
      }
    }
    this.idAt = i;
    return this.#finish(limit, isAdd);
  }

  /** Why what was read does not go together, or null. `limit` is the one that was said. */
  #finish(limit: number | bigint | undefined, isAdd: boolean): Failure | null {
    if (limit !== undefined && Number(limit) !== 0 && this.by === "nothing") return LIMIT_ALONE;
    if (!isAdd && this.by === "nothing") return NO_STRATEGY;
    if (limit !== undefined && !this.isRough) return LIMIT_OF_EXACT;
    if (limit === undefined && this.isRough) this.limit = DEFAULT_LIMIT;
    else if (limit !== undefined && limit > 0) this.limit = Number(limit);
    return null;
  }

  /** Reads "~" or "=" where argument `index` is one and more follows. Returns where the next argument is. */
  #readSign(args: Args, index: number): number {
    this.isRough = false;
    if (index + 1 >= args.count) return index;
    this.isRough = isByte(args, index, TILDE);
    return this.isRough || isByte(args, index, EQUALS) ? index + 1 : index;
  }

  #readLength(args: Args, index: number): Failure | null {
    const length = integerOf(args, index);
    if (length === undefined) return NOT_INTEGER;
    if (length < 0) return NEGATIVE_LENGTH;
    this.by = "length";
    this.maxLength = Number(length);
    return null;
  }

  #readMinId(args: Args, index: number): Failure | null {
    if (readId(args, index, this.minId) === IdForm.invalid) return BAD_ID;
    this.by = "id";
    return null;
  }
}

/** Whether argument `index` is an id that the clock is to make. */
export function isStar(args: Args, index: number): boolean {
  return isByte(args, index, STAR);
}

function isByte(args: Args, index: number, byte: number): boolean {
  return args.lengths[index] === 1 && args.bytes[args.starts[index]!] === byte;
}
