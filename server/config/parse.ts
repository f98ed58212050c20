/**
 * Makes the command line and the environment into a checked configuration, or into one line that says
 * what to change. Pure: it reads no variable itself, prints nothing and never exits.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { Config } from "./config.ts";
import { findConflict } from "./rules.ts";
import { PERSISTENCE_OPTIONS } from "./persistence_options.ts";
import { configText, helpText } from "./text.ts";
import { nearestWord } from "./nearest_word.ts";
import { type Option, toggle } from "./option_kinds.ts";
import type { Limits } from "./limits.ts";
import { ACTIONS, OPTION_ROWS, variableName } from "./options.ts";

/** What the command line asks for. */
export type ParseResult =
  | { readonly kind: "run"; readonly config: Config }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | { readonly kind: "print"; readonly text: string }
  | { readonly kind: "error"; readonly message: string };

/** A value as it was given, and its source: "--port" or "SLABKV_PORT". */
interface Given {
  readonly text: string;
  readonly source: string;
}

type GivenByField = Map<keyof Config, Given>;
type Environment = Readonly<Record<string, string | undefined>>;

const SWITCH_KIND = toggle();
const ACTION_FLAGS = ACTIONS.map((action) => action.flag);
const FLAG_NAMES = OPTION_ROWS.flatMap(({ option }) => namesOf(option));
const SWITCH_FLAGS = OPTION_ROWS.map(({ option }) => option)
  .filter((option) => option.kind.placeholder === "")
  .map((option) => option.flag);
const VALUE_FLAGS = OPTION_ROWS.map(({ option }) => option.flag)
  .filter((flag) => !SWITCH_FLAGS.includes(flag));

/**
 * Reads the configuration. Flags win over variables, variables over defaults; an empty variable
 * counts as unset. Unknown options and variables are errors: a misspelt limit must not be ignored.
 *
 * @param args the command line, without the program
 * @param env all environment variables; only those that begin with SLABKV_ are looked at
 * @param limits what the machine gives this process
 * @returns what to do next; an error is one line without a final period
 */
export function parseConfig(
  args: readonly string[],
  env: Environment,
  limits: Limits,
): ParseResult {
  const problems: string[] = [];
  const given: GivenByField = new Map();
  readVariables(env, given, problems);
  const asked = readFlags(args, given, problems);
  if (asked.has("help")) return { kind: "help", text: helpText(limits) };
  if (asked.has("version")) return { kind: "version" };

  const config = build(given, limits, problems);
  const message = problems[0] ?? withoutDataDir(given) ?? findConflict(config, limits);
  if (message !== undefined) return { kind: "error", message };
  if (!asked.has("print-config")) return { kind: "run", config };
  return { kind: "print", text: configText(config, (field) => given.get(field)?.source) };
}

/** Puts the options of the command line into `given`, over the variables. Returns the actions. */
function readFlags(
  args: readonly string[],
  given: GivenByField,
  problems: string[],
): Set<string> {
  const mayBeSecret = given.has("token") || args.some((arg) => /^-+to?k|secret|pass/i.test(arg));
  // Who is used to npm writes "--" before what is for the program; deno task hands it on.
  const own = args[0] === "--" ? args.slice(1) : args;
  const parsed: Record<string, unknown> = parseArgs(withPlainSwitches(own, problems), {
    string: VALUE_FLAGS,
    boolean: [...SWITCH_FLAGS, ...ACTION_FLAGS],
    collect: [...VALUE_FLAGS, ...SWITCH_FLAGS],
    alias: aliases(),
    unknown: (arg, key) => {
      problems.push(key === undefined ? unexpectedArgument(arg, mayBeSecret) : unknownFlag(arg));
      return false;
    },
  });
  for (const rest of parsed._ as (string | number)[]) {
    problems.push(unexpectedArgument(rest, mayBeSecret));
  }
  for (const { field, option } of OPTION_ROWS) {
    const values = parsed[option.flag] as (string | boolean)[];
    if (values.length === 0) continue;
    const source = `--${option.flag}`;
    if (values.length > 1) problems.push(`Option ${source} is given twice: give it once`);
    // Put first: in `--port -1` the -1 would be reported as unknown.
    if (values[0] === "") {
      problems.unshift(`Option ${source} has no value: expected ${option.kind.expected}`);
    }
    given.set(field, { text: String(values[0]), source });
  }
  return new Set(ACTION_FLAGS.filter((flag) => parsed[flag] === true));
}

