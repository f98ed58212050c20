// From the names of counters, gauges and facts to those of metrics: units are spelled out and are base units, as
// Prometheus wants them. What a name of ours ends in says what it is counted in: Ms, Us, Kib, Bytes.

import type { Unit } from "./metric.ts";

/** A name's ending, what it stands for, and what one of it comes to. */
interface Ending {
  readonly ending: string;
  /** What docs/api.md adds to what the row says; empty where that is said. */
  readonly words: string;
  readonly unit: Unit;
  readonly scale: number;
}

const ENDINGS: readonly Ending[] = [
  { ending: "Ms", words: "milliseconds", unit: "seconds", scale: 1e-3 },
  { ending: "Us", words: "microseconds", unit: "seconds", scale: 1e-6 },
  { ending: "Kib", words: "KiB", unit: "bytes", scale: 1024 },
  { ending: "Bytes", words: "", unit: "bytes", scale: 1 },
];

/** What is known of a metric by the name of a row. */
export interface DerivedName {
  /** Without slabkv_ before it and _total behind it. */
  readonly name: string;
  readonly unit: Unit;
  readonly scale: number;
}

/** The name of a metric, and its unit. */
export function derivedName(name: string): DerivedName {
  const { ending, unit, scale } = endingOf(name) ?? { ending: "", unit: "", scale: 1 };
  const base = snakeCase(name.slice(0, name.length - ending.length));
  return { name: unit === "" ? base : `${base}_${unit}`, unit, scale };
}

/** What the number of a row is counted in, in words; empty where it is in pieces, or its row says it. */
export function unitWords(name: string): string {
  return endingOf(name)?.words ?? "";
}

/** "lockWaits" as "lock_waits". */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function endingOf(name: string): Ending | undefined {
  return ENDINGS.find(({ ending }) => name.endsWith(ending) && name.length > ending.length);
}
