// The workers as main sees them. Starts them, hears from them, and replaces those that throw: these are
// certainly at their end. Deno cannot stop one that is not, so the process ends with it. How many there are
// and whether they hang while they serve, supervisor.ts decides.

import { clearWaits } from "../../cache/mod.ts";
import type { Config } from "../config/config.ts";
import { GAUGES, type ServerCache, type ServerRegion } from "../contract/counters.ts";
import { messageOf } from "../contract/error_text.ts";
import type { BusLink } from "../messages/bus/bus_peer.ts";
import { linkWorkers } from "./bus_links.ts";
import { CONTROL_TIMEOUT_MS, ControlChannel, NoAnswer } from "./control.ts";
import { type Credentials, type Listen, withCredentials } from "../contract/listen.ts";
import { QUESTION_TIMEOUT_MS } from "./local_server.ts";
import { beginKeyEvents } from "./news/key_event_news.ts";
import type { Log } from "./log/log.ts";
import { WorkerNews } from "./log/worker_news.ts";
import type { Question } from "./questions.ts";
import { Relay } from "./relay.ts";
import type { SnapshotAnswer, SnapshotQuestion } from "../contract/server.ts";
import type { WorkerStart } from "./worker.ts";

const START_TIMEOUT_MS = 10_000;
/** A worker that throws within so many milliseconds of its start will probably throw again. */
const EARLY_MS = 1000;
const MAX_EARLY_FAILURES = 3;
/** Longer values of options have no effect that a worker which starts later would miss. */
const MAX_SETTING_CHARS = 1024;

/** The parts that a pool works with. */
export interface PoolOptions {
  readonly cache: ServerCache;
  readonly config: Config;
  readonly listens: readonly Listen[];
  readonly startedMs: number;
  readonly log: Log;
  /** Starts a thread that runs `runWorker`. */
  readonly spawn: (name: string) => Worker;
  /** Called when a client wants the process to end, with a snapshot or without. */
  readonly onShutdown?: (saves: boolean) => void;
  /** Called when a client wants a snapshot. */
  readonly onSnapshot?: (question: SnapshotQuestion) => Promise<SnapshotAnswer>;
  /** Whether workers refuse most of what they are asked until {@linkcode WorkerPool.open}. */
  readonly isLoading?: boolean;
  /** Longest time for the start of a worker, in milliseconds; 10 s unless given. */
  readonly startTimeoutMs?: number;
  /** Called when a worker keeps throwing, cannot be started again, or does not end its start. */
  readonly onFatal: (message: string) => void;
}

type SetOptions = Extract<Question, { what: "setOptions" }>;

interface Member {
  readonly actor: number;
  readonly worker: Worker;
  readonly channel: ControlChannel;
  readonly startedMs: number;
}

