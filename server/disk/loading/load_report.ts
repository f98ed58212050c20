// What a start says of the data that it has loaded: one line for people, and the same facts as fields for
// programs. Prints nothing itself.

import type { FileHead } from "../file_head.ts";
import type { LoadResult } from "./loading.ts";

/** The facts. */
export interface LoadFacts extends Omit<LoadResult, "torn"> {
  /** Bytes of all files that were read. */
  readonly bytes: number;
  /** The head of the snapshot; null: there was none. */
  readonly snapshot: Pick<FileHead, "timeMs" | "position"> | null;
}

/** Whether there was nothing to load. */
export function isNothing({ snapshot, bytes }: LoadFacts): boolean {
  return snapshot === null && bytes === 0;
}

/** One line for people. */
export function loadText(facts: LoadFacts): string {
  const { items, ms, snapshot, replayedBytes, expired, evicted, tornBytes, damage } = facts;
  if (isNothing(facts)) return "loaded nothing: the data dir is empty";
  const parts = [
    snapshot === null
      ? "without a snapshot"
      : `from the snapshot of ${new Date(snapshot.timeMs).toISOString()}`,
    `${count(replayedBytes)} bytes of log replayed`,
  ];
  if (expired > 0) parts.push(`${count(expired)} had expired`);
  if (evicted > 0) parts.push(`no space for ${count(evicted)}`);
  if (tornBytes > 0) parts.push(`${count(tornBytes)} torn bytes cut off the end of the log`);
  if (damage.count > 0) {
    const places = damage.count === 1 ? "place" : "places";
    parts.push(`damage skipped at ${count(damage.count)} ${places}, ${count(damage.bytes)} bytes`);
  }
  const things = items === 1 ? "item" : "items";
  return `loaded ${count(items)} ${things} in ${(ms / 1000).toFixed(2)} s ${parts.join(", ")}`;
}

/** The same for programs. */
export function loadFields(facts: LoadFacts): Record<string, string | number> {
  const { items, ms, bytes, replayedBytes, expired, evicted, tornBytes, damage } = facts;
  return {
    items,
    seconds: Math.round(ms) / 1000,
    bytes,
    snapshotTime: facts.snapshot === null ? "" : new Date(facts.snapshot.timeMs).toISOString(),
    logBytes: replayedBytes,
    expired,
    evicted,
    tornBytes,
    damages: damage.count,
    damagedBytes: damage.bytes,
  };
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
