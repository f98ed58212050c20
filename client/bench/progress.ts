/**
 * What the line of progress shows of a load: how much of it is done, how fast it goes, and what went
 * wrong. Draws nothing itself.
 *
 * @module
 */

import { progressBar } from "../progress_line.ts";

const MAX_BAR_COLUMNS = 40;
const BESIDE_BAR_COLUMNS = 44;

/** The facts that the line shows. */
export interface ProgressFacts {
  /** The share of the load that is done, from 0 to 1. */
  readonly share: number;
  readonly perSecond: number;
  readonly problems: number;
}

/**
 * Writes the line.
 *
 * @param facts the facts that it shows
 * @param columns the width of the terminal
 * @returns at most that many characters
 */
export function progressLine(
  { share, perSecond, problems }: ProgressFacts,
  columns: number,
): string {
  const width = Math.max(0, Math.min(MAX_BAR_COLUMNS, columns - BESIDE_BAR_COLUMNS));
  const text = `${progressBar(share, width)} ${perSecond.toLocaleString("en-US")} req/s` +
    (problems > 0 ? `, ${problems} problems` : "");
  return text.slice(0, Math.max(0, columns - 1));
}
