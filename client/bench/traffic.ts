/**
 * The traffic of a load, as the loop that drives it sees it: it gives the next request of a connection
 * and judges its answer. An interface only; it knows no protocol.
 *
 * @module
 */

import { bytesAre } from "./messages.ts";

/** An answer, as LoadConnection leaves it. */
export interface LoadAnswer {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** The verdicts on an answer. */
export const Verdict = { hit: 0, miss: 1, stored: 2, error: 3, wrong: 4 } as const;
/** One of the values of the constant of the same name. */
export type Verdict = typeof Verdict[keyof typeof Verdict];

/** Makes requests and judges answers, for a number of connections ("slots"). */
export interface Traffic {
  /** The next request of a slot. Valid until the slot asks again. */
  next(slot: number): Uint8Array;
  /** Judges the answer to the last request of a slot. */
  check(slot: number, answer: LoadAnswer): Verdict;
}

/** Whether the body of an answer is `expected`. */
export function bodyIs({ bytes, bodyStart, bodyEnd }: LoadAnswer, expected: Uint8Array): boolean {
  return bodyEnd - bodyStart === expected.length && bytesAre(bytes, bodyStart, expected);
}
