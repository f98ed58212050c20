// A worker: attaches to the region, listens, and serves until main tells it to drain. It runs in a
// thread of its own. Main starts it and talks to it over a control channel.

import { addCounter, Cache, Region } from "../../cache/mod.ts";
import { ACTOR_NAMES, type ServerCache, type ServerRegion } from "../contract/counters.ts";
import type { BusLink } from "../messages/bus/bus_peer.ts";
import { ClientWaits } from "../commands/blocking/client_waits.ts";
import { COMMANDS } from "../commands/table.ts";
import { CommandContext } from "../contract/command.ts";
import type { Config } from "../config/config.ts";
import { traceOf } from "../contract/error_text.ts";
import { ControlChannel } from "./control.ts";
import { Gate, WorkerMode } from "../contract/breaker/gate.ts";
import { HttpContext } from "../http/context.ts";
import { HttpHandler } from "../http/handler.ts";
import { HttpListener } from "../http/listener.ts";
import { SocketHub } from "../http/websocket_client.ts";
import type { Credentials, Listen } from "../contract/listen.ts";
import { MemoryBudget } from "../contract/memory_budget.ts";
import { type Heap, HeapReturn, threadHeap } from "./memory/heap_return.ts";
import { LagProbe } from "./breaker/lag_probe.ts";
import { durabilityOf } from "../contract/persistence/durability.ts";
import { Liveness } from "./liveness.ts";
import { LocalServer } from "./local_server.ts";
import { WorkerVoice } from "./log/worker_voice.ts";
import type { Question } from "./questions.ts";
import type { SocketCalls } from "../raw/direct_send.ts";
import { ScriptRunner } from "../commands/scripts/script_runner.ts";
import { RawServer } from "../raw/raw_server.ts";
import type { OptionValue } from "../contract/server.ts";
import { Session } from "../contract/session.ts";
import { nextTurn } from "../contract/time_slices.ts";
import { noteThread } from "./meters.ts";
import { RegionStatus } from "./status.ts";
import { WorkerWatch } from "../changes/watch.ts";

/** Time between two signs of life of a worker. It then also looks for slow bodies. */
const TICK_MS = 250;
/** While draining: time between two looks whether bodies are still arriving. */
const DRAIN_LOOK_MS = 5;
/** Microtasks until the answer to a start that has failed is on its way to main. */
const TOLD_TICKS = 8;

/** The first message from main to a worker. */
export interface WorkerStart {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  readonly config: Config;
  readonly listens: readonly Listen[];
  readonly startedMs: number;
  /** Whether the data are still being loaded; main says when that is over. */
  readonly isLoading: boolean;
  /** Options that were set since the process started. */
  readonly options: readonly OptionValue[];
  /** The ways to the other workers. */
  readonly links: readonly BusLink[];
}

/** Serves in this thread. Called once in a worker. By `calls` answers are sent at once. */
export function runWorker(scope: WorkerScope, calls?: SocketCalls): void {
  let server: WorkerServer | undefined;
  const channel: ControlChannel = new ControlChannel(scope, {
    start: (body) => {
      // Main hears why, and takes back all that was this worker's: so nothing of it may run after that.
      try {
        server = new WorkerServer(body as WorkerStart, channel, calls);
      } catch (error) {
        queueMicrotask(() => scope.close());
        throw error;
      }
      return server.start().catch((error) => {
        void closeSoon(scope);
        throw error;
      });
    },
    connect: (link) => server?.local.messages.connect(link as BusLink),
    disconnect: (actor) => server?.local.messages.disconnect(actor as number),
    drain: () => server?.drain(),
    open: () => server?.open(),
    renew: (credentials) => server?.renew(credentials as Credentials),
    collect: () => server?.collect(),
    cut: () => server?.cut(),
    spread: (ms) => server?.spread(ms as number),
    ask: (question) => server?.local.answer(question as Question),
  });
}

