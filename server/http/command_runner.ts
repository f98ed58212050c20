// What runs the commands of one request of the REST interface: arguments, a reply, and a client that
// ends with the request. Kept for later requests, since they are large. Knows no route.

import { Args, SCRATCH_BYTES } from "../contract/args.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import { COST_BYTES, type MemoryBudget } from "../contract/memory_budget.ts";
import type { Asker, RequestOrigin } from "../contract/log/slow_requests.ts";
import { Way } from "../contract/metrics/ways.ts";
import { Pool } from "../contract/pool.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import { Session } from "../contract/session.ts";
import { CommandProblem, type JsonCommand, pushCommand } from "../codecs/json_command.ts";
import { MAX_JSON_PARTS } from "../codecs/json_checks.ts";
import { JsonCommandReply } from "../codecs/json_command_reply.ts";
import { dispatch, dispatchUnknown } from "../commands/dispatch.ts";
import { isHeld } from "../commands/connection/client_pause.ts";
import { PAUSED, refused } from "../commands/failures.ts";
import { Pause } from "../commands/connection/pause.ts";
import { NO_ADMINISTRATION } from "../commands/failures.ts";
import { findCommand } from "../commands/find.ts";
import { askerOf } from "../commands/server/slow_runs.ts";
import { beginUntimed } from "../commands/timing.ts";
import type { FailureListener } from "../contract/reply.ts";

/** Most runners that are kept for the next requests. */
const MAX_SPARE_RUNNERS = 4;

/** Commands that are about the state of a connection, which a request does not have. */
const CONNECTION_ONLY: ReadonlyMap<string, string> = new Map([
  ...["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"].map((name) =>
    [name, "POST /multi-exec for MULTI"] as const
  ),
  ...["AUTH", "HELLO"].map((name) => [name, "send Authorization: Bearer TOKEN"] as const),
  ...["RESET", "QUIT"].map((name) => [name, "each request is for itself"] as const),
]);

/**
 * What to send in place of a command that waits. Deno does not always notice that the client of a request has gone, and
 * what is taken for nobody is lost.
 */
function adviceInsteadOf({ name, waiting }: Command): string {
  const other = waiting?.mayWait === undefined ? name.slice(1) : `${name} without BLOCK`;
  return `send ${other}, or this over the Redis protocol, which can wait`;
}

const NO_ADMIN = `${NO_ADMINISTRATION.code} ${NO_ADMINISTRATION.message}`;
const READ_ONLY = "NOPERM the dashboard may change nothing, slabkv runs with --dashboard read";

/** Commands without keys that only tell. */
const TELLING: ReadonlySet<string> = new Set([
  ...["PING", "ECHO", "SELECT", "TIME", "LASTSAVE", "ROLE", "LOLWUT", "INFO", "COMMAND"],
  ...["PUBSUB", "MULTI", "EXEC", "DISCARD"],
]);

/** Whether a command only reads. */
function changesNothing({ name, flags }: Command): boolean {
  if (flags.includes("write") || flags.includes("admin")) return false;
  return flags.includes("read") || TELLING.has(name);
}

const encoder = new TextEncoder();

/** What a runner holds beside the buffers of its reply: arguments, and objects. */
const RUNNER_BYTES = SCRATCH_BYTES + 8 * 1024;
/** What one request may hold in any case: an answer of the largest size in a buffer that has doubled. */
const LEAST_BYTES = 4 * MAX_ANSWER_BYTES;
/** What an argument costs beside its text: a string, and its place in a list. */
const ARGUMENT_BYTES = COST_BYTES.string + 32;

/** What one request of the REST interface works with; used again for later ones. */
export class CommandRunner implements MemoryOwner {
  readonly args: Args = new Args();
  readonly reply: JsonCommandReply = new JsonCommandReply();
  readonly context: CommandContext;
  /** Whether the commands of its request have changed anything; said only where there is a log. */
  hasWritten = false;
  /** Whether the latest command was one that may take a while. */
  mayBeSlow = false;
  readonly #now: () => number;
  #session: Session;
  #mayChange = true;
  #signal: () => AbortSignal = () => AbortSignal.abort();
  readonly #account: MemoryAccount;
  /** For what a session keeps: the commands of a transaction. */
  readonly #sessionAccount: MemoryAccount;
  readonly #pause: Pause;
  /** What it holds of the budget for the commands of its request. */
  #commandBytes = 0;
  #isGivenUp = false;
  #isWatching = false;
  /** Bytes that its commands have copied to and from the worker's scratch. */
  #copiedBytes = 0;

  /** What it refuses is counted by `refusals`. */
  constructor(commands: CommandContext, budget: MemoryBudget, refusals: FailureListener) {
    this.context = commands;
    this.reply.failures = refusals;
    this.#account = budget.open(this, LEAST_BYTES);
    this.#sessionAccount = budget.open(this);
    this.#now = commands.cache.now;
    this.#pause = new Pause(commands.cache.region, commands.cache.now);
    this.#session = commands.session;
  }

  /**
   * Makes the client of a request, which nobody knows before and after. `signal` gives what fires
   * when the client goes; it is asked for only where a command takes its time, and `origin` only where
   * somebody wants to know of it. Returns false where there is no memory for it.
   */
  begin(
    isBase64: boolean,
    mayAdminister: boolean,
    mayChange: boolean,
    signal: () => AbortSignal,
    origin: RequestOrigin,
  ): boolean {
    this.#session = new Session(0, "http", "", "", this.#now(), true);
    this.#session.way = Way.rest;
    this.#session.account = this.#sessionAccount;
    this.#copiedBytes = 0;
    this.#isWatching = false;
    this.#session.origin = origin;
    this.#session.mayAdminister = mayAdminister;
    this.#mayChange = mayChange;
    this.#signal = signal;
    this.reply.begin(isBase64);
    this.reply.peer = this.#session;
    this.#isGivenUp = false;
    this.hasWritten = false;
    this.#commandBytes = 0;
    return this.#settle();
  }

