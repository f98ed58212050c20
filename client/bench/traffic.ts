/**
 * What a load is made of, as the loop that drives it sees it: the next request of a connection, and
 * what its answer is. Knows no protocol; the traffics themselves stand elsewhere.
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

/** What an answer is. */
export const Verdict = { hit: 0, miss: 1, stored: 2, error: 3, wrong: 4 } as const;
/** What an answer is. */
export type Verdict = typeof Verdict[keyof typeof Verdict];

/** Makes requests and judges answers, for a number of connections ("slots"). */
export interface Traffic {
  /** The next request of a slot; valid until the slot asks again. */
  next(slot: number): Uint8Array;
  /** Judges the answer to the last request of a slot. */
  check(slot: number, answer: LoadAnswer): Verdict;
}

/** Whether the body of an answer is these bytes. */
export function bodyIs({ bytes, bodyStart, bodyEnd }: LoadAnswer, expected: Uint8Array): boolean {
  return bodyEnd - bodyStart === expected.length && bytesAre(bytes, bodyStart, expected);
}
