/**
 * Writes completions for bash, zsh and fish from the tables of commands and options. The scripts call
 * no program when they run, so that a key press costs nothing.
 *
 * @module
 */

import { COMMANDS, type Operand, SHELLS } from "./commands.ts";
import type { ServerOption } from "./platform.ts";

/** A command, or the server without one, as a shell completes it. */
interface Line {
  readonly name: string;
  readonly summary: string;
  readonly operands: readonly Operand[];
  readonly options: readonly LineOption[];
}

interface LineOption extends ServerOption {
  readonly complete?: readonly string[] | "file" | undefined;
}

const SERVER_ACTIONS: readonly ServerOption[] = [
  { flag: "help", placeholder: "", description: "Show the options and exit" },
  { flag: "version", placeholder: "", description: "Show the version and exit" },
  { flag: "print-config", placeholder: "", description: "Show the configuration and exit" },
];

const WRITERS: Readonly<Record<typeof SHELLS[number], (lines: readonly Line[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * Writes the script for a shell.
 *
 * @param shell "bash", "zsh" or "fish"
 * @param serverOptions the options of `slabkv serve`
 * @returns a script for the shell to source, or "" for any other shell
 */
export function completionScript(shell: string, serverOptions: readonly ServerOption[]): string {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) return "";
  const ofServer = [...serverOptions.map(serverOption), ...SERVER_ACTIONS];
  const lines = Object.values(COMMANDS).map(({ name, summary, operands, options }): Line => {
    return { name, summary, operands, options: name === "serve" ? ofServer : options };
  });
  return WRITERS[known](lines);
}

// The placeholder of a server's option says what it takes: "FILE", or words such as "text|json".
function serverOption(option: ServerOption): LineOption {
  const { placeholder } = option;
  if (placeholder === "FILE" || placeholder === "PATH") return { ...option, complete: "file" };
  const words = placeholder.split("|").filter((word) => word !== "N");
  return placeholder.includes("|") ? { ...option, complete: words } : option;
}

function bashScript(lines: readonly Line[]): string {
  const values = uniqueByFlag(lines).filter(({ placeholder }) => placeholder !== "");
  const cases = values.map(({ flag, complete }) => {
    const reply = complete === undefined ? "" : ` $(${bashWords(complete)})`;
    return `    --${flag}) COMPREPLY=(${reply.trim()}); return ;;`;
  });
  const words = lines.map(({ name, operands, options }) => {
    const pattern = name === "serve" ? "serve | -*" : name;
    const found = [...operandWords(operands), ...options.map(({ flag }) => `--${flag}`)];
    // Files besides, where the command takes one.
    const files = operands.some(({ complete }) => complete === "file")
      ? ` COMPREPLY=($(compgen -W "$words" -f -- "$current")); return`
      : "";
    return `    ${pattern}) words="${found.join(" ")}"${files === "" ? "" : `;${files}`} ;;`;
  });
  return [
    "# bash completion for slabkv",
    "_slabkv() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}" words=""',
    '  case "$previous" in',
    ...cases,
    "  esac",
    '  if [[ $COMP_CWORD -eq 1 && "$current" != -* ]]; then',
    `    COMPREPLY=($(compgen -W "${lines.map(({ name }) => name).join(" ")}" -- "$current"))`,
    "    return",
    "  fi",
    '  case "${COMP_WORDS[1]}" in',
    ...words,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -F _slabkv slabkv",
    "",
  ].join("\n");
}

function bashWords(complete: readonly string[] | "file"): string {
  if (complete === "file") return 'compgen -f -- "$current"';
  return `compgen -W "${complete.join(" ")}" -- "$current"`;
}

function zshScript(lines: readonly Line[]): string {
  const described = lines.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = lines.flatMap(({ name, operands, options }) => [
    `    ${name === "serve" ? "serve | -*" : name})`,
    `      _arguments ${
      [...zshOperands(operands), ...options.map(zshOption)].join(" \\\n        ")
    } ;;`,
  ]);
  return [
    "#compdef slabkv",
    "_slabkv() {",
    "  local -a commands=(",
    ...described,
    "  )",
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe command commands",
    "    return",
    "  fi",
    "  local command=$words[2]",
    "  if [[ $command != -* ]]; then shift words; (( CURRENT-- )); fi",
    "  case $command in",
    ...cases,
    "  esac",
    "}",
    'if [[ $funcstack[1] == _slabkv ]]; then _slabkv "$@"; else compdef _slabkv slabkv; fi',
    "",
  ].join("\n");
}

function zshOption({ flag, placeholder, description, complete }: LineOption): string {
  const text = description.replaceAll(/[\\[\]:]/g, "\\$&");
  if (placeholder === "") return quoted(`--${flag}[${text}]`);
  const action = complete === "file" ? "_files" : zshWords(complete);
  return quoted(`--${flag}=[${text}]:${placeholder.replaceAll(":", "\\:")}:${action}`);
}

function zshOperands(operands: readonly Operand[]): string[] {
  return operands.map(({ name, isOptional, words, complete }, index) =>
    quoted(`${index + 1}:${isOptional ? ":" : ""}${name}:${zshWords(complete ?? words)}`)
  );
}

function zshWords(words: readonly string[] | "file" | undefined): string {
  if (words === "file") return "_files";
  return words === undefined ? " " : `(${words.join(" ")})`;
}

function fishScript(lines: readonly Line[]): string {
  const rows = lines.flatMap(({ name, summary, operands, options }) => [
    `complete -c slabkv -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
    ...operandWords(operands).map((word) => `${fishSeen(name)} -a ${word}`),
    ...operands.filter(({ complete }) => complete === "file").map(() => `${fishSeen(name)} -F`),
    ...options.map((option) => `${fishSeen(name)} ${fishOption(option)}`),
  ]);
  const bare = lines.filter(({ name }) => name === "serve").flatMap(({ options }) => options)
    .map((option) => `complete -c slabkv -n __fish_use_subcommand ${fishOption(option)}`);
  return ["# fish completion for slabkv", "complete -c slabkv -f", ...rows, ...bare, ""].join("\n");
}

function fishSeen(name: string): string {
  return `complete -c slabkv -n '__fish_seen_subcommand_from ${name}'`;
}

function fishOption({ flag, placeholder, description, complete }: LineOption): string {
  const value = placeholder === "" ? "" : complete === "file" ? " -r -F" : " -x";
  const words = Array.isArray(complete) ? ` -a ${fishQuoted(complete.join(" "))}` : "";
  return `-l ${flag}${value}${words} -d ${fishQuoted(description)}`;
}

function operandWords(operands: readonly Operand[]): string[] {
  return operands.flatMap(({ words }) => words ?? []);
}

function uniqueByFlag(lines: readonly Line[]): LineOption[] {
  return [...new Map(lines.flatMap(({ options }) => options).map((o) => [o.flag, o])).values()];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
