/**
 * Writes docs/commands.md from the command table. With --check it only says whether the page has to
 * change. The texts are in the rows.ts of each group in server/commands/.
 *
 * @module
 */

import type { Command, CommandGroup } from "../server/contract/command.ts";
import { MAX_ARGUMENTS } from "../server/contract/command.ts";
import { COMMANDS } from "../server/commands/table.ts";
import { writePage } from "./made_page.ts";

const GROUPS: Readonly<Record<CommandGroup, string>> = {
  string: "Values",
  hash: "Hashes",
  list: "Lists",
  set: "Sets",
  "sorted-set": "Sorted sets",
  stream: "Streams",
  geo: "Places",
  bitmap: "Bits",
  hyperloglog: "HyperLogLog",
  bf: "Bloom filters",
  cms: "Count-Min sketches",
  generic: "Keys",
  pubsub: "Messages",
  transactions: "Transactions",
  connection: "Connections",
  server: "Server",
  scripting: "Scripts",
};

const HEAD = `# Commands

The commands of the Redis protocol and of the REST interface, made from the command table by
\`deno task commands:docs\`. Arguments are counted without the command's name. Answers, options and
texts of errors are those of Redis 7, of Redis 8 where a hash's fields have deadlines, and of RedisBloom; GETMETA,
MPUT and the option IFVERSION of SET are slabkv's own. docs/types.md has limits, and what differs.
`;

/** The page for these commands, as Markdown. */
export function commandDocs(commands: readonly Command[]): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const rows = commands.filter((command) => command.group === group).map(cellsOf);
    if (rows.length === 0) return "";
    return `\n## ${title}\n\n${table([["command", "arguments", "kind", "what it does"], ...rows])}`;
  });
  return HEAD + sections.join("");
}

function cellsOf({ name, arity: [min, max], flags, summary }: Command): string[] {
  const most = max === MAX_ARGUMENTS ? "or more" : `to ${max}`;
  const kinds = (["read", "write", "admin"] as const).filter((kind) => flags.includes(kind));
  const count = min === max ? String(min) : `${min} ${most}`;
  return [`\`${name}\``, count, kinds.join(", ") || "-", summary];
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map(lineOf);
  lines.splice(1, 0, lineOf(rows[0]!.map(() => "---")));
  return lines.join("");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

if (import.meta.main) {
  await writePage("docs/commands.md", "commands:docs", () => commandDocs(COMMANDS));
}
