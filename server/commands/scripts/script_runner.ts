// Runs the scripts of one worker: finds or compiles them, locks what they ask for, and has the machine run them. The
// machine is loaded by the first script. Effects of one run are one record in the log, and others see all or nothing.

import { addCounter } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { ScriptCall, ScriptRuns } from "../../contract/commands/script_runs.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { Reply } from "../../contract/reply.ts";
import type { Script } from "../../contract/scripts/script_cache.ts";
import type { ScriptShare } from "../../contract/scripts/script_share.ts";
import { type LuaHost, LuaMachine } from "../../lua/machine.ts";
import { integerOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { busyFailure, NOT_INTEGER, refused } from "../failures.ts";
import { copyOfArguments } from "./kept_arguments.ts";
import { LuaScripts, type Prepared } from "./lua_scripts.ts";
import { showScript, tellKeyEvents } from "../notifications/onlookers.ts";
import { isEndOfRun, ScriptCalls, type ScriptFrame } from "./script_calls.ts";
import { luaHost } from "./lua_host.ts";
import { scriptCommand } from "./script_subcommands.ts";
import { ScriptEnd, ScriptTime } from "./script_time.ts";

/** The first two arguments are the script and the number of keys. Keys and other arguments follow. */
const FIRST_KEY = 2;
/** For so many bytes that it copies a script's millisecond counts in a transaction, which may copy 16 MiB. */
const BYTES_PER_MS = 16 * 1024;
/** How long the commands of one script may be at all keys. */
const MAX_WALK_MS = 500;

/** As Redis answers; clients look for it, and send EVAL then. */
const NO_SCRIPT = refused("No matching script. Please use EVAL.", "NOSCRIPT");
const TOO_MANY_KEYS = refused("Number of keys can't be greater than number of args");
const NEGATIVE_KEYS = refused("Number of keys can't be negative");
const WRITES = refused("Can not execute a script with write flag using *_ro command.");

/** What a run has come to. */
type Outcome = "done" | "stale" | "wantsMore" | "busy";

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
    isAgain = false,
  ): void | Promise<number | void> {
    if (!isAgain) showScript(context, args);
    const { cache, synced } = this.share;
    if (call.isBySha && args.lengths[0] !== 40) return reply.fail(NO_SCRIPT);
    const wanted = integerOf(args, 1);
    if (wanted === undefined) return reply.fail(NOT_INTEGER);
    const keyCount = Number(wanted);
    if (keyCount > args.count - FIRST_KEY) return reply.fail(TOO_MANY_KEYS);
    if (keyCount < 0) return reply.fail(NEGATIVE_KEYS);
    const script = call.isBySha ? cache.findSha(args, 0) : cache.findText(args, 0);
    if (call.isBySha && script === undefined && (synced === null || context.isAtomic)) {
      return reply.fail(NO_SCRIPT);
    }
    const isKnown = script !== undefined || !call.isBySha;
    if (!this.isReady || !isKnown) return this.#runLater(context, args, reply, call, isKnown);
    this.#runReady(context, args, reply, keyCount, script, call.isReadOnly);
  }

  /** Runs a script when the machine is loaded, and this worker knows what others know. */
  #runLater(
    context: CommandContext,
    args: Args,
    reply: Reply,
    call: ScriptCall,
    isKnown: boolean,
  ): void | Promise<number | void> {
    const kept = copyOfArguments(args);
    const { session } = context;
    return later(context, reply, async () => {
      if (!isKnown) await this.share.synced;
      if (!this.isReady) await this.prepare();
      const before = context.session;
      context.session = session;
      context.resume();
      try {
        await this.run(context, kept, reply, call, true);
        tellKeyEvents(context);
      } finally {
        context.session = before;
      }
    }, kept.bytes.length);
  }

  #runReady(
    context: CommandContext,
    args: Args,
    reply: Reply,
    keyCount: number,
    known: Script | undefined,
    isReadOnly: boolean,
  ): void {
    const prepared = this.scripts.prepare(known ?? args.copyOf(0));
    if ("message" in prepared) return reply.fail(prepared);
    if (known === undefined) this.share.tellSoon(prepared.script);
    const { shebang } = prepared;
    const mayWrite = !shebang.flags.includes("no-writes");
    if (shebang.isThere && mayWrite && isReadOnly) return reply.fail(WRITES);
    const frame: ScriptFrame = {
      context,
      args,
      firstKey: FIRST_KEY,
      keyCount,
      isReadOnly: isReadOnly || !mayWrite,
    };
    const calls = this.#calls ??= new ScriptCalls(context, this.#time);
    if (context.isAtomic) this.#runInside(frame, prepared, reply, calls);
    else this.#runAlone(frame, prepared, reply, calls);
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

  #runAlone(frame: ScriptFrame, prepared: Prepared, reply: Reply, calls: ScriptCalls): void {
    const { context, context: { session } } = frame;
    const { database, running } = session;
    const { script } = prepared;
    context.isAtomic = true;
    try {
      let holdsAll = script.needsAll === true;
      for (;;) {
        context.holdsAll = holdsAll;
        context.heldWalks.reset(MAX_WALK_MS);
        const outcome = this.#runLocked(frame, prepared, reply, calls);
        session.database = database;
        if (calls.hasMissed) script.needsAll = true;
        if (outcome === "busy") return reply.fail(busyFailure(context));
        if (outcome === "done") return;
        // It wants a shard that it had not named; or others exchange databases faster than keys are hashed.
        holdsAll = true;
      }
    } finally {
      context.isAtomic = false;
      context.holdsAll = false;
      session.database = database;
      session.running = running;
    }
  }

  #runLocked(
    frame: ScriptFrame,
    prepared: Prepared,
    reply: Reply,
    calls: ScriptCalls,
  ): Outcome {
    const { context } = frame;
    let outcome: Outcome = "busy";
    const work = {
      runLocked: () => {
        outcome = context.isStale && !context.holdsAll
          ? "stale"
          : this.#execute(frame, prepared, reply, calls);
      },
    };
    context.enterDatabase(context.session.database);
    if (!context.holdsAll) this.#noteShards(frame);
    try {
      if (context.holdsAll) this.#cache.withAllShards(work);
      else this.#cache.withNoted(work);
    } catch (error) {
      calls.poison();
      throw error;
    }
    calls.release();
    return outcome;
  }

  #noteShards({ context, args, firstKey, keyCount }: ScriptFrame): void {
    const { bytes, starts, lengths } = args;
    for (let key = firstKey; key < firstKey + keyCount; key++) {
      this.#cache.noteShard(
        this.#cache.hash(bytes, starts[key]!, lengths[key]!, context.database),
      );
    }
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
