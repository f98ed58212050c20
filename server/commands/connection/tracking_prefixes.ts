// The prefixes of CLIENT TRACKING with BCAST: their order, and which of them overlap. Sorted, those that
// overlap stand side by side, so even many long ones are compared in a moment.

import { sameBytes } from "../../contract/same_bytes.ts";
import { MAX_SHOWN_BYTES } from "../argument_text.ts";

/** Prefixes in the order of their bytes, in which TRACKINGINFO shows them. */
export function sortedPrefixes(prefixes: readonly Uint8Array[]): Uint8Array[] {
  return prefixes.toSorted(compareBytes);
}

/** Says which of the prefixes `sent` overlaps with another one of them or of `kept`; null: none. */
export function whatOverlaps(
  kept: readonly Uint8Array[],
  sent: readonly Uint8Array[],
): string | null {
  if (sent.length === 0) return null;
  // This one stands for all keys, and others may have come before it.
  const every = kept.find(({ length }) => length === 0);
  if (every !== undefined) return overlapText(sent[0]!, every, "an existing");
  const places = new Map(sent.map((prefix, i) => [prefix, i]));
  const sorted = sortedPrefixes([...kept, ...sent]);
  let found: string | null = null;
  let first = Infinity;
  for (let i = 1; i < sorted.length; i++) {
    const [before, prefix] = [sorted[i - 1]!, sorted[i]!];
    if (!beginsWith(prefix, before)) continue;
    const [a, b] = [places.get(before), places.get(prefix)];
    const place = Math.min(a ?? Infinity, b ?? Infinity);
    if (place >= first) continue;
    first = place;
    const other = sent[place] === before ? prefix : before;
    const isKept = a === undefined || b === undefined;
    found = overlapText(sent[place]!, other, isKept ? "an existing" : "another provided");
  }
  return found;
}

function overlapText(prefix: Uint8Array, other: Uint8Array, which: string): string {
  return `Prefix '${shown(prefix)}' overlaps with ${which} prefix '${shown(other)}'. ` +
    "Prefixes for a single client must not overlap.";
}

function shown(prefix: Uint8Array): string {
  return new TextDecoder().decode(prefix.subarray(0, MAX_SHOWN_BYTES));
}

function beginsWith(prefix: Uint8Array, start: Uint8Array): boolean {
  return start.length <= prefix.length && sameBytes(start, 0, prefix, 0, start.length);
}

/** Below 0, 0 or above 0, as `a` stands before, with or behind `b`. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}
