// Runs the commands of one POST /import, one after the other: those that change data, in the database
// that SELECT names. The others are counted by name. Stops where trying again helps, and says how far it
// has come, so that no command is lost or runs twice. Knows no request and composes no answer.

import { DATABASE_COUNT } from "../../../cache/mod.ts";
import { Excess } from "../../codecs/excess.ts";
import { Decoded, RespDecoder } from "../../codecs/resp_decode.ts";
import { shownText } from "../../commands/argument_text.ts";
import { isHeld } from "../../commands/connection/client_pause.ts";
import { Pause } from "../../commands/connection/pause.ts";
import { dispatch } from "../../commands/dispatch.ts";
import { OUT_OF_MEMORY, PAUSED } from "../../commands/failures.ts";
import { findCommand } from "../../commands/find.ts";
import { beginUntimed } from "../../commands/timing.ts";
import { type Config, keyByteLimit } from "../../config/config.ts";
import { Args } from "../../contract/args.ts";
import { type Command, type CommandContext, MAX_ARGUMENTS } from "../../contract/command.ts";
import { Pool } from "../../contract/pool.ts";
import type { Failure, FailureListener } from "../../contract/reply.ts";
import { Session } from "../../contract/session.ts";
import { ImportReply } from "./import_reply.ts";

/** A command that was refused, for people. */
export interface ImportError {
  /** Its place among the commands of the body, from 0. */
  readonly at: number;
  readonly command: string;
  /** Its first argument, cut short. */
  readonly key: string;
  readonly message: string;
}

const MIB = 1024 * 1024;
/** What a command takes beside its key and value: lengths, name, deadline. */
const COMMAND_BYTES = 1024;
/** A body takes no more than this part of the memory for bodies, unless it is one command. */
const BODY_SHARE = 1 / 4;
/** Most runners that are kept for the next bodies. */
const MAX_SPARE_RUNNERS = 2;
/** Most refused commands that an answer names, and names of commands or databases that it counts. */
const MAX_ERRORS = 10;
const MAX_NAMES = 100;
const MAX_SHOWN_CHARS = 64;
/** The codes of refusals after which the same command may succeed a little later. */
const PASSING: ReadonlySet<string> = new Set(["BUSY", "LOADING", "MISCONF", "OOM"]);

/** What runs the commands of a body. */
export class ImportRunner {
  /** How many commands are done, whatever became of them. */
  done = 0;
  /** How many were carried out, SELECT not counted. */
  stored = 0;
  failed = 0;
  /** The first of those that failed. */
  errors: ImportError[] = [];
  /** How many were left out, by name of the command or of the database. */
  skipped: Map<string, number> = new Map();
  /** The refusal after which to try again from command `done` on, or null. */
  passing: Failure | null = null;
  /** Why the rest of the body cannot be read, or "". */
  unreadable = "";
  readonly #context: CommandContext;
  readonly #refusals: FailureListener;
  readonly #pause: Pause;
  readonly #decoder: RespDecoder;
  readonly #args = new Args();
  readonly #excess = new Excess();
  readonly #reply = new ImportReply();
  #session: Session;
  #bytes: Uint8Array = new Uint8Array();
  /** The database that the commands are about; one that is not there has all of them left out. */
  #database = 0;

