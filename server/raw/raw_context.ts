// What the raw connections of one worker share: the arguments and context that commands run with,
// the budget that commands on their way take memory from, limits, counters, and who is connected.
// Knows no bytes on the wire.

import { addCounter } from "../../cache/mod.ts";
import type { Counter, ServerRegion } from "../contract/counters.ts";
import { Args } from "../contract/args.ts";
import type { Gate } from "../contract/breaker/gate.ts";
import type { CommandContext } from "../contract/command.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import { Pause } from "../commands/connection/pause.ts";
import type { Config } from "../config/config.ts";
import type { Refusals } from "../contract/command_stats.ts";
import { type DirectConn, DirectSend, type SocketCalls } from "./direct_send.ts";
import type { RawClients } from "./raw_clients.ts";

/** The part of the budget up to which connections may take memory, so that bodies still come in. */
const CLIENTS_SHARE = 3 / 4;

/** What it is made of. */
export interface RawContextOptions {
  readonly config: Config;
  readonly region: ServerRegion;
  readonly actor: number;
  readonly budget: MemoryBudget;
  /** What one connection may hold, where that is more than its share of the budget. */
  readonly maxHeldBytes: number;
  readonly clients: RawClients;
  /** Counts what is refused. */
  readonly refusals: Refusals;
  /** Which commands are run. */
  readonly gate: Gate;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A context like `before`, with its buffers, for when a command keeps that one. */
  readonly newContext: (before?: CommandContext) => CommandContext;
  /** Called with an exception that a command has caused: a bug. */
  readonly onBug: (error: unknown) => void;
  /** By which answers are sent at once, where they may be. */
  readonly calls: SocketCalls | undefined;
}

/** The worker around its connections. */
export class RawContext {
  readonly config: Config;
  readonly clients: RawClients;
  readonly refusals: Refusals;
  readonly now: () => number;
  readonly onBug: (error: unknown) => void;
  /** CLIENT PAUSE. */
  readonly pause: Pause;
  /** Which commands are run. */
  readonly gate: Gate;
  /** What the command in work runs with. */
  readonly args: Args = new Args();
  context: CommandContext;
  readonly #budget: MemoryBudget;
  readonly #maxHeldBytes: number;
  readonly #region: ServerRegion;
  readonly #actor: number;
  readonly #requestsWord: number;
  readonly #batchesWord: number;
  readonly #inputWord: number;
  readonly #outputWord: number;
  readonly #newContext: (before?: CommandContext) => CommandContext;
  readonly #calls: SocketCalls | undefined;

  constructor(options: RawContextOptions) {
    this.config = options.config;
    this.#budget = options.budget;
    this.#maxHeldBytes = options.maxHeldBytes;
    this.clients = options.clients;
    this.refusals = options.refusals;
    this.now = options.now;
    this.onBug = options.onBug;
    this.#calls = options.calls;
    this.gate = options.gate;
    this.pause = new Pause(options.region, options.now);
    this.#region = options.region;
    this.#actor = options.actor;
    this.#requestsWord = options.region.counterWord(options.actor, "requests");
    this.#batchesWord = options.region.counterWord(options.actor, "batches");
    this.#inputWord = options.region.counterWord(options.actor, "inputBytes");
    this.#outputWord = options.region.counterWord(options.actor, "outputBytes");
    this.#newContext = options.newContext;
    this.context = options.newContext();
  }

  /** What one connection holds of the memory budget. */
  openAccount(owner: MemoryOwner): MemoryAccount {
    return this.#budget.open(owner, this.#maxHeldBytes, CLIENTS_SHARE);
  }

  /** The direct way to the socket of a connection, or null. */
  directTo(conn: DirectConn): DirectSend | null {
    return this.#calls === undefined ? null : DirectSend.to(conn, this.#calls);
  }

  /** Leaves the context to a command that takes its time, without buffers; others get a new one. */
  detach(): void {
    this.context = this.#newContext(this.context);
  }

  /** Counts commands that were run in a row. */
  countRequests(count: number): void {
    if (count === 0) return;
    addCounter(this.#region.words, this.#requestsWord, count);
    addCounter(this.#region.words, this.#batchesWord, 1);
  }

  /** Counts bytes that were read. */
  countInput(bytes: number): void {
    addCounter(this.#region.words, this.#inputWord, bytes);
  }

  /** Counts bytes that are about to be written. */
  countOutput(bytes: number): void {
    addCounter(this.#region.words, this.#outputWord, bytes);
  }

  /** Counts one of something else. */
  count(name: Counter): void {
    addCounter(this.#region.words, this.#region.counterWord(this.#actor, name), 1);
  }
}
