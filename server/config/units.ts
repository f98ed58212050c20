/**
 * Reads and writes sizes and durations as people write them: "512MiB", "64KB", "30s", "500ms". A
 * number that is written and read again stays the same. Knows nothing of options or messages.
 *
 * @module
 */

/** Bytes of one KiB. */
export const KIB = 1024;
/** Bytes of one MiB. */
export const MIB = 1024 * KIB;
/** Bytes of one GiB. */
export const GIB = 1024 * MIB;
/** Bytes of one TiB. */
export const TIB = 1024 * GIB;

const BYTES_OF: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["tb", 1e12],
  ["kib", KIB],
  ["mib", MIB],
  ["gib", GIB],
  ["tib", TIB],
]);
const BINARY_WRITTEN: readonly [string, number][] = [
  ["TiB", TIB],
  ["GiB", GIB],
  ["MiB", MIB],
  ["KiB", KIB],
];
const DECIMAL_WRITTEN: readonly [string, number][] = [
  ["TB", 1e12],
  ["GB", 1e9],
  ["MB", 1e6],
  ["KB", 1e3],
];

const MILLISECONDS_OF: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const DURATIONS_WRITTEN: readonly [string, number][] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

const QUANTITY = /^(\d+)(?:\.(\d+))? ?([a-z]*)$/i;
const MAX_CHARACTERS = 24;

/**
 * Reads a size: a number, fractions allowed, and a unit in any case. Units are B, KB, MB, GB, TB
 * (powers of 1000) and KiB, MiB, GiB, TiB (powers of 1024). Without a unit it counts bytes.
 *
 * @param text the size as written
 * @returns whole bytes, rounded down, or undefined if it is no size
 */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, BYTES_OF);
}

/**
 * Writes a size as people would have written it: in the largest binary unit that gives it exactly, with
 * at most one decimal, or in a decimal one where that is shorter. If none does, writes plain bytes.
 *
 * @param bytes a whole number of bytes
 * @returns text that parseSize() reads as the same number
 */
export function formatSize(bytes: number): string {
  const binary = exactSize(bytes, BINARY_WRITTEN);
  const decimal = exactSize(bytes, DECIMAL_WRITTEN);
  if (binary === undefined || decimal === undefined) return binary ?? decimal ?? `${bytes}B`;
  return parseFloat(decimal).toString().length < parseFloat(binary).toString().length
    ? decimal
    : binary;
}

function exactSize(bytes: number, units: readonly [string, number][]): string | undefined {
  for (const [unit, unitBytes] of units) {
    if (bytes < unitBytes) continue;
    const text = `${Math.round(bytes / unitBytes * 10) / 10}${unit}`;
    if (parseSize(text) === bytes) return text;
  }
  return undefined;
}

/**
 * Reads a duration: a number, fractions allowed, and one of ms, s, m, h, d. The unit is required,
 * since a bare number means seconds to some and milliseconds to others; only 0 needs none.
 *
 * @param text the duration as written
 * @returns whole milliseconds, rounded down, or undefined if it is no duration
 */
export function parseDuration(text: string): number | undefined {
  return text === "0" ? 0 : parseQuantity(text, MILLISECONDS_OF);
}

/**
 * Writes a duration in the largest unit that gives it exactly.
 *
 * @param milliseconds a whole number of milliseconds
 * @returns text that parseDuration() reads as the same number
 */
export function formatDuration(milliseconds: number): string {
  for (const [unit, unitMs] of DURATIONS_WRITTEN) {
    if (milliseconds > 0 && milliseconds % unitMs === 0) return `${milliseconds / unitMs}${unit}`;
  }
  return `${milliseconds}ms`;
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = QUANTITY.exec(text);
  if (match === null || text.length > MAX_CHARACTERS) return undefined;
  const [, whole = "", fraction = "", unitName = ""] = match;
  const unit = units.get(unitName.toLowerCase());
  if (unit === undefined) return undefined;
  // In integers, since 1.005 * 1000 is 1004.9 in binary floating point.
  const value = Number(BigInt(whole + fraction) * BigInt(unit) / 10n ** BigInt(fraction.length));
  return Number.isSafeInteger(value) ? value : undefined;
}
