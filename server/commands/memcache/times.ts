// Times as memcached's clients give them: seconds from now, if they are 30 days or less, else seconds since 1970. Negative
// ones are past.

/** Longer times are counted from 1970. */
const MAX_RELATIVE_SECONDS = 60 * 60 * 24 * 30;

/** The deadline in milliseconds since 1970, or 0 for none. One that is past is now: what has it is gone at once. */
export function deadlineAfter(seconds: number, nowMs: number): number {
  if (seconds === 0) return 0;
  if (seconds < 0) return nowMs;
  if (seconds <= MAX_RELATIVE_SECONDS) return nowMs + seconds * 1000;
  return Math.max(nowMs, seconds * 1000);
}

/** Seconds that are left until a deadline, or -1 for ever. */
export function secondsLeft(deadlineMs: number, nowMs: number): number {
  return deadlineMs === 0 ? -1 : Math.ceil(Math.max(0, deadlineMs - nowMs) / 1000);
}

/** The same as a number of seconds from now, which may be negative; 0 stands for none. */
export function secondsUntil(seconds: number, nowMs: number): number {
  if (seconds <= MAX_RELATIVE_SECONDS) return seconds;
  return Math.ceil((seconds * 1000 - nowMs) / 1000);
}
