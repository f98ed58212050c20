/**
 * Runs the command that a command line names. That it is one of the client, server_arguments.ts has said,
 * so that the server starts without all of this.
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
import { big, diagnose, hot, latency, slow } from "./observe/reports.ts";
import { top } from "./observe/top.ts";
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
  top,
  hot,
  big,
  slow,
  latency,
  diagnose,
  version,
  completions,
  help,
};

/**
 * Runs a command of the client.
 *
 * @param args the command line, without the program
 * @param platform what the process provides
 * @returns the exit code
 */
export async function runClient(
  args: readonly string[],
  platform: ClientPlatform,
): Promise<number> {
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
