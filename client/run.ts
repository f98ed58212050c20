/**
 * Runs the command that a command line names. Decides first whether it is the client's at all, at
 * the cost of one comparison, since the server starts through here too.
 *
 * @module
 */

import { runBench } from "./bench/bench.ts";
import { type CommandName, COMMANDS } from "./commands.ts";
import { completionScript } from "./completions.ts";
import { type CommandContext, EXIT } from "./context.ts";
import { commandText, overviewText } from "./help.ts";
import { ClientError, type ClientPlatform, writeAll } from "./host.ts";
import { del, get, incr, put } from "./item_commands.ts";
import { parseCommand } from "./parse.ts";
import { health, ping, stats } from "./server_commands.ts";

type Handler = (context: CommandContext) => Promise<number>;

const HANDLERS: Readonly<Record<Exclude<CommandName, "serve">, Handler>> = {
  get,
  put,
  del,
  incr,
  stats,
  ping,
  health,
  bench: runBench,
  completions,
  help,
};

/**
 * Gives the server's part of a command line.
 *
 * @param args the command line, without the program
 * @returns its arguments; undefined if the command is the client's
 */
export function serverArguments(args: readonly string[]): string[] | undefined {
  const [first = "-", second, ...more] = args;
  if (first.startsWith("-")) return [...args];
  if (first === "serve") return args.slice(1);
  // The server knows its options, and the client does not.
  const isHelp = first === "help" && second === "serve" && more.length === 0;
  return isHelp ? ["--help"] : undefined;
}

/**
 * Runs a command of the client.
 *
 * @param args the command line, without the program
 * @param host what the process provides
 * @returns the exit code, or undefined if the arguments are the server's: see serverArguments()
 */
export async function runClient(
  args: readonly string[],
  host: ClientPlatform,
): Promise<number | undefined> {
  if (serverArguments(args) !== undefined) return undefined;
  try {
    return await run(args, host);
  } catch (error) {
    // Whoever read the output has seen enough.
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.error;
    const message = error instanceof ClientError ? error.message : `Unexpected error: ${error}`;
    await writeAll(host.stderr, `slabkv: ${message}\n`);
    return EXIT.error;
  }
}

async function run(args: readonly string[], host: ClientPlatform): Promise<number> {
  const parsed = parseCommand(args, host.env);
  if (parsed.kind === "error") throw new ClientError(parsed.message);
  if (parsed.kind === "help") {
    await writeAll(host.stdout, commandText(parsed.command));
    return EXIT.ok;
  }
  const { command, operands, values } = parsed;
  if (command.name === "serve") throw new Error("serve is the server's");
  return await HANDLERS[command.name]({ host, operands, values });
}

async function help({ host, operands }: CommandContext): Promise<number> {
  const [name] = operands;
  const text = name === undefined ? overviewText() : commandText(COMMANDS[name as CommandName]);
  await writeAll(host.stdout, text);
  return EXIT.ok;
}

async function completions({ host, operands }: CommandContext): Promise<number> {
  await writeAll(host.stdout, completionScript(operands[0]!, host.serverOptions()));
  return EXIT.ok;
}
