// What a rule of a diagnosis is: a pure function of facts, and what people are told of it. Also how figures are
// written in sentences.

import { formatSize, KIB, MIB } from "../../config/units.ts";
import type { Finding } from "../facts/answers.ts";
import type { DiagnosisFacts } from "./diagnosis_facts.ts";

/** Fewer reads or items say nothing. */
export const FEW = 1000;

/** A row of the table of rules. */
export interface Rule {
  /** A stable name. */
  readonly name: string;
  /** From when on it speaks, and why from then on, in one sentence for docs/operate.md. */
  readonly speaks: string;
  /** What it finds, or null: nothing. */
  readonly find: (facts: DiagnosisFacts) => Omit<Finding, "rule"> | null;
}

/** The ratio of reads that found something; null where nothing was read. */
export function hitRatioOf({ grown: { hits, misses } }: DiagnosisFacts): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses);
}

/** "12.3 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "1,235". */
export function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** "1,235 a second", with one digit more where that is little. */
export function perSecond(number: number, { seconds }: DiagnosisFacts): string {
  const rate = number / seconds;
  return `${rate < 10 ? Number(rate.toFixed(1)) : count(rate)} a second`;
}

/** A size that is read well: whole MiB or KiB, or bytes. */
export function size(bytes: number): string {
  const unit = bytes >= 10 * MIB ? MIB : bytes >= 10 * KIB ? KIB : 1;
  return formatSize(Math.round(bytes / unit) * unit);
}

/** A number for programs: with as many digits as mean something. */
export function figure(number: number): number {
  return Number(number.toPrecision(4));
}

/** "90 s", "12 minutes". */
export function duration(seconds: number): string {
  return seconds < 120 ? `${count(seconds)} s` : `${count(seconds / 60)} minutes`;
}
