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
  type OptionProblem,
  type OptionValue,
  type ServerFacade,
  type ServerTotals,
  type SlowEntry,
  type SnapshotAnswer,
  type SnapshotQuestion,
} from "../contract/server.ts";
import type { ServerCache } from "../contract/counters.ts";
import { KeySamples } from "../contract/keys/key_samples.ts";
import { Sampling } from "../observe/curve/sampling.ts";
import type { Durability } from "../contract/persistence/durability.ts";
import type { Session } from "../contract/session.ts";
import { TimeSlices } from "../contract/time_slices.ts";
import type { TrackingOptions } from "../contract/tracking.ts";
import { ListMemory } from "./memory/list_memory.ts";
import { VersionTimes } from "./idle/version_times.ts";
import { LateNews } from "./news/late_news.ts";
import { choiceIn, KeyEventNews } from "./news/key_event_news.ts";
import { isLatency, LatencyNews } from "./news/latency_news.ts";
import { type Answers, joinedEntries, joinedTexts, type Question, Questions } from "./questions.ts";
import { type HotKeys, hotKeysOf } from "../observe/keys/hot_keys.ts";
import type { HotAnswer } from "../contract/keys/hot_answer.ts";
import { WorkerMessages } from "../messages/worker_messages.ts";
import { ScriptNews } from "./news/script_news.ts";
import { ServerOptions } from "./server_options.ts";
import { SlowRequests } from "./log/slow_requests.ts";
import { SlowLog } from "./slow_log.ts";

/** How long main waits for the workers before it answers without those that are late. */
export const QUESTION_TIMEOUT_MS = 800;
/** Longest time that a client waits for a snapshot; it is made all the same. */
const SNAPSHOT_TIMEOUT_MS = 3_600_000;

/** So many keys each worker names, of which a hundred are shown at most: those of all together are among them. */
const MAX_HOT_KEYS = 200;

/** One worker's view of the server. */
export class LocalServer implements ServerFacade {
  readonly config: Config;
  readonly startedMs: number;
  readonly stats: CommandStats;
  readonly samples: KeySamples = new KeySamples();
  readonly #hotKeys: HotKeys;
  readonly slices: TimeSlices = new TimeSlices();
  readonly messages: WorkerMessages;
  readonly latency: LatencyNews = new LatencyNews((question) => this.#questions.ask(question));
  readonly scripts: ScriptNews = new ScriptNews((question) => this.#send(question));
  /** The watches of this worker; set by the worker. */
  watch: Watch | null = null;
  /** Who waits until changes are on the disk; set by the worker where anybody has to. */
  durability: Durability | null = null;
  /** The connections of this worker; set by the worker. */
  registry: ClientRegistry | null = null;
  /** The channel to main; null in tests with this worker alone. */
  channel: ControlChannel | null = null;
  /** Hears of each wrong token; set by the worker. */
  onFailedToken: (address: string) => void = () => {};
  #budget: MemorySource | null = null;
  readonly #slowLog: SlowLog;
  readonly slow: SlowRequests;
  readonly #options: ServerOptions;
  /** What happens to keys beside commands, and when versions came; null without a cache. */
  readonly #keyEvents: KeyEventNews | null = null;
  readonly #versionTimes: VersionTimes | null = null;
  readonly #sampling: Sampling | null = null;
  /** What was set here, of which the others do not know yet. */
  readonly #late = new LateNews((news) =>
    this.channel === null ? Promise.resolve() : this.#send(news)
  );
  /** What a list of all clients takes on its way, in main and here. */
  readonly #lists = new ListMemory();
  readonly #questions = new Questions((question) => this.#askAll(question));

  constructor(config: Config, startedMs: number, cache: ServerCache | null = null) {
    this.config = config;
    this.startedMs = startedMs;
    const region = cache?.region;
    this.stats = new CommandStats(region?.words, region?.ownWord(cache!.actor));
    this.stats.keepsLatency = config.metrics === "on";
    this.#slowLog = new SlowLog(this.stats);
    this.slow = new SlowRequests(config.slowMs, this.#slowLog, {
      tell: (fields) => this.channel?.notify("slow", fields),
      tellMore: (count) => this.channel?.notify("slowMore", count),
    });
    const keyEvents = choiceIn(region ?? null);
    this.#options = new ServerOptions(config, this.#slowLog, this.latency, keyEvents);
    this.#hotKeys = hotKeysOf(cache);
    if (config.metrics === "on") this.samples.hot = this.#hotKeys;
    const clientOf = (id: number) => this.registry?.sessionOf(id) ?? null;
    this.messages = new WorkerMessages(this.slices, () => this.#budget, clientOf);
    if (cache === null) return;
    this.#keyEvents = new KeyEventNews(cache.region, this.messages);
    this.#versionTimes = new VersionTimes(cache.shards);
    this.#sampling = new Sampling(cache.region, cache.actor, this.samples);
  }

  ageMs(shard: number, version: number): number {
    return this.#versionTimes?.ageMs(shard, version) ?? 0;
  }

  /** To be called a few times a second. */
  tick(): void {
    this.stats.tick();
    this.#hotKeys.tick(performance.now());
    this.messages.tick();
    this.slow.tick();
    this.#versionTimes?.tick();
    this.#sampling?.tick();
    this.#keyEvents?.tellLeftOver();
  }

  /** What answers on their way and the slow log are taken from; set by the worker, at its start. */
  set budget(budget: MemorySource) {
    this.#budget = budget;
    this.#slowLog.memory = budget;
    this.#lists.source = budget;
    this.scripts.memory = budget;
  }

  /** What numbers the entries of the slow log over all workers; set by the worker. */
  set slowEntryIds(nextId: () => number) {
    this.#slowLog.nextId = nextId;
  }

  track(session: Session, options: TrackingOptions): ClientTracking | "tooMany" | "noMemory" {
    if (this.watch === null) return "tooMany";
    const tracking = new ClientTracking(this.watch, session, this.messages, options);
    const outcome = tracking.start();
    return outcome === "started" ? tracking : outcome;
  }

  /** Answers a question that a worker has asked all of them. */
  answer(question: Question): unknown {
    const fromMs = performance.now();
    try {
      return this.#answer(question);
    } finally {
      // A list of thousands of clients takes some milliseconds.
      this.slices.spend(performance.now() - fromMs);
    }
  }

  #answer(question: Question): unknown {
    switch (question.what) {
      case "clients":
        return this.registry === null ? "" : this.registry.lines();
      case "totals":
        return this.#totals();
      case "kill":
        return this.registry?.kill(question.filter) ?? 0;
      case "unblock":
        return this.registry?.unblock(question.id, question.isError) ?? false;
      case "hotKeys":
        return this.#hotKeys.top(performance.now(), MAX_HOT_KEYS);
      case "resetStats":
        this.stats.clear();
        return null;
      case "setOptions":
        return this.#options.set(question.values);
      case "slowLog":
        return JSON.stringify(this.slowLogNow(question.most));
      case "slowLogLength":
        return this.#slowLog.entries.length;
      case "sweptKeys":
        this.#keyEvents?.tellSwept(question.events);
        return null;
      case "clearSlowLog":
        this.#slowLog.clear();
        return null;
      default:
        return isLatency(question) ? this.latency.answer(question) : this.scripts.answer(question);
    }
  }

