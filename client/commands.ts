/**
 * The one table of commands: the name, arguments and purpose of each. Parsing, help and completions
 * derive from it. A command exists when it has a row here. Its function is in another file.
 *
 * @module
 */

import {
  ACCESS,
  BENCH,
  type ClientOption,
  DATA_DIR,
  HELP,
  SNAPSHOT_TIMEOUT,
  TTL,
} from "./options.ts";
import { observeCommands, type ObserveName } from "./observe/observe_commands.ts";

/** The names of the commands. */
export type CommandName =
  | "serve"
  | "get"
  | "put"
  | "del"
  | "incr"
  | "ttl"
  | "keys"
  | "flush"
  | "stats"
  | "ping"
  | "health"
  | "check"
  | "snapshot"
  | "export"
  | "import"
  | "bench"
  | ObserveName
  | "version"
  | "completions"
  | "help";

/** An argument of a command without a flag. */
export interface Operand {
  readonly name: string;
  readonly isOptional?: boolean;
  /** The words that it may be. */
  readonly words?: readonly string[];
  /** It is the path of a file. */
  readonly complete?: "file";
}

/** One row of the table. */
export interface ClientCommand {
  readonly name: CommandName;
  /** Another name of the same command. */
  readonly alias?: string;
  readonly operands: readonly Operand[];
  readonly options: readonly ClientOption<unknown>[];
  /** One sentence without a final period. */
  readonly summary: string;
  /** More lines for its own help. */
  readonly details: readonly string[];
}

