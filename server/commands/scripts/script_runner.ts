// Runs the scripts of one worker: finds or compiles them, locks what they ask for, and has the machine run them. The
// machine is loaded by the first script. Effects of one run are one record in the log, and others see all or nothing.

import { addCounter } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { ScriptCall, ScriptRuns } from "../../contract/commands/script_runs.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import type { Script } from "../../contract/scripts/script_cache.ts";
import type { ScriptShare } from "../../contract/scripts/script_share.ts";
import { type LuaHost, LuaMachine } from "../../lua/machine.ts";
import { nextTurn } from "../../contract/time_slices.ts";
import { integerOf } from "../argument_text.ts";
import { attemptLater } from "../deferred_answer.ts";
import { NOT_INTEGER, refused } from "../failures.ts";
import { copyOfArguments } from "./kept_arguments.ts";
import { LuaScripts, type Prepared } from "./lua_scripts.ts";
import { showScript } from "../notifications/onlookers.ts";
import { isEndOfRun, ScriptCalls, type ScriptFrame } from "./script_calls.ts";
import { luaHost } from "./lua_host.ts";
import { type Outcome, runWithLocks } from "./script_locks.ts";
import { scriptCommand } from "./script_subcommands.ts";
import { ScriptEnd, ScriptTime } from "./script_time.ts";

/** The first two arguments are the script and the number of keys. Keys and other arguments follow. */
const FIRST_KEY = 2;
/** Hexadecimal digits of a SHA-1. */
const SHA_LENGTH = 40;
/** For so many bytes that it copies a script's millisecond counts in a transaction, which may copy 16 MiB. */
const BYTES_PER_MS = 16 * 1024;

/** As Redis answers; clients look for it, and send EVAL then. */
const NO_SCRIPT = refused("No matching script. Please use EVAL.", "NOSCRIPT");
const TOO_MANY_KEYS = refused("Number of keys can't be greater than number of args");
const NEGATIVE_KEYS = refused("Number of keys can't be negative");
const WRITES = refused("Can not execute a script with write flag using *_ro command.");

/** The scripts of one worker. */
export class ScriptRunner implements ScriptRuns<CommandContext> {
  /** The scripts that it knows, and how others hear of them. */
  readonly share: ScriptShare;
  readonly #cache: ServerCache;
  readonly #time: ScriptTime;
  #scripts: LuaScripts | null = null;
  #calls: ScriptCalls | null = null;
  #loading: Promise<void> | null = null;
  #memoryBytes = 0;
  readonly #log: (level: number, text: string) => void;

  /** A script that writes nothing may run for `maxMs`. `log` writes down what scripts have for people. */
  constructor(
    cache: ServerCache,
    share: ScriptShare,
    maxMs: number,
    log: (level: number, text: string) => void,
  ) {
    this.#cache = cache;
    this.share = share;
    this.#log = log;
    const evicted = cache.region.counterWord(cache.actor, "scriptsEvicted");
    share.cache.onEvict = () => addCounter(cache.region.words, evicted, 1);
    this.#time = new ScriptTime(cache.region, cache.actor, maxMs);
  }

  get isReady(): boolean {
    return this.#scripts !== null;
  }

  prepare(): Promise<void> {
    return this.#loading ??= this.#load();
  }

