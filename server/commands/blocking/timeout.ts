// The timeout of a command that waits: seconds, with a fraction if wanted; 0 is for ever. Reads it as Redis does, and
// rings when it is over.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf } from "../argument_text.ts";
import { refused } from "../failures.ts";
import { INFINITE, type LongDouble, parseLongDouble } from "../strings/long_doubles.ts";

const NO_FLOAT = refused("timeout is not a float or out of range");
const NO_INTEGER = refused("timeout is not an integer or out of range");
const NEGATIVE = refused("timeout is negative");
/** Times of 64 bits end here; what goes beyond is negative in Redis. */
const END_MS = 2n ** 63n;
/** A timer cannot wait longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The timeout that argument `at` is, in whole milliseconds; or why it is none. */
export function timeoutOf(args: Args, at: number): number | Failure {
  const number = parseLongDouble(args.bytes, args.starts[at]!, args.lengths[at]!);
  if (number === undefined) return NO_FLOAT;
  if (number === INFINITE) return NEGATIVE;
  const ms = wholeMs(number);
  return ms < 0n || ms >= END_MS ? NEGATIVE : Number(ms);
}

/** The same as a function, where the argument's index may be counted from the end. */
export function timeoutAt(index: number): (args: Args) => number | Failure {
  return (args) => timeoutOf(args, (index + args.count) % args.count);
}

/** The timeout in milliseconds that argument `at` is; or why it is none. */
export function timeoutMsOf(args: Args, at: number): number | Failure {
  const ms = integerOf(args, at);
  if (ms === undefined) return NO_INTEGER;
  return ms < 0 ? NEGATIVE : Number(ms);
}

/** Seconds as milliseconds, rounded up. */
function wholeMs({ mantissa, exponent }: LongDouble): bigint {
  const ms = 1000n * mantissa;
  // A shift to the right rounds down, of negative numbers too.
  return exponent >= 0 ? ms << BigInt(exponent) : -(-ms >> BigInt(-exponent));
}

/** Calls `end` once after a time, however long that is. */
export class Timeout {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #endMs: number;
  readonly #end: () => void;

  constructor(ms: number, end: () => void) {
    this.#endMs = performance.now() + ms;
    this.#end = end;
    this.#arm(ms);
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      const leftMs = this.#endMs - performance.now();
      // A timer may ring a fraction of a millisecond early.
      if (leftMs > 1) this.#arm(leftMs);
      else this.#end();
    }, Math.min(ms, MAX_TIMER_MS));
  }

  /** It is not to be called any more. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
