// The JSON bodies of answers, byte for byte as docs/api.md gives them, without a newline at the end.
// Composes text from arguments and outcomes; knows no status and no header.

import type { Args } from "../contract/args.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import { type CollectedReply, OutcomeKind } from "./collected_reply.ts";
import type { JsonHit } from "./json_hit.ts";
import { JsonWriter } from "./json_writer.ts";

/** Answer to a put that was carried out. */
export const PUT_OK = '{"status":"OK","message":"Key inserted/updated successfully."}';
/** Answer to a delete of a key that was there. */
export const DELETE_OK = '{"status":"OK","message":"Key deleted successfully."}';
/** Answer about a key that is not there. */
export const MISS = '{"status":"ERROR","message":"Key not found."}';
/** Answer to a put whose condition did not hold. */
export const CONDITION_NOT_MET = '{"status":"ERROR","message":"Condition not met."}';

const encoder = new TextEncoder();
const HIT_KEY = encoder.encode('{"status":"OK","key":');
const VALUE = encoder.encode(',"value":');
const VERSION = encoder.encode(',"version":');
const TTL = encoder.encode(',"ttl":');
const ITEMS = encoder.encode('{"status":"OK","items":[');
const KEY = encoder.encode('{"key":');
const NEXT_KEY = encoder.encode(',{"key":');
const MISSING = encoder.encode('],"missing":[');
const COMMA = encoder.encode(",");
const CLOSE_OBJECT = encoder.encode("}");
const CLOSE_ITEMS = encoder.encode("]}");

/** The body of any error. */
export function errorText(message: string): string {
  return `{"status":"ERROR","message":${JSON.stringify(message)}}`;
}

/** The body of an answer to /mput. */
export function countText(count: number): string {
  return `{"status":"OK","count":${count}}`;
}

/** Why an answer cannot be composed. */
export const AnswerProblem = {
  /** A key or value is not UTF-8. */
  notText: 0,
  /** The answer would be longer than allowed. */
  tooLarge: 1,
} as const;
/** One of the values of the constant of the same name. */
export type AnswerProblem = typeof AnswerProblem[keyof typeof AnswerProblem];

/** A composed answer: text if it is short, bytes if it is long. */
export type AnswerBody = string | Uint8Array<ArrayBuffer> | AnswerProblem;

/** Longer answers are handed over as bytes. */
const MAX_TEXT_BYTES = 64 * 1024;

/** Composes the bodies that hold keys and values. One per worker. */
export class JsonAnswers {
  readonly #writer = new JsonWriter();

  /** A hit of /get. */
  hit(args: Args, hit: JsonHit): AnswerBody {
    const plain = hit.valueBytes <= MAX_TEXT_BYTES ? hit.plainText() : null;
    if (plain !== null) return plain;
    const writer = this.#writer;
    writer.reset();
    writer.ascii(HIT_KEY);
    if (!writer.string(args.bytes, args.starts[0]!, args.lengths[0]!)) return AnswerProblem.notText;
    writer.ascii(VALUE);
    if (!writer.string(hit.bytes, hit.valueStart, hit.valueBytes)) return AnswerProblem.notText;
    writer.ascii(CLOSE_OBJECT);
    return this.#finish();
  }

  /** A hit of /get with meta=1: the outcomes are value, version and remaining milliseconds. */
  hitWithMeta(args: Args, reply: CollectedReply): AnswerBody {
    const writer = this.#writer;
    writer.reset();
    if (!this.#keyAndValue(HIT_KEY, args, 0, reply, 0)) return AnswerProblem.notText;
    const ttlMs = Number(reply.integers[2]);
    writer.ascii(VERSION);
    writer.token(String(reply.integers[1]));
    writer.ascii(TTL);
    writer.token(ttlMs < 0 ? "null" : String(ttlMs / 1000));
    writer.ascii(CLOSE_OBJECT);
    return this.#finish();
  }

  /** The answer to /incr: the first outcome is the sum. */
  sum(args: Args, reply: CollectedReply): AnswerBody {
    const writer = this.#writer;
    writer.reset();
    writer.ascii(HIT_KEY);
    if (!writer.string(args.bytes, args.starts[0]!, args.lengths[0]!)) return AnswerProblem.notText;
    writer.ascii(VALUE);
    writer.token(`"${reply.integers[0]}"}`);
    return this.#finish();
  }

  /** The answer to /mget: an outcome per key. */
  items(args: Args, reply: CollectedReply): AnswerBody {
    const writer = this.#writer;
    writer.reset();
    writer.ascii(ITEMS);
    let opening = KEY;
    for (let i = 0; i < args.count; i++) {
      if (reply.kinds[i] !== OutcomeKind.value) continue;
      if (writer.length > MAX_ANSWER_BYTES) return this.#finish();
      if (!this.#keyAndValue(opening, args, i, reply, i)) return AnswerProblem.notText;
      writer.ascii(CLOSE_OBJECT);
      opening = NEXT_KEY;
    }
    writer.ascii(MISSING);
    let first = true;
    for (let i = 0; i < args.count; i++) {
      if (reply.kinds[i] === OutcomeKind.value) continue;
      if (!first) writer.ascii(COMMA);
      const start = args.starts[i]!;
      if (!writer.string(args.bytes, start, args.lengths[i]!)) return AnswerProblem.notText;
      first = false;
    }
    writer.ascii(CLOSE_ITEMS);
    return this.#finish();
  }

  #finish(): AnswerBody {
    const writer = this.#writer;
    if (writer.length <= MAX_TEXT_BYTES) return writer.text();
    const isTooLarge = writer.length > MAX_ANSWER_BYTES;
    const body = isTooLarge ? AnswerProblem.tooLarge : writer.release();
    // A writer that had to grow for this answer does not keep what it grew by.
    writer.reset();
    return body;
  }

  #keyAndValue(
    opening: Uint8Array,
    args: Args,
    key: number,
    reply: CollectedReply,
    outcome: number,
  ): boolean {
    const writer = this.#writer;
    writer.ascii(opening);
    if (!writer.string(args.bytes, args.starts[key]!, args.lengths[key]!)) return false;
    writer.ascii(VALUE);
    return writer.string(reply.bytes, reply.starts[outcome]!, reply.lengths[outcome]!);
  }
}
