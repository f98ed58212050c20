/**
 * Counts what an import has taken in and what it has left out, and why. Writes that for people, and as
 * JSON. Knows no format and no server.
 *
 * @module
 */

import { amount, grouped } from "./amounts.ts";
import { EXPIRED, type LeftOut } from "./rdb_reader.ts";

/** Refused items that are named. */
const MAX_NAMED = 10;
/** Reasons that are told apart. */
const MAX_REASONS = 100;

/** Something that was refused, for people. */
interface Refused {
  readonly key: string;
  readonly why: string;
}

/** What has become of an import so far. */
export class Tally implements LeftOut {
  /** Items, or commands that were carried out. */
  taken = 0;
  /** What was refused, and the first of them. */
  refusedCount = 0;
  readonly named: Refused[] = [];
  /** How many were left out, by reason. */
  readonly reasons: Map<string, number> = new Map();
  /** What else was left out, as sentences. */
  readonly notes: string[] = [];
  /** Items that the server has evicted meanwhile, which may be among those that were taken in. */
  evicted = 0;

  leftOut(reason: string, count = 1): void {
    const isKnown = this.reasons.has(reason) || this.reasons.size < MAX_REASONS;
    const shown = isKnown ? reason : "of other kinds";
    this.reasons.set(shown, (this.reasons.get(shown) ?? 0) + count);
  }

  refused(key: string, why: string, count = 1): void {
    this.refusedCount += count;
    if (this.named.length < MAX_NAMED) this.named.push({ key, why });
  }

  /** Counts what was refused of which only the number is known. */
  alsoRefused(count: number): void {
    this.refusedCount += count;
  }

  /** Whether the server could not write to its disk what it had carried out. */
  notDurable = false;

  /** Whether all that could be of use was taken: what has expired is of none. */
  get isComplete(): boolean {
    const others = [...this.reasons.keys()].filter((reason) => reason !== EXPIRED);
    const isSafe = this.notes.length === 0 && !this.notDurable;
    return others.length === 0 && this.refusedCount === 0 && isSafe;
  }

  /** Lines for people. */
  text(seconds: number): string {
    const rate = grouped(this.taken / Math.max(seconds, 0.001));
    const lines = [
      `Took in ${amount(this.taken, "command")} in ${seconds.toFixed(1)} s (${rate}/s)`,
    ];
    const reasons = [...this.reasons].sort(([, a], [, b]) => b - a);
    for (const [reason, count] of reasons) lines.push(`Left out ${grouped(count)}: ${reason}`);
    if (this.refusedCount > 0) {
      lines.push(`Refused ${grouped(this.refusedCount)}, the first of them:`);
    }
    for (const { key, why } of this.named) lines.push(`  ${JSON.stringify(key)}: ${why}`);
    if (this.notDurable) {
      lines.push("The server could not write some of it to its disk: see its log");
    }
    if (this.evicted > 0) {
      lines.push(
        `The server evicted ${amount(this.evicted, "item")} meanwhile: its --memory is too small`,
      );
    }
    return [...lines, ...this.notes].map((line) => `${line}\n`).join("");
  }

  /** The same as one JSON object. */
  json(seconds: number): string {
    return JSON.stringify({
      taken: this.taken,
      leftOut: Object.fromEntries(this.reasons),
      refused: this.refusedCount,
      firstRefused: this.named,
      notes: this.notes,
      evicted: this.evicted,
      isDurable: !this.notDurable,
      seconds: Math.round(seconds * 1000) / 1000,
    });
  }
}
