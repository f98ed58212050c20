// The names of the counters and gauges that every thread keeps in the region. The engine has counters
// of its own. The maker of a region may add counters and gauges; the engine does not know what they
// mean. This file gives each a place; region.ts says in which word that is.

import { hashKey } from "./hash.ts";

/** Counters of the engine, which every region has. */
export const ENGINE_COUNTERS = [
  "hits",
  "misses",
  "puts",
  "deletes",
  "lockWaits",
  "lockTimeouts",
  "lockWaitUs",
] as const;
/** Name of one of them. */
export type EngineCounter = typeof ENGINE_COUNTERS[number];

/**
 * Names of counters `C` and gauges `G` that a region is made with. Every thread that attaches to it
 * must give the same.
 */
export interface ActorNames<C extends string, G extends string> {
  /** Counters that every thread keeps besides those of the engine. They only go up. */
  readonly counters: readonly C[];
  /** Numbers that every thread keeps up to date. */
  readonly gauges: readonly G[];
}

/** The place of each name, from 0. Throws RangeError for more than `max` names or two equal ones. */
export function placesOf(
  kind: "counters" | "gauges",
  names: readonly string[],
  max: number,
): ReadonlyMap<string, number> {
  if (names.length > max) {
    throw new RangeError(
      `Cannot keep ${names.length} ${kind} for each thread: there is space for ${max}`,
    );
  }
  const places = new Map(names.map((name, place) => [name, place]));
  if (places.size === names.length) return places;
  throw new RangeError(`Cannot keep two ${kind} of one name: ${names.join(", ")}`);
}

/** The place of `name`. Throws RangeError when it has none. */
export function placeOf(places: ReadonlyMap<string, number>, name: string): number {
  const place = places.get(name);
  if (place !== undefined) return place;
  throw new RangeError(`Cannot find ${name}: the region was made without it`);
}

/** Hash of all names. The region keeps it, so that attaching with other names is refused. */
export function hashOfNames({ counters, gauges }: ActorNames<string, string>): number {
  const bytes = new TextEncoder().encode(JSON.stringify([counters, gauges]));
  return hashKey(bytes, 0, bytes.length);
}