/** All workers of the process. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #region: ServerRegion;
  readonly #members = new Map<number, Member>();
  readonly #relay = new Relay((question) => this.#askAll(question), CONTROL_TIMEOUT_MS);
  readonly #news: WorkerNews;
  #listens: readonly Listen[];
  /** Options that were set since the process started; there are a few of them. */
  readonly #settings = new Map<string, string>();
  #isLoading: boolean;
  #earlyFailures = 0;
  #draining = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#region = options.cache.region;
    beginKeyEvents(this.#region, options.config);
    this.#listens = options.listens;
    this.#isLoading = options.isLoading ?? false;
    this.#news = new WorkerNews(options.log);
  }

  /** Tells of what had to wait; called a few times a second. */
  tick(): void {
    this.#news.tick();
  }

  /** Number of workers. */
  get size(): number {
    return this.#members.size;
  }

  /** Actor numbers of the workers. */
  get actors(): readonly number[] {
    return [...this.#members.keys()];
  }

  /**
   * The data are loaded: all workers, and those that are still to come, answer all requests. Resolves when they do, so that who
   * is told that the server is ready may ask any of them; one that hangs is not waited for.
   */
  async open(): Promise<void> {
    this.#isLoading = false;
    const opened = [...this.#members.values()].map(({ channel }) => channel.request("open"));
    await Promise.allSettled(opened);
  }

  /** Starts one more worker. Rejects when it cannot listen. */
  async add(): Promise<void> {
    await this.#start(this.#members.size + 1);
  }

  async #start(actor: number): Promise<void> {
    const { config, startedMs, spawn, log } = this.#options;
    const worker = spawn(`worker-${actor}`);
    let started = false;
    /** What it has thrown at its start, or in the moment between its answer and our hearing of it. */
    let thrown: string | undefined;
    let failed: (error: Error) => void = () => {};
    const failure = new Promise<never>((_, reject) => failed = reject);
    // Without this listener, an error in a worker would end the process. Now it ends that worker.
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (started) return this.#replace(actor, worker, event.message);
      thrown = event.message;
      failed(new Error(thrown));
    });
    const channel = new ControlChannel(worker, {
      bug: (text) => this.#onBug(actor, String(text)),
      askAll: (question) => this.#relay.ask(question),
      shutdown: (saves) => this.#options.onShutdown?.(saves === true),
      snapshot: (question) => this.#options.onSnapshot?.(question as SnapshotQuestion),
      ...this.#news.handlersOf(actor),
    });
    // Unix sockets cannot be shared, so the first worker has them.
    const mine = this.#listens.filter((listen) => actor === 1 || listen.unixPath === undefined);
    const links = this.#linkAll(actor);
    const start: WorkerStart = {
      buffer: this.#region.buffer,
      actor,
      config,
      listens: mine,
      startedMs,
      isLoading: this.#isLoading,
      options: [...this.#settings],
      links,
    };
    this.#members.set(actor, { actor, worker, channel, startedMs: performance.now() });
    try {
      const { startTimeoutMs = START_TIMEOUT_MS } = this.#options;
      const ports = links.map(({ port }) => port);
      await Promise.race([channel.request("start", start, startTimeoutMs, ports), failure]);
      started = true;
      log.debug("worker-started", `worker ${actor} listens`, { worker: actor });
      if (thrown !== undefined) this.#replace(actor, worker, thrown);
    } catch (error) {
      // It may run on, and hold locks: to free those would let two threads change one shard.
      if (error instanceof NoAnswer) this.#options.onFatal(`worker ${actor}: ${error.message}`);
      else this.#bury(actor, worker);
      throw error;
    }
  }

  /** Connects a worker that comes with all that are there. Returns its ends. */
  #linkAll(actor: number): BusLink[] {
    return [...this.#members.values()].map((other) => {
      const { forA, forB } = linkWorkers(actor, other.actor);
      other.channel.notify("connect", forB, [forB.port]);
      return forA;
    });
  }

  /** Asks all workers at once. Resolves with the answers of those that gave one in time. */
  async #askAll(question: unknown): Promise<unknown[]> {
    const asked = [...this.#members.values()];
    const answers = await this.#ask(asked, question);
    const { what, values } = question as SetOptions;
    if (what === "setOptions" && answers.every((problem) => problem === null)) {
      // Workers that start later have to be told, too, and those that have started meanwhile.
      for (const [name, value] of values) {
        if (value.length <= MAX_SETTING_CHARS) this.#settings.set(name, value);
      }
      const others = [...this.#members.values()].filter((member) => !asked.includes(member));
      await this.#ask(others, question);
    }
    return answers;
  }

  async #ask(members: readonly Member[], question: unknown): Promise<unknown[]> {
    const all = members.map(({ channel }) => channel.request("ask", question, QUESTION_TIMEOUT_MS));
    const results = await Promise.allSettled(all);
    return results.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  }

  /** Called when a request has caused an exception. Its shard may be locked and broken. */
  #onBug(actor: number, text: string): void {
    const { log, cache } = this.#options;
    this.#news.bug(actor, text);
    const cleared = cache.repair();
    if (cleared > 0) log.warn("repair", `${cleared} broken shards were cleared`, { cleared });
  }

  /** Replaces a worker that has thrown outside a request, on the same region. */
  #replace(actor: number, worker: Worker, message: string): void {
    const member = this.#members.get(actor);
    if (member === undefined || member.worker !== worker || this.#draining) return;
    const { log, onFatal } = this.#options;
    const cleared = this.#bury(actor, worker);
    const early = performance.now() - member.startedMs < EARLY_MS;
    this.#earlyFailures = early ? this.#earlyFailures + 1 : 0;
    log.error("respawn", `worker ${actor} failed and is started again: ${message}`, {
      worker: actor,
      shardsCleared: cleared,
    });
    if (this.#earlyFailures >= MAX_EARLY_FAILURES) {
      onFatal(`worker ${actor} keeps failing: ${message}`);
      return;
    }
    this.#start(actor).catch((error) => {
      if (!(error instanceof NoAnswer)) onFatal(`worker ${actor}: ${messageOf(error)}`);
    });
  }

  /** Clears what a worker leaves behind that is at its end. Returns how many shards it held locked. */
  #bury(actor: number, worker: Worker): number {
    worker.terminate();
    this.#members.delete(actor);
    for (const { channel } of this.#members.values()) channel.notify("disconnect", actor);
    for (const { name, endsWithWorker } of GAUGES) {
      if (endsWithWorker) Atomics.store(this.#region.words, this.#region.gaugeWord(actor, name), 0);
    }
    clearWaits(this.#region, actor);
    return this.#options.cache.repair(actor);
  }

  /** Has all workers, and those that are still to come, listen with other credentials. */
  async renew(credentials: Credentials): Promise<void> {
    this.#listens = this.#listens.map((listen) => withCredentials(listen, credentials));
    await Promise.all(
      [...this.#members.values()].map(({ channel }) => channel.request("renew", credentials)),
    );
  }

  /** For `ms`, asks some clients of the workers to reconnect, so that they spread. */
  spread(ms: number): void {
    for (const { channel } of this.#members.values()) channel.notify("spread", ms);
  }

  /** Asks one of the workers, such as to tell clients what main has done. Resolves when it has answered, or will not. */
  async askOne(question: Question): Promise<void> {
    const [member] = this.#members.values();
    await member?.channel.request("ask", question).catch(() => {});
  }

  /** What an option was set to since the process started, if it was. */
  setting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  /** Has all workers collect garbage. Resolves when they have, or after `timeoutMs`. */
  collect(timeoutMs: number): Promise<void> {
    return this.#tell("collect", timeoutMs);
  }

  /** Has all workers cut their HTTP connections, and collect. Resolves as `collect()` does. */
  cut(timeoutMs: number): Promise<void> {
    return this.#tell("cut", timeoutMs);
  }

  async #tell(what: string, timeoutMs: number): Promise<void> {
    await Promise.allSettled(
      [...this.#members.values()].map(({ channel }) => channel.request(what, undefined, timeoutMs)),
    );
  }

  /** Drains all workers. Resolves with whether all were done within `timeoutMs`. */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#draining = true;
    this.#relay.isClosed = true;
    const all = [...this.#members.values()].map(({ channel }) =>
      channel.request("drain", undefined, timeoutMs)
    );
    const results = await Promise.allSettled(all);
    return results.every((result) => result.status === "fulfilled");
  }
}
