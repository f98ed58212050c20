/**
 * Writes the table of counters and gauges in docs/api.md from server/contract/counters.ts. With
 * --check it only says whether the page has to change. The rest of the page is written by hand.
 *
 * @module
 */

import { COUNTERS, GAUGES } from "../server/contract/counters.ts";

const OPENING = "<!-- counters: made by deno task counters:docs -->\n";
const CLOSING = "<!-- /counters -->\n";
const HEAD = "| counter or gauge | what it is |\n| --- | --- |\n";

/** A row of either table, as far as the page shows it. */
export interface DocumentedRow {
  readonly name: string;
  readonly meaning: string;
  readonly isShown: boolean;
}

/** The table of those rows that /stats shows, as Markdown. */
export function counterTable(rows: readonly DocumentedRow[]): string {
  return HEAD + rows.filter(({ isShown }) => isShown).map(lineOf).join("");
}

function lineOf({ name, meaning }: DocumentedRow): string {
  // An abbreviation such as HTTP stays as it is.
  const first = /^[A-Z]{2}/.test(meaning) ? meaning[0]! : meaning[0]!.toLowerCase();
  return `| \`${name}\` | ${first}${meaning.slice(1, -1)} |\n`;
}

/** The page with the table between its marks. Throws Error where the marks are not there. */
export function withCounters(page: string, rows: readonly DocumentedRow[]): string {
  const from = page.indexOf(OPENING) + OPENING.length;
  const to = page.indexOf(CLOSING, from);
  if (from < OPENING.length || to < 0) throw new Error("Cannot find the marks around the counters");
  return page.slice(0, from) + counterTable(rows) + page.slice(to);
}

/** All rows in the order of the page. */
export const COUNTER_ROWS: readonly DocumentedRow[] = [...GAUGES, ...COUNTERS];

if (import.meta.main) {
  const path = new URL("../docs/api.md", import.meta.url);
  const before = await Deno.readTextFile(path);
  const page = withCounters(before, COUNTER_ROWS);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, page);
  } else if (page !== before) {
    console.error("docs/api.md is out of date: run deno task counters:docs");
    Deno.exit(1);
  }
}
