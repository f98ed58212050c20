/**
 * Writes the log's events and their fields, and the rules of diagnoses, in docs/operate.md from the tables of the code.
 * With --check it only says whether the page has to change. The rest of the page is written by hand.
 *
 * @module
 */

import { EVENT_FIELDS, EVENTS } from "../server/contract/log/events.ts";
import { RULES } from "../server/observe/diagnosis/diagnose.ts";
import { withPart, writePage } from "./made_page.ts";

/** A row of the events, as far as the page shows it. */
export interface DocumentedEvent {
  readonly level: string;
  readonly meaning: string;
  readonly fields: readonly string[];
}

const TASK = "operate:docs";
const MAX_LINE = 96;

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

/** The rules with when they speak, as Markdown. */
export function ruleList(
  rules: readonly { readonly name: string; readonly speaks: string }[],
): string {
  return rules.map(({ name, speaks }) => `- **\`${name}\`**: ${wrapped(speaks)}\n`).join("");
}

/** A sentence in lines that are not too long to read. */
function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + word.length >= MAX_LINE) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n  ");
}

/** The page as the tables of the code have it. */
export function withTables(page: string): string {
  const withEvents = withPart(page, "events", TASK, eventTables(EVENTS, EVENT_FIELDS));
  return withPart(withEvents, "rules", TASK, ruleList(RULES));
}

if (import.meta.main) await writePage("docs/operate.md", TASK, withTables);
