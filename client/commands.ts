/**
 * The one table of commands: what each is called, takes and is for. Parsing, help and completions
 * derive from it; a command exists when it has a row here. What it does stands elsewhere.
 *
 * @module
 */

import { access, bench, type ClientOption, help, ttl } from "./options.ts";

/** The names of the commands. */
export type CommandName =
  | "serve"
  | "get"
  | "put"
  | "del"
  | "incr"
  | "stats"
  | "ping"
  | "health"
  | "bench"
  | "completions"
  | "help";

/** What stands beside a command without a flag. */
export interface Operand {
  readonly name: string;
  readonly isOptional?: boolean;
  /** The words among which it must be. */
  readonly words?: readonly string[];
}

/** One row of the table. */
export interface ClientCommand {
  readonly name: CommandName;
  readonly operands: readonly Operand[];
  readonly options: readonly ClientOption<unknown>[];
  /** One sentence without a final period. */
  readonly summary: string;
  /** More lines for its own help. */
  readonly details: readonly string[];
}

/** The shells that have completions. */
export const shells = ["bash", "zsh", "fish"] as const;

const accessOptions = [access.url, access.token, access.ca, access.timeout, access.json, help];
const commandNames: readonly CommandName[] = [
  "serve",
  "get",
  "put",
  "del",
  "incr",
  "stats",
  "ping",
  "health",
  "bench",
  "completions",
  "help",
];
const key: Operand = { name: "KEY" };

/** The table, in the order of help. */
export const commands: Readonly<Record<CommandName, ClientCommand>> = {
  serve: {
    name: "serve",
    operands: [],
    options: [],
    summary: "Start the server; so do options without a command",
    details: [],
  },
  get: {
    name: "get",
    operands: [key],
    options: accessOptions,
    summary: "Print the value of a key, byte for byte",
    details: [
      "A newline follows on a terminal only. Exit code 1 when the key is not there. With --json a",
      'value that is not UTF-8 comes as "base64" instead of "value".',
    ],
  },
  put: {
    name: "put",
    operands: [key, { name: "VALUE" }],
    options: [ttl, ...accessOptions],
    summary: "Store a value",
    details: ['The value "-" is read from stdin, byte for byte. After "--" nothing is an option.'],
  },
  del: {
    name: "del",
    operands: [key],
    options: accessOptions,
    summary: "Delete a key",
    details: ["Exit code 1 when the key is not there."],
  },
  incr: {
    name: "incr",
    operands: [key, { name: "BY", isOptional: true }],
    options: accessOptions,
    summary: "Add to an integer, 1 unless BY says more or less, and print the sum",
    details: ["A key that is not there counts as 0."],
  },
  stats: {
    name: "stats",
    operands: [],
    options: accessOptions,
    summary: "Print the server's counters and sizes, one per line",
    details: ["With --json as the server sends them."],
  },
  ping: {
    name: "ping",
    operands: [],
    options: accessOptions,
    summary: "See whether a server answers, which version, and how fast",
    details: [],
  },
  health: {
    name: "health",
    operands: [],
    options: accessOptions,
    summary: "Exit with 0 if the server is healthy, else with 2",
    details: ["Made for the health checks of containers; needs no token."],
  },
  bench: {
    name: "bench",
    operands: [],
    options: [...Object.values(bench), ...accessOptions],
    summary: "Put a server under load and measure it, every answer checked",
    details: [
      "Writes to the server: keys that begin with bench-, deleted in the end unless --keep is given.",
      "Exit code 1 when an answer was wrong or an error.",
    ],
  },
  completions: {
    name: "completions",
    operands: [{ name: "SHELL", words: shells }],
    options: [help],
    summary: "Print the completions for a shell",
    details: [
      "bash: slabkv completions bash > ~/.local/share/bash-completion/completions/slabkv",
      'zsh:  slabkv completions zsh > "${fpath[1]}/_slabkv"',
      "fish: slabkv completions fish > ~/.config/fish/completions/slabkv.fish",
    ],
  },
  help: {
    name: "help",
    operands: [{ name: "COMMAND", isOptional: true, words: commandNames }],
    options: [help],
    summary: "Explain the commands, or one of them",
    details: [],
  },
};

/**
 * Finds a command.
 *
 * @param name what was given
 * @returns its row, or undefined if it has none
 */
export function findCommand(name: string): ClientCommand | undefined {
  return Object.values(commands).find((command) => command.name === name);
}
