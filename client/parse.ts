/**
 * Makes a command line and the environment into a command with its operands and options, or into one
 * line that says what to change. Pure. Operands stay text: "007" and "1e3" are keys.
 *
 * @module
 */

import { nearestWord } from "../server/config/nearest_word.ts";
import { type ClientCommand, COMMANDS, findCommand, type Operand } from "./commands.ts";
import { type ClientOption, HELP } from "./options.ts";

/** What a command line asks for. */
export type ParsedCommand =
  | {
    readonly kind: "run";
    readonly command: ClientCommand;
    readonly operands: readonly string[];
    readonly values: OptionValues;
  }
  | { readonly kind: "help"; readonly command: ClientCommand }
  | { readonly kind: "error"; readonly message: string };

/** The values of a command's options. */
export class OptionValues {
  readonly #values = new Map<ClientOption<unknown>, unknown>();

  /** Gives the value of an option, or its default if it was not given. */
  get<T>(option: ClientOption<T>): T {
    return this.#values.has(option) ? this.#values.get(option) as T : option.fallback;
  }

  /** Whether an option was given. */
  has(option: ClientOption<unknown>): boolean {
    return this.#values.has(option);
  }

  /** Sets the value of an option. */
  set<T>(option: ClientOption<T>, value: T): void {
    this.#values.set(option, value);
  }
}

/**
 * Reads a command line. Options win over variables; an empty variable counts as unset.
 *
 * @param args the command line, which begins with the command's name
 * @param env gives the environment's variables
 * @returns what to do; an error is one line without a final period
 */
export function parseCommand(
  args: readonly string[],
  env: (name: string) => string | undefined,
): ParsedCommand {
  const name = args[0] ?? "";
  const command = findCommand(name);
  if (command === undefined) return { kind: "error", message: unknownCommand(name) };
  const values = new OptionValues();
  const operands: string[] = [];
  const message = readArguments(command, args.slice(1), operands, values);
  if (values.get(HELP)) return { kind: "help", command };
  const problem = message ?? checkOperands(command, operands) ??
    readVariables(command, env, values);
  if (problem !== undefined) return { kind: "error", message: problem };
  return { kind: "run", command, operands, values };
}

/** Puts the arguments of the command line into `operands` and `values`. Returns what is wrong. */
function readArguments(
  command: ClientCommand,
  args: readonly string[],
  operands: string[],
  values: OptionValues,
): string | undefined {
  let problem: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      operands.push(...args.slice(i + 1));
      break;
    }
    // "-" is stdin and "-5" a number. No option begins with a digit.
    if (!/^-[^\d]/.test(arg)) {
      operands.push(arg);
      continue;
    }
    const [, flag = "", inline] = /^--([^=]+)(?:=(.*))?$/s.exec(arg === "-h" ? "--help" : arg) ??
      [];
    const option = command.options.find((option) => option.flag === flag);
    if (option === undefined) {
      problem ??= unknownOption(command, arg);
      continue;
    }
    const isSwitch = option.placeholder === "";
    const text = inline ?? (isSwitch ? "true" : args[++i]);
    const wrong = readValue(option, `--${flag}`, text, values);
    problem ??= wrong;
  }
  return problem;
}

function readValue(
  option: ClientOption<unknown>,
  source: string,
  text: string | undefined,
  values: OptionValues,
): string | undefined {
  if (values.has(option)) return `Option ${source} is given twice: give it once`;
  if (text === undefined) return `Option ${source} has no value: expected ${option.expected}`;
  const value = option.parse(text);
  if (value === undefined) {
    const shown = option.isSecret ? "" : ` "${text}"`;
    return `Cannot use ${source}${shown}: expected ${option.expected}`;
  }
  values.set(option, value);
  return undefined;
}

function readVariables(
  command: ClientCommand,
  env: (name: string) => string | undefined,
  values: OptionValues,
): string | undefined {
  for (const option of command.options) {
    if (option.variable === undefined || values.has(option)) continue;
    const text = env(option.variable);
    if (text === undefined || text === "") continue;
    const problem = readValue(option, option.variable, text, values);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkOperands(command: ClientCommand, operands: readonly string[]): string | undefined {
  const see = `see slabkv help ${command.name}`;
  for (const [index, operand] of command.operands.entries()) {
    const text = operands[index];
    if (text === undefined) {
      if (operand.isOptional) break;
      return `Command ${command.name} lacks its ${operand.name}: ${see}`;
    }
    if (operand.words !== undefined && !operand.words.includes(text)) {
      return unknownWord(operand, text);
    }
  }
  const extra = operands[command.operands.length];
  return extra === undefined ? undefined : `Unexpected argument "${extra}": ${see}`;
}

function unknownWord({ name, words = [] }: Operand, text: string): string {
  const nearest = nearestWord(text, words);
  const expected = nearest === undefined
    ? `expected ${words.join(", ")}`
    : `did you mean ${nearest}?`;
  return `Unknown ${name.toLowerCase()} "${text}": ${expected}`;
}

function unknownCommand(name: string): string {
  const names = Object.values(COMMANDS).flatMap(({ name, alias }) =>
    alias ? [name, alias] : [name]
  );
  const nearest = nearestWord(name, names);
  return `Unknown command "${name}": ${
    nearest ? `did you mean ${nearest}? See` : "see"
  } slabkv help`;
}

function unknownOption(command: ClientCommand, arg: string): string {
  const flag = arg.split("=", 1)[0] ?? arg;
  const flags = command.options.map((option) => option.flag);
  const nearest = nearestWord(flag.replace(/^-+/, ""), flags);
  const advice = nearest ? `did you mean --${nearest}? See` : "see";
  return `Unknown option ${flag}: ${advice} slabkv help ${command.name}`;
}
