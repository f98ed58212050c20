/**
 * Writes the table of options into README.md, between its two markers; with --check it only says
 * whether that is due. The table itself comes from server/config_text.ts.
 *
 * @module
 */

import { configTableMarkdown } from "../server/config/text.ts";

const BEGIN = "<!-- config:begin -->";
const END = "<!-- config:end -->";

/**
 * Replaces what lies between the markers.
 *
 * @param readme the text of README.md
 * @param table the table
 * @returns the new text
 * @throws {Error} if the two markers are not there, in this order
 */
export function withTable(readme: string, table: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END, from);
  if (from === -1 || to === -1) {
    throw new Error(`Cannot write the table of options: README.md lacks ${BEGIN} or ${END}`);
  }
  return `${readme.slice(0, from)}${BEGIN}\n\n${table}\n${readme.slice(to)}`;
}

if (import.meta.main) {
  const path = new URL("../README.md", import.meta.url);
  const old = await Deno.readTextFile(path);
  const updated = withTable(old, configTableMarkdown());
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(path, updated);
  } else if (updated !== old) {
    console.error("The table of options in README.md is out of date: run deno task readme");
    Deno.exit(1);
  }
}