  async #askAll(question: Question): Promise<Answers> {
    const { what } = question;
    if (what !== "clients" && what !== "slowLog") return await this.#send(question);
    const lists = await this.#lists.during(() => this.#send(question));
    return what === "clients" ? [joinedTexts(lists)] : lists;
  }

  async #send(question: Question): Promise<Answers> {
    if (this.channel === null) return [this.answer(question)];
    return await this.channel.request("askAll", question) as Answers;
  }

  #totals(): ServerTotals {
    const { calls, tookUs, refused, failed } = this.stats.sums();
    return {
      clients: this.registry?.size ?? 0,
      trackingClients: this.registry?.trackingCount ?? 0,
      calls: [...calls],
      tookUs: [...tookUs],
      refused: [...refused],
      failed: [...failed],
      latency: this.stats.histograms(),
    };
  }

  totals(): Promise<ServerTotals> {
    return this.#questions.totals();
  }

  async hotKeys(): Promise<readonly HotAnswer[]> {
    return await this.#questions.ask({ what: "hotKeys" }) as readonly HotAnswer[];
  }

  async clients(): Promise<Uint8Array | null> {
    const [list] = await this.#questions.ask({ what: "clients" });
    return list as Uint8Array | null;
  }

  async killClients(filter: ClientFilter): Promise<number> {
    const all = await this.#questions.ask({ what: "kill", filter }) as readonly number[];
    return all.reduce((total, count) => total + count, 0);
  }

  async unblockClient(id: number, isError: boolean): Promise<boolean> {
    return (await this.#questions.ask({ what: "unblock", id, isError })).includes(true);
  }

  options(): Readonly<Record<string, string>> {
    return this.#options.all();
  }

  async setOptions(values: readonly OptionValue[]): Promise<OptionProblem | null> {
    const all = await this.#questions.ask({ what: "setOptions", values });
    return all.find((problem) => problem !== null) as OptionProblem | undefined ?? null;
  }

  setOptionsNow(values: readonly OptionValue[]): OptionProblem | null {
    const problem = this.#options.set(values);
    if (problem === null) this.#late.setOptions(values);
    return problem;
  }

  resetStatsNow(): void {
    this.stats.clear();
    this.#late.resetStats();
  }

  clearSlowLogNow(): void {
    this.#slowLog.clear();
    this.#late.clearSlowLog();
  }

  async resetStats(): Promise<void> {
    await this.#questions.ask({ what: "resetStats" });
  }

  async slowLog(most: number): Promise<readonly SlowEntry[] | null> {
    const wanted = Math.min(most, this.#slowLog.maxEntries);
    return joinedEntries(await this.#questions.ask({ what: "slowLog", most: wanted }), wanted);
  }

  slowLogNow(most: number): readonly SlowEntry[] {
    return this.#slowLog.entries.slice(0, most);
  }

  async slowLogLength(): Promise<number> {
    const all = await this.#questions.ask({ what: "slowLogLength" }) as readonly number[];
    return Math.min(all.reduce((sum, count) => sum + count, 0), this.#slowLog.maxEntries);
  }

  async clearSlowLog(): Promise<void> {
    await this.#questions.ask({ what: "clearSlowLog" });
  }

  noteFailedToken(address: string): void {
    this.onFailedToken(address);
  }

  async snapshot(question: SnapshotQuestion): Promise<SnapshotAnswer> {
    const asked = this.channel?.request("snapshot", question, SNAPSHOT_TIMEOUT_MS);
    return await asked as SnapshotAnswer ??
      { outcome: "failed", why: "nothing is kept on disk" };
  }

  snapshotSoon(): void {
    this.channel?.notify("snapshot", { how: "wait" });
  }

  shutdown(saves: boolean): void {
    this.channel?.notify("shutdown", saves);
  }
}
