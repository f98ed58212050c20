// Which commands a script may run, by their numbers: not those that Redis flags noscript. Made once, from what COMMAND
// says of commands and their subcommands.

import type { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import { tokenOf } from "../argument_text.ts";
import { factsOf } from "../server/command_facts.ts";

/** What a command is to scripts. */
const Kind = { allowed: 0, refused: 1, bySubcommand: 2 } as const;

/** The commands of a table, as scripts may run them. */
export class ScriptCommands {
  readonly #kinds: Uint8Array;
  /** "NAME SUBCOMMAND" of each that is refused. */
  readonly #subcommands = new Set<string>();

  constructor(commands: readonly Command[]) {
    this.#kinds = new Uint8Array(commands.length);
    for (const command of commands) {
      const { flags, subcommands } = factsOf(command);
      if (flags.includes("noscript")) this.#kinds[command.id] = Kind.refused;
      for (const { name, flags } of subcommands) {
        if (!flags.includes("noscript")) continue;
        this.#kinds[command.id] = Kind.bySubcommand;
        this.#subcommands.add(name.toUpperCase());
      }
    }
  }

  /** Whether scripts may not run a command with these arguments. */
  isRefused({ id, name }: Command, args: Args): boolean {
    const kind = this.#kinds[id]!;
    if (kind === Kind.allowed) return false;
    return kind === Kind.refused || args.count > 0 &&
        this.#subcommands.has(`${name}|${tokenOf(args, 0)}`);
  }
}