/** Writes the value of "--compress=0" as true or false, the only ones that parseArgs() knows. */
function withPlainSwitches(args: readonly string[], problems: string[]): string[] {
  return args.map((arg) => {
    const [, flag = "", text = ""] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    if (!SWITCH_FLAGS.includes(flag) && !ACTION_FLAGS.includes(flag)) return arg;
    const value = SWITCH_KIND.parse(text);
    if (value === undefined) {
      problems.push(`Cannot use --${flag} "${text}": expected ${SWITCH_KIND.expected}`);
    }
    return `--${flag}=${value ?? false}`;
  });
}

function aliases(): Record<string, string> {
  const letters = ACTIONS.flatMap(({ flag, letter }) => letter ? [[flag, letter]] : []);
  const others = OPTION_ROWS.flatMap(({ option }) =>
    option.alias ? [[option.flag, option.alias]] : []
  );
  return Object.fromEntries([...letters, ...others]);
}

/** The message goes to logs, so an argument that may be the token is not shown. */
function unexpectedArgument(arg: string | number, mayBeSecret: boolean): string {
  const shown = mayBeSecret ? "(not shown, since it may be the token)" : `"${arg}"`;
  return `Unexpected argument ${shown}: options begin with --, see --help`;
}

function unknownFlag(arg: string): string {
  const flag = arg.split("=", 1)[0]!;
  const nearest = nearestWord(flag.replace(/^-+/, ""), [...FLAG_NAMES, ...ACTION_FLAGS]);
  return `Unknown option ${flag}: ${nearest ? `did you mean --${nearest}? See` : "see"} --help`;
}

/** Puts the values of the variables into `given`. */
function readVariables(env: Environment, given: GivenByField, problems: string[]): void {
  const known = new Set(FLAG_NAMES.map(variableName));
  for (const { field, option } of OPTION_ROWS) {
    for (const source of namesOf(option).map(variableName)) {
      const text = env[source];
      if (text === undefined || text === "" || isServiceLink(source, text)) continue;
      const other = given.get(field)?.source;
      if (other !== undefined) problems.push(`Cannot use both ${other} and ${source}: unset one`);
      given.set(field, { text, source });
    }
  }
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("SLABKV_") || known.has(name) || OTHER_VARIABLES.has(name)) continue;
    if (text === undefined || isServiceLink(name, text)) continue;
    const nearest = nearestWord(name, [...known]);
    const advice = nearest ? `did you mean ${nearest}? See --help` : "unset it, or see --help";
    problems.push(`Unknown variable ${name}: ${advice}`);
  }
}

/** Variables of the test suite and of the client commands, which a server may inherit. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  "SLABKV_BIN",
  "SLABKV_SOAK",
  "SLABKV_URL",
  "SLABKV_CA",
]);

/**
 * Tells whether Kubernetes set the variable. Beside a service named "slabkv", it sets some in every
 * container: SLABKV_SERVICE_HOST, SLABKV_PORT=tcp://10.0.0.1:7171 and so on.
 */
function isServiceLink(name: string, text: string): boolean {
  return /^SLABKV_(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP)(_.+)?)$/.test(name) ||
    name === "SLABKV_PORT" && /^(tcp|udp):\/\//.test(text);
}

/** Refuses what asks for a folder where none is given: whoever set it counts on what it promises. */
function withoutDataDir(given: GivenByField): string | undefined {
  if (given.has("dataDir")) return undefined;
  for (const field of Object.keys(PERSISTENCE_OPTIONS) as (keyof Config)[]) {
    const source = given.get(field)?.source;
    if (source !== undefined) return `Cannot use ${source} alone: give --data-dir too`;
  }
  return undefined;
}

function build(given: GivenByField, limits: Limits, problems: string[]): Config {
  const config: Partial<Record<keyof Config, unknown>> = {};
  for (const { field, option } of OPTION_ROWS) {
    const value = given.get(field);
    config[field] = value === undefined
      ? option.fallback(limits)
      : read(option, value, problems) ?? option.fallback(limits);
  }
  return config as unknown as Config;
}

function read(option: Option<unknown>, { text, source }: Given, problems: string[]): unknown {
  const value = option.kind.parse(text);
  if (value === undefined) {
    const shown = option.kind.secret ? "" : ` "${text}"`;
    problems.push(`Cannot use ${source}${shown}: expected ${option.kind.expected}`);
  }
  return value;
}

function namesOf(option: Option<unknown>): string[] {
  return option.alias === undefined ? [option.flag] : [option.flag, option.alias];
}
