/**
 * Writes the log's events and their fields, and the rules of diagnoses, in docs/operate.md from the tables of the code.
 * With --check it only says whether the page has to change. The rest of the page is written by hand.
 *
 * @module
 */

import { EVENT_FIELDS, EVENTS } from "../server/contract/log/events.ts";
import { RULES } from "../server/observe/diagnosis/diagnose.ts";

/** A row of the events, as far as the page shows it. */
export interface DocumentedEvent {
  readonly level: string;
  readonly meaning: string;
  readonly fields: readonly string[];
}

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

/** The page with `text` between the marks of `name`. Throws Error where these are not there. */
export function withPart(page: string, name: string, text: string): string {
  const opening = `<!-- ${name}: made by deno task operate:docs -->\n`;
  const from = page.indexOf(opening) + opening.length;
  const to = page.indexOf(`<!-- /${name} -->\n`, from);
  if (from < opening.length || to < 0) throw new Error(`Cannot find the marks around the ${name}`);
  return page.slice(0, from) + text + page.slice(to);
}

/** The page as the tables of the code have it. */
export function withTables(page: string): string {
  const events = eventTables(EVENTS, EVENT_FIELDS);
  return withPart(withPart(page, "events", events), "rules", ruleList(RULES));
}

if (import.meta.main) {
  const path = new URL("../docs/operate.md", import.meta.url);
  const before = await Deno.readTextFile(path);
  const page = withTables(before);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, page);
  } else if (page !== before) {
    console.error("docs/operate.md is out of date: run deno task operate:docs");
    Deno.exit(1);
  }
}