  /** Takes memory for the commands of a body, as texts and as bytes once more; returns false where there is none. */
  hold(bodyBytes: number, argumentCount: number): boolean {
    this.#commandBytes = 2 * bodyBytes +
      ARGUMENT_BYTES * Math.min(argumentCount, MAX_JSON_PARTS);
    return this.#settle();
  }

  /** Whether there is memory for what the reply has come to; where not, the request is to end. */
  get hasMemory(): boolean {
    return this.#settle() && !this.#isGivenUp;
  }

  /** The request has been answered. */
  end(): void {
    this.#account.close();
    this.#sessionAccount.close();
  }

  /** Who has sent the request. */
  readonly asker = (): Asker => askerOf(this.#session);

  /** From now on it is noticed if the client goes, as far as Deno tells. */
  watchClient(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const session = this.#session;
    const signal = this.#signal();
    if (signal.aborted) session.leave();
    else signal.addEventListener("abort", () => session.leave());
  }

  /** Whether the client is known to have gone. */
  get hasLeft(): boolean {
    return this.#session.hasLeft;
  }

  /** Bytes that commands have worked on, from any beginning on. */
  get workedBytes(): number {
    return this.reply.length + this.reply.copiedBytes + this.#copiedBytes;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  #settle(): boolean {
    const heldBytes = RUNNER_BYTES + this.#commandBytes + this.reply.heldBytes;
    return this.#account.tryTake(heldBytes - this.#account.bytes);
  }

  /** Runs one command; its answer is on the reply. */
  async one(command: JsonCommand | CommandProblem): Promise<void> {
    const pending = this.start(command);
    if (pending !== null) await pending;
  }

  /** As `one()`, but null where the command was done at once. */
  start(command: JsonCommand | CommandProblem): Promise<void> | null {
    const { args } = this;
    this.mayBeSlow = false;
    if (command instanceof CommandProblem) return this.refuse(command.message);
    pushCommand(command, args);
    const name = encoder.encode(command[0]);
    const found = findCommand(name, 0, name.length);
    if (found === null) return this.#unknown(name);
    const advice = CONNECTION_ONLY.get(found.name);
    if (advice !== undefined) {
      return this.refuse(`ERR ${found.name} is not possible here, ${advice}`);
    }
    if (this.#waits(found) && !this.#session.transaction?.isOpen) {
      return this.refuse(`ERR ${found.name} is not possible here, ${adviceInsteadOf(found)}`);
    }
    if (!this.#mayChange && !changesNothing(found)) return this.refuse(READ_ONLY);
    if (found.flags.includes("admin") && !this.#session.mayAdminister) return this.refuse(NO_ADMIN);
    if (this.#pause.isOn && isHeld(this.#pause, this.#session, found, args)) {
      this.reply.fail(PAUSED);
      return null;
    }
    this.mayBeSlow = found.isTimed;
    return this.#dispatch(found);
  }

  /** Whether a command waits with the arguments at hand. */
  #waits({ waiting }: Command): boolean {
    return waiting !== undefined && (waiting.mayWait?.(this.args) ?? true);
  }

  /** Runs one of the commands that surround a transaction. */
  mark(name: Uint8Array): Promise<void> | null {
    this.args.reset();
    return this.#dispatch(findCommand(name, 0, name.length)!);
  }

  #dispatch(command: Command): Promise<void> | null {
    const { context } = this;
    const before = context.session;
    const copiedBefore = context.copiedBytes;
    context.session = this.#session;
    beginUntimed(context);
    const { writes } = context;
    const commits = context.server.durability?.commits;
    try {
      const pending = dispatch(context, command, this.args, this.reply);
      context.waits?.hear();
      if (writes !== context.writes) {
        // One that takes its time goes on to write.
        const { durability } = context.server;
        if (pending !== undefined || durability?.commits !== commits) this.hasWritten = true;
      }
      // Others set it to 0 now and then.
      this.#copiedBytes += Math.max(0, context.copiedBytes - copiedBefore);
      return pending === undefined ? null : this.#watched(pending);
    } finally {
      context.session = before;
    }
  }

  /** While a command takes its time, its session hears of a client that goes. */
  async #watched(pending: Promise<void>): Promise<void> {
    this.watchClient();
    await pending;
  }

  #unknown(name: Uint8Array): null {
    const { context } = this;
    const before = context.session;
    context.session = this.#session;
    dispatchUnknown(context, name, 0, name.length, this.args, this.reply);
    context.session = before;
    return null;
  }

  /** Answers a command with this error in its place; the text begins with a code. */
  refuse(text: string): null {
    const space = text.indexOf(" ");
    this.#session.running = -1;
    this.reply.fail(refused(text.slice(space + 1), text.slice(0, space)));
    return null;
  }
}

/** The runners of one worker, for requests that may wait while others are answered. */
export function runnerPool(
  commands: CommandContext,
  budget: MemoryBudget,
  refusals: FailureListener,
): Pool<CommandRunner> {
  return new Pool(MAX_SPARE_RUNNERS, () => new CommandRunner(commands, budget, refusals));
}
