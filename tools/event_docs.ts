/**
 * Writes the list of events and the table of their fields in docs/operate.md from server/contract/log/events.ts. With
 * --check it only says whether the page has to change. The rest of the page is written by hand.
 *
 * @module
 */

import { EVENT_FIELDS, EVENTS } from "../server/contract/log/events.ts";

/** A row of the events, as far as the page shows it. */
export interface DocumentedEvent {
  readonly level: string;
  readonly meaning: string;
  readonly fields: readonly string[];
}

const OPENING = "<!-- events: made by deno task events:docs -->\n";
const CLOSING = "<!-- /events -->\n";

/** The list of events and the table of fields, as Markdown. */
export function eventTables(
  events: Readonly<Record<string, DocumentedEvent>>,
  fields: Readonly<Record<string, string>>,
): string {
  const rows = Object.entries(events).map(([name, { level, meaning, fields }]) =>
    `- **\`${name}\`**, ${level}: ${meaning}${codes(fields)}\n`
  );
  const explained = Object.entries(fields).map(([name, meaning]) =>
    `| \`${name}\` | ${plain(meaning)} |\n`
  );
  return `${rows.join("")}\n| field | what it says |\n| --- | --- |\n${explained.join("")}`;
}

function codes(names: readonly string[]): string {
  return names.length === 0 ? "" : `\n  ${names.map((name) => `\`${name}\``).join(", ")}`;
}

/** A sentence as cells of tables have them: without its period. */
function plain(meaning: string): string {
  return meaning.slice(0, -1);
}

/** The page with the tables between their marks. Throws Error where these are not there. */
export function withEvents(page: string): string {
  const from = page.indexOf(OPENING) + OPENING.length;
  const to = page.indexOf(CLOSING, from);
  if (from < OPENING.length || to < 0) throw new Error("Cannot find the marks around the events");
  return page.slice(0, from) + eventTables(EVENTS, EVENT_FIELDS) + page.slice(to);
}

if (import.meta.main) {
  const path = new URL("../docs/operate.md", import.meta.url);
  const before = await Deno.readTextFile(path);
  const page = withEvents(before);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, page);
  } else if (page !== before) {
    console.error("docs/operate.md is out of date: run deno task events:docs");
    Deno.exit(1);
  }
}
