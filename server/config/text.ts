/**
 * Writes the table of options as text: for --help, for --print-config and for docs/options.md. Adds
 * no fact of its own, and never shows a secret.
 *
 * @module
 */

import type { Config } from "./config.ts";
import type { Limits } from "./limits.ts";
import type { Option } from "./option_kinds.ts";
import { ACTIONS, OPTION_ROWS, variableName } from "./options.ts";

const HELP_COLUMNS = 100;
const NAME_COLUMNS = 26;

/**
 * Writes the answer to --help.
 *
 * @param limits what the machine gives, for the defaults
 * @returns lines of at most 100 characters, with a newline at the end
 */
export function helpText(limits: Limits): string {
  const rows = OPTION_ROWS.map(({ option }) =>
    helpRow(signature(option), `${option.description} (${fallbackText(option, limits)})`)
  );
  const actionRows = ACTIONS.map(({ flag, letter, description }) =>
    helpRow(letter ? `--${flag}, -${letter}` : `--${flag}`, description)
  );
  return [
    "slabkv, a cache server with a fixed amount of memory",
    "",
    "Usage: slabkv [serve] [options]",
    "",
    "Runs the server. `slabkv help` lists the commands that talk to one.",
    "",
    ...rows,
    ...actionRows,
    "",
    "Each option has a variable: --max-key is SLABKV_MAX_KEY. Options win over variables.",
    "Sizes are 4096, 64KB or 1.5MiB; durations 500ms, 30s or 1m; lists are separated by commas.",
    "",
  ].join("\n");
}

/**
 * Writes the answer to --print-config.
 *
 * @param config the configuration in effect
 * @param sourceOf tells where a value was given: "--port", "SLABKV_PORT" or undefined
 * @returns a line per option: its name, value and source
 */
export function configText(
  config: Config,
  sourceOf: (field: keyof Config) => string | undefined,
): string {
  const rows = OPTION_ROWS.map(({ field, option }) => [
    `--${option.flag}`,
    shownValue(option, config[field]),
    sourceOf(field) ?? "default",
  ]);
  return alignColumns(rows, "  ").map((line) => `${line.trimEnd()}\n`).join("");
}

/**
 * Writes the list of options for docs/options.md: a table of them would have lines too long to read.
 *
 * @returns Markdown, two lines an option, with a newline at the end
 */
export function optionsMarkdown(): string {
  return OPTION_ROWS.map(({ option }) => {
    const alias = option.alias ? ` or \`--${option.alias}\`` : "";
    const fallback = option.fallbackText ?? codeOrNothing(option);
    return `- **\`${signature(option)}\`**${alias}: ${option.description}.\n` +
      `  \`${variableName(option.flag)}\`, default ${fallback}, accepts ${option.kind.bounds}\n`;
  }).join("");
}

function signature({ flag, kind }: Option<unknown>): string {
  return kind.placeholder === "" ? `--${flag}` : `--${flag} ${kind.placeholder}`;
}

function fallbackText(option: Option<unknown>, limits: Limits): string {
  const value = shownValue(option, option.fallback(limits));
  return option.fallbackText ? `${value}: ${option.fallbackText}` : value;
}

// Only the default of the memory depends on the machine, and it is given in words.
function codeOrNothing(option: Option<unknown>): string {
  const value = option.kind.format(option.fallback({ totalMemoryBytes: 0, cpus: 1 }));
  return value === "" ? "none" : `\`${value}\``;
}

function shownValue({ kind }: Option<unknown>, value: unknown): string {
  const text = kind.format(value);
  if (text === "") return "none";
  return kind.secret ? "(set)" : text;
}

function helpRow(name: string, text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines[lines.length - 1]} ${word}`.trimStart();
    if (NAME_COLUMNS + 2 + line.length > HELP_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  const indent = " ".repeat(NAME_COLUMNS + 2);
  const gap = name.length < NAME_COLUMNS ? name.padEnd(NAME_COLUMNS) : `${name}\n${indent}`;
  return `  ${gap}${lines.join(`\n${indent}`)}`;
}

function alignColumns(rows: readonly (readonly string[])[], separator: string): string[] {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index]!)).join(separator));
}