  /** A body has at most `maxBytes`. What is refused is counted by `refusals`. */
  constructor(context: CommandContext, maxBytes: number, refusals: FailureListener) {
    this.#context = context;
    this.#refusals = refusals;
    this.#pause = new Pause(context.cache.region, context.cache.now);
    this.#session = context.session;
    this.#decoder = new RespDecoder({
      maxArguments: MAX_ARGUMENTS + 1,
      maxBulkBytes: maxBytes,
      maxCommandBytes: maxBytes,
    });
  }

  /** Begins with the commands in `bytes`, which are about `database` until a SELECT comes. */
  begin(bytes: Uint8Array, database: number): void {
    this.#session = new Session(0, "http", "", "", this.#context.cache.now(), true);
    this.#bytes = bytes;
    this.#decoder.at = 0;
    this.#select(database);
    this.done = 0;
    this.stored = 0;
    this.failed = 0;
    this.errors = [];
    this.skipped = new Map();
    this.passing = null;
    this.unreadable = "";
  }

  /** Whether there is more of the body. */
  get hasMore(): boolean {
    return this.#decoder.at < this.#bytes.length;
  }

  /** Forgets the body. */
  end(): void {
    this.#bytes = new Uint8Array();
    this.#args.reset();
  }

  /**
   * Runs the next command. Returns false where there is none, or none that may run now; a promise
   * where it takes its time.
   */
  step(): boolean | Promise<boolean> {
    const bytes = this.#bytes;
    const decoder = this.#decoder;
    if (!this.hasMore) return false;
    const found = decoder.next(bytes, bytes.length, this.#args, this.#excess);
    if (found === Decoded.command) return this.#run();
    if (found === Decoded.tooLarge) return this.#passOver();
    if (found === Decoded.incomplete) {
      // Empty lines at the end are no commands.
      if (decoder.at >= bytes.length) return false;
      this.unreadable = "the last command is not complete";
    } else this.unreadable = found === Decoded.browser ? "it is HTTP" : decoder.error;
    return false;
  }

  #run(): boolean | Promise<boolean> {
    const { nameStart, nameLength } = this.#decoder;
    const command = findCommand(this.#bytes, nameStart, nameLength);
    if (command !== null && command.name === "SELECT") return this.#enter(command);
    if (command === null || !command.flags.includes("write")) {
      return this.#skip(nameText(this.#bytes, nameStart, nameLength));
    }
    if (this.#database >= DATABASE_COUNT) return this.#skip(`database ${this.#database}`);
    if (this.#database < 0) return this.#skip("database of no number");
    const pending = this.#dispatch(command);
    if (pending === undefined) return this.#settle(command);
    return pending.then(() => this.#settle(command));
  }

  #dispatch(command: Command): void | Promise<void> {
    const context = this.#context;
    const reply = this.#reply;
    const session = this.#session;
    reply.begin();
    if (this.#pause.isOn && isHeld(this.#pause, session, command, this.#args)) {
      session.running = -1;
      reply.fail(PAUSED);
      return;
    }
    const before = context.session;
    context.session = session;
    beginUntimed(context);
    try {
      return dispatch(context, command, this.#args, reply);
    } finally {
      context.session = before;
    }
  }

  /** Counts what became of a command. Returns whether to go on. */
  #settle(command: Command): boolean {
    const { failure } = this.#reply;
    if (failure === null) {
      this.stored++;
      this.done++;
      return true;
    }
    this.#refusals.failed(failure, this.#session);
    // A collection that may not grow is as large a moment later.
    if (PASSING.has(failure.code) && failure !== OUT_OF_MEMORY) {
      this.passing = failure;
      return false;
    }
    return this.#fail(command.name, `${failure.code} ${failure.message}`);
  }

  #fail(command: string, message: string): boolean {
    if (this.errors.length < MAX_ERRORS) {
      const args = this.#args;
      const key = args.count === 0 ? "" : shownText(args, 0, MAX_SHOWN_CHARS);
      this.errors.push({ at: this.done, command, key, message });
    }
    this.failed++;
    this.done++;
    return true;
  }

  /** SELECT, also of a database that is not there: what follows must not go elsewhere. */
  #enter(command: Command): boolean {
    const args = this.#args;
    const text = args.count === 1 ? shownText(args, 0, MAX_SHOWN_CHARS) : "";
    this.#select(/^\d{1,9}$/.test(text) ? Number(text) : -1);
    if (this.#database < 0) return this.#fail(command.name, "ERR invalid DB index");
    this.done++;
    return true;
  }

  #select(database: number): void {
    this.#database = database;
    if (database >= 0 && database < DATABASE_COUNT) this.#session.database = database;
  }

  #skip(name: string): boolean {
    const { skipped } = this;
    const isKnown = skipped.has(name) || skipped.size < MAX_NAMES;
    const shown = isKnown ? name : "others";
    skipped.set(shown, (skipped.get(shown) ?? 0) + 1);
    this.done++;
    return true;
  }

  /** A command of too many words. */
  #passOver(): boolean {
    const { error } = this.#decoder;
    const skipped = this.#decoder.skip(this.#bytes, this.#bytes.length, this.#excess);
    this.#excess.clear();
    if (skipped !== Decoded.command) {
      this.unreadable = error;
      return false;
    }
    this.#args.reset();
    return this.#fail("", error);
  }
}

/** The name of a command for people: in upper case, cut short. */
function nameText(bytes: Uint8Array, start: number, length: number): string {
  const shown = bytes.subarray(start, start + Math.min(length, MAX_SHOWN_CHARS));
  return new TextDecoder().decode(shown).toUpperCase();
}

/** The longest body of an import, in bytes. The longest key and value fit. */
export function importBodyLimit(config: Config, storeBodyBytes: number): number {
  const oneCommand = storeBodyBytes + keyByteLimit(config) + COMMAND_BYTES;
  return Math.max(oneCommand, Math.min(MIB, Math.floor(config.bodyMemoryBytes * BODY_SHARE)));
}

/** The runners of one worker: each import in work has its own. */
export function importRunners(
  context: CommandContext,
  maxBytes: number,
  refusals: FailureListener,
): Pool<ImportRunner> {
  return new Pool(MAX_SPARE_RUNNERS, () => new ImportRunner(context, maxBytes, refusals));
}
