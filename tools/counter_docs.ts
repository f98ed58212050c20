/**
 * Writes the tables of counters and gauges, and of the facts of persistence, in docs/api.md from
 * server/contract/. With --check it only says whether the page has to change. The rest of the page is
 * written by hand.
 *
 * @module
 */

import { COUNTERS, GAUGES } from "../server/contract/counters.ts";
import { FACTS } from "../server/contract/persistence/persistence_facts.ts";
import { unitWords } from "../server/observe/metrics/names.ts";
import { withPart, writePage } from "./made_page.ts";

const TASK = "counters:docs";
const HEADS = { counters: "counter or gauge", persistence: "fact" } as const;
/** The tables of the page. */
export type TableName = keyof typeof HEADS;

/** A row of either table, as far as the page shows it. */
export interface DocumentedRow {
  readonly name: string;
  readonly meaning: string;
  readonly isShown: boolean;
  /** What it is counted in, where its name does not end in that. */
  readonly words?: string;
}

/** The table of those rows that /stats shows, as Markdown. */
export function counterTable(rows: readonly DocumentedRow[], name: TableName = "counters"): string {
  return `| ${HEADS[name]} | what it is |\n| --- | --- |\n` +
    rows.filter(({ isShown }) => isShown).map(lineOf).join("");
}

function lineOf({ name, meaning, words = unitWords(name) }: DocumentedRow): string {
  // An abbreviation such as HTTP stays as it is.
  const first = /^[A-Z]{2}/.test(meaning) ? meaning[0]! : meaning[0]!.toLowerCase();
  const text = first + meaning.slice(1, -1);
  const end = text.indexOf(";") < 0 ? text.length : text.indexOf(";");
  const unit = words === "" ? "" : `, in ${words}`;
  return `| \`${name}\` | ${text.slice(0, end)}${unit}${text.slice(end)} |\n`;
}

/** All rows in the order of the page. */
export const COUNTER_ROWS: readonly DocumentedRow[] = [...GAUGES, ...COUNTERS];

/** The page as the tables of the code have it. */
export function withTables(page: string): string {
  const withCounters = withPart(page, "counters", TASK, counterTable(COUNTER_ROWS));
  return withPart(withCounters, "persistence", TASK, counterTable(FACTS, "persistence"));
}

if (import.meta.main) await writePage("docs/api.md", TASK, withTables);
