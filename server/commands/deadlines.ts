// Deadlines from what clients send: an amount of seconds or milliseconds from now, or since 1970. The
// arithmetic is that of Redis, in 64 bits. Knows no item.

import { MAX_DEADLINE_MS } from "../../cache/mod.ts";
import { MAX_INT64, MIN_INT64 } from "./integers.ts";

/**
 * The deadline `amount` units of `unitMs` after `baseMs`, in milliseconds since 1970. It may be before
 * that. Undefined if it has more than 64 bits, as in Redis. What is farther away than an item can hold,
 * the year 10889, becomes that: nobody will see the difference.
 */
export function deadlineAfter(
  amount: number | bigint,
  unitMs: number,
  baseMs: number,
): number | undefined {
  // A number has at most 15 digits; see parseInteger().
  if (typeof amount === "number") return Math.min(amount * unitMs + baseMs, MAX_DEADLINE_MS);
  const offsetMs = amount * BigInt(unitMs);
  const deadlineMs = offsetMs + BigInt(baseMs);
  if (offsetMs < MIN_INT64 || offsetMs > MAX_INT64 || deadlineMs > MAX_INT64) return undefined;
  return Math.min(Number(deadlineMs), MAX_DEADLINE_MS);
}

/** The same for an amount that has to be above zero. */
export function deadlineAhead(
  amount: number | bigint,
  unitMs: number,
  baseMs: number,
): number | undefined {
  return amount > 0 ? deadlineAfter(amount, unitMs, baseMs) : undefined;
}