/** The shells that have completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

const ACCESS_OPTIONS = [ACCESS.url, ACCESS.token, ACCESS.ca, ACCESS.timeout, ACCESS.json, HELP];
const COMMAND_NAMES: readonly string[] = [
  "serve",
  "get",
  "put",
  "set",
  "del",
  "delete",
  "incr",
  "ttl",
  "keys",
  "flush",
  "stats",
  "ping",
  "health",
  "check",
  "snapshot",
  "export",
  "import",
  "bench",
  "top",
  "hot",
  "big",
  "slow",
  "latency",
  "diagnose",
  "version",
  "completions",
  "help",
];
const KEY: Operand = { name: "KEY" };
const FILE: Operand = { name: "FILE", complete: "file" };

/** The table, in the order of help. */
export const COMMANDS: Readonly<Record<CommandName, ClientCommand>> = {
  serve: {
    name: "serve",
    operands: [],
    options: [],
    summary: "Start the server; so do options without a command",
    details: [],
  },
  get: {
    name: "get",
    operands: [KEY],
    options: ACCESS_OPTIONS,
    summary: "Print the value of a key, byte for byte",
    details: [
      "A newline follows on a terminal only. Exit code 1 when the key is not there. With --json a",
      'value that is not UTF-8 comes as "base64" instead of "value".',
    ],
  },
  put: {
    name: "put",
    alias: "set",
    operands: [KEY, { name: "VALUE" }],
    options: [TTL, ...ACCESS_OPTIONS],
    summary: "Store a value; set is the same",
    details: ['The value "-" is read from stdin, byte for byte. After "--" nothing is an option.'],
  },
  del: {
    name: "del",
    alias: "delete",
    operands: [KEY],
    options: ACCESS_OPTIONS,
    summary: "Delete a key; delete is the same",
    details: ["Exit code 1 when the key is not there."],
  },
  incr: {
    name: "incr",
    operands: [KEY, { name: "BY", isOptional: true }],
    options: ACCESS_OPTIONS,
    summary: "Add to an integer, 1 unless BY says more or less, and print the sum",
    details: ["A key that is not there counts as 0."],
  },
  ttl: {
    name: "ttl",
    operands: [KEY],
    options: ACCESS_OPTIONS,
    summary: "Print the seconds that a key has left, or never",
    details: ["Exit code 1 when the key is not there."],
  },
  keys: {
    name: "keys",
    operands: [{ name: "PATTERN", isOptional: true }],
    options: ACCESS_OPTIONS,
    summary: "Print all keys, or those that match, one per line",
    details: [
      "A pattern such as 'user:*', quoted for the shell: * ? [abc] and \\ before one of them. Keys that come",
      "or go meanwhile may be missed or printed twice. With --json an object for each key, in",
      '"base64" where it is not UTF-8.',
    ],
  },
  flush: {
    name: "flush",
    operands: [],
    options: ACCESS_OPTIONS,
    summary: "Delete everything, in all databases",
    details: [],
  },
  stats: {
    name: "stats",
    operands: [],
    options: ACCESS_OPTIONS,
    summary: "Print the server's counters and sizes, one per line",
    details: ["With --json as the server sends them."],
  },
  ping: {
    name: "ping",
    operands: [],
    options: ACCESS_OPTIONS,
    summary: "See whether a server answers, which version, and how fast",
    details: [],
  },
  health: {
    name: "health",
    operands: [],
    options: ACCESS_OPTIONS,
    summary: "Exit with 0 if the server is healthy, else with 2",
    details: ["Made for the health checks of containers; needs no token."],
  },
  check: {
    name: "check",
    operands: [{ name: "DIR" }],
    options: [ACCESS.json, HELP],
    summary: "Verify every byte of a data dir, and print a line for each of its files",
    details: [
      "Asks no server and changes nothing; while a server uses the data dir, its last log may look torn.",
      "Exit code 1 when something is damaged or missing.",
    ],
  },
  snapshot: {
    name: "snapshot",
    operands: [],
    options: [ACCESS.url, ACCESS.token, ACCESS.ca, SNAPSHOT_TIMEOUT, ACCESS.json, HELP],
    summary: "Have the server save everything to its --data-dir, and wait for it",
    details: ["The server must have a token, or have been started with --admin."],
  },
  export: {
    name: "export",
    operands: [FILE],
    options: [DATA_DIR, ...ACCESS_OPTIONS],
    summary: "Write all items to a file as commands that slabkv import and redis-cli --pipe take",
    details: [
      'The file "-" is stdout. The file appears when it is whole: until then it is FILE.tmp. The server',
      "needs --admin or --token. --timeout is for each piece of the answer. Exit code 1 when a data dir had",
      "a torn end, which was left out.",
    ],
  },
  import: {
    name: "import",
    operands: [FILE],
    options: ACCESS_OPTIONS,
    summary: "Store what is in a file: an export, or data of Redis as commands, AOF or dump.rdb",
    details: [
      'The file "-" is stdin; a folder is the appendonlydir of Redis 7. Commands run in the order of the',
      "file. Those that change nothing here are left out, and so is what slabkv has no type for. A summary",
      "counts them. The server needs --admin or --token. What it cannot take at once is sent again. Exit",
      "code 1 when something was left out that has not expired.",
    ],
  },
  bench: {
    name: "bench",
    operands: [],
    options: [...Object.values(BENCH), ...ACCESS_OPTIONS],
    summary: "Put a server under load and measure it, every answer checked",
    details: [
      "Writes to the server: keys that begin with bench-, deleted in the end unless --keep is given.",
      "Ctrl-C ends the load early: results and clean-up follow; a second one ends at once.",
      "Exit code 1 when an answer was wrong or an error.",
    ],
  },
  ...observeCommands([ACCESS.url, ACCESS.token, ACCESS.ca, ACCESS.timeout, HELP], ACCESS_OPTIONS),
  version: {
    name: "version",
    operands: [],
    options: [HELP],
    summary: "Print the version of this program; ping asks the server for its own",
    details: [],
  },
  completions: {
    name: "completions",
    operands: [{ name: "SHELL", words: SHELLS }],
    options: [HELP],
    summary: "Print the completions for a shell",
    details: [
      "bash: slabkv completions bash > ~/.local/share/bash-completion/completions/slabkv",
      'zsh:  slabkv completions zsh > "${fpath[1]}/_slabkv"',
      "fish: slabkv completions fish > ~/.config/fish/completions/slabkv.fish",
    ],
  },
  help: {
    name: "help",
    operands: [{ name: "COMMAND", isOptional: true, words: COMMAND_NAMES }],
    options: [HELP],
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
  return Object.values(COMMANDS).find(({ name: own, alias }) => name === own || name === alias);
}
