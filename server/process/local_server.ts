// The server as the commands of one worker see it. It knows some things itself, and asks all workers
// for others, through main and with a time limit. The same object answers the questions of other
// workers.

import type { Config } from "../config/config.ts";
import { ClientTracking } from "../changes/tracking.ts";
import type { Watch } from "../contract/changes.ts";
import { CommandStats } from "../contract/command_stats.ts";
import type { MemorySource } from "../contract/memory_account.ts";
import type { ControlChannel } from "./control.ts";
import {
  type ClientFilter,
  type ClientRegistry,
  type ServerFacade,
  ServerRefusal,
  type ServerTotals,
  type SlowEntry,
} from "../contract/server.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import type { Session } from "../contract/session.ts";
import { TimeSlices } from "../contract/time_slices.ts";
import type { TrackingOptions } from "../contract/tracking.ts";
import { type Answers, joinedTexts, type Question, Questions } from "./questions.ts";
import { SlowLog } from "./slow_log.ts";

/** How long main waits for the workers before it answers without those that are late. */
export const QUESTION_TIMEOUT_MS = 800;
const SECOND_US = 1_000_000;
const MIN_LIST_BYTES = 64 * 1024;
const MAX_SLOW_ENTRIES = 10_000;

/** One worker's view of the server. */
export class LocalServer implements ServerFacade {
  readonly config: Config;
  readonly startedMs: number;
  readonly stats: CommandStats = new CommandStats();
  readonly slices: TimeSlices = new TimeSlices();
  /** The watches of this worker; set by the worker. */
  watch: Watch | null = null;
  /** The connections of this worker; set by the worker. */
  registry: ClientRegistry | null = null;
  /** The channel to main; null in tests with this worker alone. */
  channel: ControlChannel | null = null;
  #budget: MemorySource | null = null;
  readonly #slowLog = new SlowLog();
  /** What a list of all clients takes on its way, in main and here, by what the latest took. */
  #listBytes = MIN_LIST_BYTES;
  readonly #questions = new Questions((question) => this.#askAll(question));

  constructor(config: Config, startedMs: number) {
    this.config = config;
    this.startedMs = startedMs;
  }

  /** What answers on their way and the slow log are taken from; set by the worker, at its start. */
  set budget(budget: MemorySource) {
    this.#budget = budget;
    this.#slowLog.memory = budget;
  }

  get slowerThanUs(): number {
    return this.#slowLog.slowerThanUs;
  }

  track(session: Session, options: TrackingOptions): ClientTracking | "tooMany" | "noMemory" {
    if (this.watch === null) return "tooMany";
    const tracking = new ClientTracking(this.watch, session, options);
    const outcome = tracking.start();
    return outcome === "started" ? tracking : outcome;
  }

  /** Answers a question that a worker has asked all of them. */
  answer(question: Question): unknown {
    switch (question.what) {
      case "clients":
        return this.registry === null ? "" : this.registry.lines();
      case "totals":
        return this.#totals();
      case "kill":
        return this.registry?.kill(question.filter) ?? 0;
      case "resetStats":
        this.stats.clear();
        return null;
      case "setOption":
        return this.#setHere(question.name, question.value);
    }
  }

  async #askAll(question: Question): Promise<Answers> {
    if (question.what === "clients") return [await this.#listAll(question)];
    return await this.#send(question);
  }

  async #send(question: Question): Promise<Answers> {
    if (this.channel === null) return [this.answer(question)];
    return await this.channel.request("askAll", question) as Answers;
  }

  /** The list of all clients, which counts as memory while it is on its way. */
  async #listAll(question: Question): Promise<Uint8Array | null> {
    const budget = this.#budget;
    const bytes = this.#listBytes;
    if (budget !== null && !budget.tryTake(bytes)) {
      throw new ServerRefusal("OOM", "too much memory is in use for clients, try again");
    }
    try {
      const list = joinedTexts(await this.#send(question));
      this.#listBytes = Math.max(MIN_LIST_BYTES, 2 * (list?.length ?? MAX_ANSWER_BYTES));
      return list;
    } finally {
      budget?.give(bytes);
    }
  }

  #totals(): ServerTotals {
    const { calls, tookUs, refused } = this.stats;
    return {
      clients: this.registry?.size ?? 0,
      calls: [...calls],
      tookUs: [...tookUs],
      refused: [...refused],
    };
  }

  async totals(): Promise<ServerTotals> {
    const all = await this.#questions.ask({ what: "totals" }) as readonly ServerTotals[];
    const sum = (of: (totals: ServerTotals) => readonly number[]) =>
      Array.from(this.stats.calls, (_, id) => all.reduce((total, one) => total + of(one)[id]!, 0));
    return {
      clients: all.reduce((total, { clients }) => total + clients, 0),
      calls: sum(({ calls }) => calls),
      tookUs: sum(({ tookUs }) => tookUs),
      refused: sum(({ refused }) => refused),
    };
  }

  async clients(): Promise<Uint8Array | null> {
    const [list] = await this.#questions.ask({ what: "clients" });
    return list as Uint8Array | null;
  }

  async killClients(filter: ClientFilter): Promise<number> {
    const all = await this.#questions.ask({ what: "kill", filter }) as readonly number[];
    return all.reduce((total, count) => total + count, 0);
  }

  options(): Readonly<Record<string, string>> {
    const { config } = this;
    const { slowerThanUs, maxEntries } = this.#slowLog;
    return {
      "appendonly": "no",
      "bind": config.host,
      "databases": "1",
      "maxclients": String(config.maxConnections),
      "maxmemory": String(config.memoryBytes),
      "maxmemory-policy": "allkeys-lfu",
      "port": String(config.respPort ?? 0),
      "proto-max-bulk-len": String(config.maxValueBytes),
      "save": "",
      "slowlog-log-slower-than": slowerThanUs === Infinity ? "-1" : String(slowerThanUs),
      "slowlog-max-len": String(maxEntries),
      "timeout": String(Math.round(config.idleTimeoutMs / 1000)),
    };
  }

  async setOption(name: string, value: string): Promise<string | null> {
    const all = await this.#questions.ask({ what: "setOption", name, value });
    return all.find((why): why is string => typeof why === "string") ?? null;
  }

  /** Sets an option in this worker. Returns the reason if it cannot, else null. */
  #setHere(name: string, value: string): string | null {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (name === "slowlog-log-slower-than") {
      if (number === undefined || number > 3600 * SECOND_US) {
        return "argument couldn't be parsed into an integer";
      }
      this.#slowLog.slowerThanUs = number < 0 ? Infinity : number;
      return null;
    }
    if (name === "slowlog-max-len") {
      if (number === undefined) return "argument couldn't be parsed into an integer";
      if (number < 0 || number > MAX_SLOW_ENTRIES) {
        return `argument must be between 0 and ${MAX_SLOW_ENTRIES} inclusive`;
      }
      this.#slowLog.maxEntries = number;
      return null;
    }
    // Setting an option to the value that it has is allowed.
    return this.options()[name] === value ? null : "can't set immutable config";
  }

  async resetStats(): Promise<void> {
    await this.#questions.ask({ what: "resetStats" });
  }

  noteCommand(session: Session, tookUs: number, words: () => string[]): void {
    this.#slowLog.add({
      atSeconds: Math.floor(Date.now() / 1000),
      tookUs,
      words: words(),
      address: session.address,
      clientName: session.name,
    });
  }

  slowLog(): readonly SlowEntry[] {
    return this.#slowLog.entries;
  }

  clearSlowLog(): void {
    this.#slowLog.clear();
  }

  shutdown(): void {
    this.channel?.notify("shutdown");
  }
}
