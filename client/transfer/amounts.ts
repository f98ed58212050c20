/**
 * Numbers as people read them: with commas, and with the thing that is counted, of which there may be one.
 * For what the commands print; JSON has plain numbers.
 *
 * @module
 */

/** A count with commas, such as `1,203,712`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** A count of things, such as `1 item` or `2,000 items`. */
export function amount(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? "" : "s"}`;
}
