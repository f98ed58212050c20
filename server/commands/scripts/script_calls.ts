// The commands of the script at work: which of them may run, under the locks that are held. One that wants another
// shard gives the run up where nothing was written yet: it is done again with all shards locked. Knows no Lua.

import { FurtherLocks } from "../../../cache/mod.ts";
import { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { shownText } from "../argument_text.ts";
import { hashKeys } from "../execute.ts";
import { NO_ADMINISTRATION, refused } from "../failures.ts";
import { findCommand } from "../find.ts";
import { runHeld } from "../held_run.ts";
import { rememberArguments } from "../reads.ts";
import { ScriptCommands } from "./script_commands.ts";
import { ScriptEnd, type ScriptTime } from "./script_time.ts";

/** After this many bytes written a script writes no more: they are one record in the log. */
const MAX_WRITTEN_BYTES = 16 * 1024 * 1024;

/** Commands that change no key, which Redis refuses scripts that may only read all the same. */
const ALSO_WRITE: ReadonlySet<string> = new Set(["PFCOUNT", "PUBLISH", "SPUBLISH"]);

const UNKNOWN = refused("Unknown Redis command called from script");
const WRONG_COUNT = refused("Wrong number of args calling Redis command from script");
const NOT_ALLOWED = refused("This Redis command is not allowed from script");
const READ_ONLY = refused("Write commands are not allowed from read-only scripts.");
const NOT_HELD = refused(
  "Script attempted to access a non local key in a cluster node: it has written already, and that key was not named",
);
const TOO_MUCH = refused("script has written more than 16 MiB, and may write no more");

/** The refusal of a command that would wait, by the name that the script gives it. */
function mayNotWait(call: Args): Failure {
  return refused(`${shownText(call, 0)} command is not allowed with BLOCK option from scripts`);
}

/** Thrown through the machine: the script wants a shard that is not locked, and has written nothing. */
export class WantsMore extends Error {}

/** What a script is run with. */
export interface ScriptFrame {
  readonly context: CommandContext;
  /** Its own arguments, of which `keyCount` from `firstKey` on are keys. */
  readonly args: Args;
  readonly firstKey: number;
  readonly keyCount: number;
  readonly isReadOnly: boolean;
}

/** Runs the commands of the scripts of one worker. */
export class ScriptCalls {
  /** What a command has thrown: a bug, which must not be lost on its way through the machine. */
  bug: unknown = null;
  /** Whether the script has wanted a shard that it had not named, and that was not to be had. */
  hasMissed = false;
  readonly #commands: ScriptCommands;
  readonly #time: ScriptTime;
  readonly #further: FurtherLocks;
  readonly #args = new Args();
  #frame!: ScriptFrame;
  #nowMs = 0;
  #writtenBytes = 0;
  #isTracked = false;

  constructor(context: CommandContext, time: ScriptTime) {
    this.#commands = new ScriptCommands(context.commands);
    this.#time = time;
    this.#further = new FurtherLocks(context.cache);
  }

  /** A script begins, with the locks that its first commands need. */
  begin(frame: ScriptFrame): void {
    this.#frame = frame;
    this.#nowMs = frame.context.cache.now();
    this.#writtenBytes = 0;
    this.#isTracked = frame.context.session.tracking === null;
    this.bug = null;
    this.hasMissed = false;
  }

  /** Its locks were given back, and the log has what it has written. */
  release(): void {
    this.#further.release();
  }

  /** What it has changed may be half done. */
  poison(): void {
    this.#further.poison();
  }

  /** Carries out the command of `call`, its name first, whose answer is to be in this version of the protocol. */
  run(call: Args, reply: Reply, protocol: 2 | 3): void {
    const { bytes, starts, lengths, count } = call;
    const { context } = this.#frame;
    const command = findCommand(bytes, starts[0]!, lengths[0]!);
    if (command === null) return reply.fail(UNKNOWN);
    const args = this.#args;
    args.overPlaces(bytes, starts, lengths, 1, count);
    const problem = this.#problem(command, args);
    if (problem !== null) return reply.fail(problem);
    if (command.waiting?.mayWait?.(args) === true) return reply.fail(mayNotWait(call));
    context.enterDatabase(context.session.database);
    context.keyCount = hashKeys(context, command, args);
    if (!this.#holdsWanted(command)) return reply.fail(NOT_HELD);
    if (command.isWrite) this.#time.noteWrite();
    if (!this.#isTracked && command.flags.includes("read")) this.#track();
    this.#carryOut(command, args, reply, protocol);
  }

  #carryOut(command: Command, args: Args, reply: Reply, protocol: 2 | 3): void {
    const { context, context: { session } } = this.#frame;
    const before = session.protocol;
    session.protocol = protocol;
    context.copiedBytes = 0;
    try {
      runHeld(context, command, args, reply, "lua");
    } catch (error) {
      this.bug = error;
      throw error;
    } finally {
      session.protocol = before;
    }
    if (command.isWrite) this.#writtenBytes += context.copiedBytes + bytesOf(args);
  }

  #problem(command: Command, args: Args): Failure | null {
    const { arity: [least, most], isWrite } = command;
    if (args.count < least || args.count > most) return WRONG_COUNT;
    // A command with subcommands says which are wrong, and which have too few or too many arguments.
    const problem = command.problem?.(args);
    if (problem != null) return problem.kind === "arity" ? WRONG_COUNT : UNKNOWN;
    if (this.#commands.isRefused(command, args)) return NOT_ALLOWED;
    const { session } = this.#frame.context;
    if (!session.mayAdminister && command.flags.includes("admin")) return NO_ADMINISTRATION;
    if (this.#frame.isReadOnly && (isWrite || ALSO_WRITE.has(command.name))) return READ_ONLY;
    if (!isWrite) return null;
    return this.#writtenBytes > MAX_WRITTEN_BYTES ? TOO_MUCH : null;
  }

  /** Whether all shards are held that a command wants; takes what is missing, or gives the run up. */
  #holdsWanted({ flags }: Command): boolean {
    const { context, context: { cache, hashes, keyCount } } = this.#frame;
    if (context.holdsAll) return true;
    const wantsAll = flags.includes("keyspace");
    for (let i = 0; i < keyCount && !wantsAll; i++) {
      const shard = cache.shardOf(hashes[i]!);
      const isHeld = this.#further.holds(shard);
      if (!isHeld && (!this.#time.hasWritten || !this.#further.tryHold(shard))) {
        return this.#miss();
      }
      // Time stands still for a script, whichever of its shards it asks.
      if (shard.memory.nowMs === 0) shard.memory.nowMs = this.#nowMs;
    }
    return wantsAll ? this.#miss() : true;
  }

  #miss(): false {
    this.hasMissed = true;
    if (!this.#time.hasWritten) throw new WantsMore("The script wants another shard");
    return false;
  }

  /** As in Redis, a client with tracking that runs a script has read all keys that it has named. */
  #track(): void {
    this.#isTracked = true;
    const { context, args, firstKey, keyCount } = this.#frame;
    rememberArguments(context, context.session.tracking!, args, firstKey, keyCount);
  }
}

function bytesOf({ count, lengths }: Args): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += lengths[i]!;
  return bytes;
}

/** Whether what the machine has thrown is no bug, but the end of a run. */
export function isEndOfRun(error: unknown): error is ScriptEnd | WantsMore {
  return error instanceof ScriptEnd || error instanceof WantsMore;
}