/** Ends this thread before its event loop has another turn, but once main has been told what has gone wrong. */
async function closeSoon(scope: WorkerScope): Promise<void> {
  for (let i = 0; i < TOLD_TICKS; i++) await null;
  scope.close();
}

/** The global scope of a worker, as far as it is used here. */
export interface WorkerScope {
  postMessage(message: unknown): void;
  close(): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

class WorkerServer {
  readonly #region: ServerRegion;
  readonly #actor: number;
  readonly #liveness: Liveness;
  readonly #context: HttpContext;
  readonly #sockets: SocketHub;
  readonly #listeners: HttpListener[] = [];
  readonly #raw: RawServer;
  readonly #budget: MemoryBudget;
  readonly #gate: Gate;
  readonly #maxLagMs: number;
  readonly #drainMs: number;
  readonly #heap: Heap | undefined = threadHeap();
  readonly #heapReturn: HeapReturn | undefined;
  readonly #voice: WorkerVoice;
  /** What answers for this worker when another one asks. */
  readonly local: LocalServer;

  constructor(start: WorkerStart, channel: ControlChannel, calls?: SocketCalls) {
    this.#region = Region.attach(start.buffer, ACTOR_NAMES);
    this.#actor = start.actor;
    this.#liveness = new Liveness(this.#region, performance.now());
    const cache = new Cache(this.#region, start.actor, Date.now, nextTurn);
    const local = new LocalServer(start.config, start.startedMs, cache);
    local.channel = channel;
    local.durability = durabilityOf(this.#region.log, start.config, () => performance.now());
    this.local = local;
    this.#voice = new WorkerVoice(channel);
    const session = new Session(0, "http", "", "", start.startedMs, true);
    const commands = new CommandContext(cache, local, COMMANDS, session);
    const status = new RegionStatus(
      cache,
      start.startedMs,
      this.#liveness,
      start.config,
      COMMANDS,
    );
    const watch = new WorkerWatch(this.#region, start.actor);
    local.watch = watch;
    const waits = new ClientWaits(cache, watch);
    commands.waits = waits;
    commands.scripts = this.#newScripts(cache, local, start.config);
    const gate = new Gate(this.#region, start.actor);
    gate.mode = start.isLoading ? WorkerMode.loading : WorkerMode.open;
    this.#gate = gate;
    this.#sockets = new SocketHub(cache, watch);
    const { config, listens } = start;
    this.#drainMs = config.drainTimeoutMs;
    this.#maxLagMs = config.maxLagMs;
    const budget = new MemoryBudget(this.#region, start.actor, config.bodyMemoryBytes);
    this.#budget = budget;
    const heap = this.#heap;
    if (heap !== undefined) this.#heapReturn = new HeapReturn(heap, performance.now());
    const sockets = this.#sockets;
    this.#context = new HttpContext({ config, cache, budget, status, commands, sockets, gate });
    const onBug = (error: unknown) => channel.notify("bug", traceOf(error));
    const warn = (error: unknown) => this.#voice.warn(error);
    const { scripts } = commands;
    const around = { config, cache, budget, server: local, listens, gate, onBug, warn };
    this.#raw = new RawServer({ ...around, waits, scripts }, calls);
    local.registry = this.#raw.clients;
    local.budget = budget;
    for (const link of start.links) local.messages.connect(link);
    local.slowEntryIds = () => this.#region.nextSlowEntry();
    if (start.options.length > 0) local.answer({ what: "setOptions", values: start.options });
    local.onFailedToken = (address) => this.#noteFailedToken(address);
    for (const listen of listens) {
      if (listen.protocol !== undefined) continue;
      const handler = new HttpHandler({
        context: this.#context,
        region: this.#region,
        actor: start.actor,
        trusted: listen.unixPath !== undefined,
        onBug,
      });
      this.#listeners.push(new HttpListener(listen, handler, start.config.compress, warn));
    }
  }

  /** Binds all listeners, once it knows what the other workers do. Rejects when one cannot be bound. */
  async start(): Promise<void> {
    await this.local.messages.joined();
    for (const listener of this.#listeners) listener.start();
    this.#raw.start();
    this.local.scripts.sync();
    this.#tick();
    this.#setServing(1);
    setInterval(() => this.#tick(), TICK_MS);
    if (this.#maxLagMs > 0) void this.#probe().run();
  }

  #probe(): LagProbe {
    return new LagProbe(this.#region, this.#actor, {
      now: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  }

  #tick(): void {
    Liveness.beat(this.#region, this.#actor);
    const nowMs = performance.now();
    this.#liveness.look(nowMs);
    this.#budget.tick(nowMs);
    this.#context.expire();
    this.#sockets.tick();
    this.#raw.tick();
    this.#voice.tick();
    this.local.tick();
    noteThread(this.#region, this.#actor);
    const requests = this.#region.counter(this.#actor, "requests");
    this.#heapReturn?.tick(nowMs, requests, this.#budget.takenBytes);
  }

  #newScripts(cache: ServerCache, { scripts }: LocalServer, config: Config): ScriptRunner {
    const log = (level: number, text: string) => this.#voice.script(level, text);
    return new ScriptRunner(cache, scripts, config.scriptTimeMs, log);
  }

  #noteFailedToken(address: string): void {
    addCounter(this.#region.words, this.#region.counterWord(this.#actor, "failedTokens"), 1);
    this.#voice.failedToken(address);
  }

  #setServing(value: 0 | 1): void {
    Atomics.store(this.#region.words, this.#region.gaugeWord(this.#actor, "serving"), value);
  }

  /** The data are loaded: answers all requests from now on. */
  open(): void {
    this.#change(WorkerMode.loading, WorkerMode.open);
  }

  /** Stops listening. Resolves when all requests are answered. Main bounds the wait. */
  async drain(): Promise<void> {
    this.#gate.mode = WorkerMode.draining;
    this.#sockets.drain();
    this.#context.drain();
    const ended = this.#raw.drain();
    // A shutdown of Deno.serve cuts off bodies that are still arriving, so they may end first.
    await this.#bodiesArrived(Infinity);
    await Promise.all([ended, ...this.#listeners.map((listener) => listener.shutdown())]);
    this.#setServing(0);
  }

  /**
   * Listens with another certificate. Redis and text connections stay. Deno.serve can only be ended
   * with its connections, so that happens when no body is arriving, or after the time of a drain.
   */
  renew(credentials: Credentials): void {
    this.#raw.renew(credentials);
    const ends = this.#listeners.flatMap((listener) => listener.renew(credentials) ?? []);
    if (ends.length > 0) void this.#endLater(ends);
  }

  async #endLater(ends: readonly (() => Promise<void>)[]): Promise<void> {
    await this.#bodiesArrived(performance.now() + this.#drainMs);
    for (const end of ends) void end();
  }

  /** Resolves when no body is arriving any more, or at `endMs`. */
  async #bodiesArrived(endMs: number): Promise<void> {
    while (this.#region.gauge(this.#actor, "inFlight") > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    }
  }

  /** Collects all garbage: the process is about to hold more than it was given. */
  collect(): void {
    this.#heap?.collect();
  }

  /** Closes all HTTP connections and listens anew: no other way frees what Deno holds for them. */
  async cut(): Promise<void> {
    addCounter(this.#region.words, this.#region.counterWord(this.#actor, "httpCuts"), 1);
    await Promise.all(this.#listeners.map((listener) => listener.cut()));
    this.#heap?.collect();
  }

  /** Asks some clients to reconnect, for `ms` milliseconds. */
  spread(ms: number): void {
    this.#change(WorkerMode.open, WorkerMode.spreading);
    setTimeout(() => this.#change(WorkerMode.spreading, WorkerMode.open), ms);
  }

  #change(from: WorkerMode, to: WorkerMode): void {
    if (this.#gate.mode === from) this.#gate.mode = to;
  }
}