  async #load(): Promise<void> {
    const host: LuaHost = luaHost(
      (args, reply, protocol) => this.#calls!.run(args, reply, protocol),
      () => this.#time.look(),
      this.#log,
    );
    try {
      this.#scripts = new LuaScripts(await LuaMachine.load(host), this.share.cache, this.#time);
    } finally {
      this.#loading = null;
    }
  }

  /** Scripts as the machine has them. Only once it is ready. */
  get scripts(): LuaScripts {
    return this.#scripts!;
  }

  command(context: CommandContext, args: Args, reply: Reply): void | Promise<number | void> {
    return scriptCommand(this, context, args, reply);
  }

  run(
    context: CommandContext,
    args: Args,
    reply: Reply,
    call: ScriptCall,
  ): void | Promise<number | void> {
    showScript(context, args);
    const outcome = this.#attempt(context, args, reply, call);
    if (outcome !== "done") return this.#runLater(context, args, reply, call, outcome === "busy");
  }

  /** Runs a script, or refuses it. "unready": there is nothing yet to run it, or this worker may not know it yet. */
  #attempt(
    context: CommandContext,
    args: Args,
    reply: Reply,
    call: ScriptCall,
  ): "done" | "busy" | "unready" {
    const { cache, synced } = this.share;
    const problem = argumentProblem(args, call);
    if (problem !== null) return refuse(reply, problem);
    const script = call.isBySha ? cache.findSha(args, 0) : cache.findText(args, 0);
    if (call.isBySha && script === undefined) {
      return synced === null || context.isAtomic ? refuse(reply, NO_SCRIPT) : "unready";
    }
    if (!this.isReady) return "unready";
    return this.#runReady(context, args, reply, script, call.isReadOnly);
  }

  /**
   * Runs a script when the machine is loaded, this worker knows what others know, and its shards can be locked: others
   * may have them in each turn of the event loop.
   */
  #runLater(
    context: CommandContext,
    args: Args,
    reply: Reply,
    call: ScriptCall,
    isBusy: boolean,
  ): void | Promise<number | void> {
    const kept = copyOfArguments(args);
    const prepare = async () => {
      if (isBusy) await nextTurn();
      await this.share.synced;
      if (!this.isReady) await this.prepare();
    };
    const attempt = () => this.#attempt(context, kept, reply, call) === "done";
    return attemptLater(context, reply, prepare, attempt, kept.bytes.length);
  }

  #runReady(
    context: CommandContext,
    args: Args,
    reply: Reply,
    known: Script | undefined,
    isReadOnly: boolean,
  ): "done" | "busy" {
    const prepared = this.scripts.prepare(known ?? args.copyOf(0));
    if ("message" in prepared) return refuse(reply, prepared);
    if (known === undefined) this.share.tellSoon(prepared.script);
    const { shebang } = prepared;
    const mayWrite = !shebang.flags.includes("no-writes");
    if (shebang.isThere && mayWrite && isReadOnly) return refuse(reply, WRITES);
    const frame: ScriptFrame = {
      context,
      args,
      firstKey: FIRST_KEY,
      keyCount: Number(integerOf(args, 1)),
      isReadOnly: isReadOnly || !mayWrite,
    };
    const calls = this.#calls ??= new ScriptCalls(context, this.#time);
    if (!context.isAtomic) {
      const execute = () => this.#execute(frame, prepared, reply, calls);
      return runWithLocks(frame, prepared.script, calls, execute);
    }
    this.#runInside(frame, prepared, reply, calls);
    return "done";
  }

  /** Runs a script of a transaction, which holds the locks of all shards. */
  #runInside(frame: ScriptFrame, prepared: Prepared, reply: Reply, calls: ScriptCalls): void {
    const { context, context: { session } } = frame;
    const { database, running } = session;
    const { copiedBytes } = context;
    this.#execute(frame, prepared, reply, calls);
    session.database = database;
    session.running = running;
    // Everybody waits for the transaction, which may be many scripts.
    context.copiedBytes = copiedBytes + this.#time.tookMs * BYTES_PER_MS;
  }

  /** Runs a script under the locks that are held. */
  #execute(
    frame: ScriptFrame,
    { script, compiled }: Prepared,
    reply: Reply,
    calls: ScriptCalls,
  ): Outcome {
    calls.begin(frame);
    this.#time.begin();
    try {
      this.scripts.machine.run(compiled, frame.args, frame.firstKey, frame.keyCount, reply);
    } catch (error) {
      if (calls.bug !== null) throw error;
      if (!isEndOfRun(error)) throw error;
      if (!(error instanceof ScriptEnd)) return "wantsMore";
      reply.fail(this.#endFailure(error, script));
    } finally {
      this.#time.end();
      this.#noteMemory();
    }
    // The machine takes some exceptions for its own.
    if (calls.bug !== null) throw calls.bug;
    return "done";
  }

  /** Shows how much memory the machine has: that changes seldom. */
  #noteMemory(): void {
    const bytes = this.scripts.machine.memoryBytes;
    if (bytes === this.#memoryBytes) return;
    this.#memoryBytes = bytes;
    const { region, actor } = this.#cache;
    Atomics.store(region.words, region.gaugeWord(actor, "luaKib"), Math.ceil(bytes / 1024));
  }

  #endFailure({ cause }: ScriptEnd, { sha }: Script) {
    const where = `script: ${sha}, on @user_script.`;
    const { region, actor } = this.#cache;
    addCounter(region.words, region.counterWord(actor, "scriptsEnded"), 1);
    if (cause === "killed") return refused(`Script killed by user with SCRIPT KILL... ${where}`);
    const { maxMs, hasWritten } = this.#time;
    return refused(
      `Script took longer than ${maxMs} ms and was ended (--script-time), ` +
        `${
          hasWritten ? "what it has written until then stays" : "it has written nothing"
        } ${where}`,
    );
  }
}

/** What is wrong with the arguments of EVAL or its kin, or null. */
function argumentProblem(args: Args, { isBySha }: ScriptCall): Failure | null {
  if (isBySha && args.lengths[0] !== SHA_LENGTH) return NO_SCRIPT;
  const keyCount = integerOf(args, 1);
  if (keyCount === undefined) return NOT_INTEGER;
  if (keyCount > args.count - FIRST_KEY) return TOO_MANY_KEYS;
  return keyCount < 0 ? NEGATIVE_KEYS : null;
}

function refuse(reply: Reply, failure: Failure): "done" {
  reply.fail(failure);
  return "done";
}
