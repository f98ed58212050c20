// The door to the JSON decoders: tries the byte parser first, then the full parser. Bytes of a body
// go in, arguments come out. It knows neither HTTP, nor the cache, nor how an answer is written.

import type { Args } from "../contract/args.ts";
import type { JsonLimits, Problem } from "./json_checks.ts";
import { fastDelete, fastIncr, fastMget, fastMput, fastPut } from "./json_fast.ts";
import {
  decodeDeleteSlow,
  decodeIncrSlow,
  decodeMgetSlow,
  decodeMputSlow,
  decodePutSlow,
} from "./json_slow.ts";

export { type JsonLimits, MAX_TTL_SECONDS, Problem } from "./json_checks.ts";

/**
 * Reads a body of /put into [key, value], then "PX" and milliseconds where there is a ttl, then
 * "NX", "XX" or "IFVERSION" and a version where there is a condition. The arguments may lie in
 * `body`. Returns why not, with no arguments, or null.
 */
export function decodePut(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  return fastPut(body, args, limits) ? null : decodePutSlow(body, args, limits);
}

/** Reads a body of /delete into [key]. Returns why not, with no arguments, or null. */
export function decodeDelete(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  return fastDelete(body, args, limits) ? null : decodeDeleteSlow(body, args, limits);
}

/**
 * Reads a body of /incr into [key, by], `by` a decimal 64-bit integer. Returns why not, with no
 * arguments, or null.
 */
export function decodeIncr(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  return fastIncr(body, args, limits) ? null : decodeIncrSlow(body, args, limits);
}

/** Reads a body of /mget into its keys. Returns why not, with no arguments, or null. */
export function decodeMget(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  return fastMget(body, args, limits) ? null : decodeMgetSlow(body, args, limits);
}

/**
 * Reads a body of /mput into [key, value, ttl] of each item, the ttl in milliseconds or empty. All
 * items are checked before it returns. Returns why not, with no arguments, or null.
 */
export function decodeMput(body: Uint8Array, args: Args, limits: JsonLimits): Problem | null {
  return fastMput(body, args, limits) ? null : decodeMputSlow(body, args, limits);
}
