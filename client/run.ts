/**
 * Runs the command that a command line names. First decides whether it is a command of the client. This
 * costs one comparison, since the server starts through here too.
 *
 * @module
 */

import { runBench } from "./bench/bench.ts";
import { check } from "./check_command.ts";
import { type CommandName, findCommand } from "./commands.ts";
import { completionScript } from "./completions.ts";
import { type ClientContext, EXIT } from "./context.ts";
import { commandText, overviewText } from "./help.ts";
import { ClientError, type ClientPlatform, writeAll } from "./platform.ts";
import { del, get, incr, put } from "./item_commands.ts";
import { parseCommand } from "./parse.ts";
import { runExport } from "./transfer/export.ts";
import { runImport } from "./transfer/import.ts";
import { flush, keys, ttl } from "./rest_commands.ts";
import { health, ping, snapshot, stats } from "./server_commands.ts";
import { versionLine } from "../server/config/version.ts";

type Handler = (context: ClientContext) => Promise<number>;

const HANDLERS: Readonly<Record<Exclude<CommandName, "serve">, Handler>> = {
  get,
  put,
  del,
  incr,
  ttl,
  keys,
  flush,
  stats,
  ping,
  health,
  check,
  snapshot,
  export: runExport,
  import: runImport,
  bench: runBench,
  version,
  completions,
  help,
};

/**
 * Gives the server's arguments in a command line.
 *
 * @param args the command line, without the program
 * @returns its arguments; undefined if the command is the client's
 */
export function serverArguments(args: readonly string[]): string[] | undefined {
  const [first = "-", second, ...more] = args;
  if (first.startsWith("-")) return [...args];
  if (first === "serve") return args.slice(1);
  // Only the server can show its options.
  const isHelp = first === "help" && second === "serve" && more.length === 0;
  return isHelp ? ["--help"] : undefined;
}

/**
 * Runs a command of the client.
 *
 * @param args the command line, without the program
 * @param platform what the process provides
 * @returns the exit code, or undefined if the arguments are the server's: see serverArguments()
 */
export async function runClient(
  args: readonly string[],
  platform: ClientPlatform,
): Promise<number | undefined> {
  if (serverArguments(args) !== undefined) return undefined;
  try {
    return await run(args, platform);
  } catch (error) {
    // The reader of the output has closed it, as `head` does.
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.error;
    const message = error instanceof ClientError ? error.message : `Unexpected error: ${error}`;
    await writeAll(platform.stderr, `slabkv: ${message}\n`);
    return EXIT.error;
  }
}

async function run(args: readonly string[], platform: ClientPlatform): Promise<number> {
  const parsed = parseCommand(args, platform.env);
  if (parsed.kind === "error") throw new ClientError(parsed.message);
  if (parsed.kind === "help") {
    await writeAll(platform.stdout, commandText(parsed.command));
    return EXIT.ok;
  }
  const { command, operands, values } = parsed;
  if (command.name === "serve") throw new Error("serve is the server's");
  return await HANDLERS[command.name]({ platform, operands, values });
}

async function help({ platform, operands }: ClientContext): Promise<number> {
  const [name] = operands;
  const text = name === undefined ? overviewText() : commandText(findCommand(name)!);
  await writeAll(platform.stdout, text);
  return EXIT.ok;
}

async function version({ platform }: ClientContext): Promise<number> {
  await writeAll(platform.stdout, `${versionLine()}\n`);
  return EXIT.ok;
}

async function completions({ platform, operands }: ClientContext): Promise<number> {
  await writeAll(platform.stdout, completionScript(operands[0]!, platform.serverOptions()));
  return EXIT.ok;
}
