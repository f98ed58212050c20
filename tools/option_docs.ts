/**
 * Writes docs/options.md from the table of options. With --check it only says whether the page has to
 * change. The texts are in server/config/options.ts.
 *
 * @module
 */

import { optionsMarkdown } from "../server/config/text.ts";
import { writePage } from "./made_page.ts";

const HEAD = `# Options

The options of the server, made from the table of options by \`deno task options:docs\`. They go behind the
task or the executable, as in \`deno task start --memory 512MiB --port 8080\`, or in environment variables.
An option wins over its variable. Unknown options and unknown \`SLABKV_\` variables are errors.

- \`--help\` lists the options.
- \`--print-config\` shows what is in effect and where each value comes from.
- \`--version\` says which slabkv it is.

Sizes are written \`4096\`, \`64KB\` or \`1.5MiB\`; durations \`500ms\`, \`30s\` or \`1m\`; lists are separated by commas.
`;

/** The page, as Markdown. */
export function optionDocs(): string {
  return `${HEAD}\n${optionsMarkdown()}`;
}

if (import.meta.main) await writePage("docs/options.md", "options:docs", optionDocs);
