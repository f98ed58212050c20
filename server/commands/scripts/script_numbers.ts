// Numbers of scripts: what the arguments and values of a window mean, and how it answers numbers. Knows
// no script.

import type { Reply } from "../../contract/reply.ts";
import { MAX_INT64, MIN_INT64 } from "../integers.ts";

/** A text of more bytes is no number. */
export const MAX_NUMBER_BYTES = 32;
/** Numbers of scripts may be so far from zero. */
export const MAX_NUMBER = 2 ** 63;

const decoder = new TextDecoder();

/** The number that a text means; NaN where it is none, or has more than 64 bits. */
export function toNumber(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > MAX_NUMBER_BYTES) return NaN;
  const number = Number(decoder.decode(bytes));
  return Math.abs(number) <= MAX_NUMBER ? number : NaN;
}

/** Answers the integer part of a number, within 64 bits. */
export function answerNumber(reply: Reply, number: number): void {
  if (number >= MAX_NUMBER) return reply.integer(MAX_INT64);
  reply.integer(number <= -MAX_NUMBER ? MIN_INT64 : Math.trunc(number));
}
