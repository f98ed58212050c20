// The server around the cache, as commands see it: what they may know of it and ask of it. These are
// interfaces, so that commands and their tests need no sockets, workers or process.

import type { Config } from "../config/config.ts";
import type { CommandStats } from "./command_stats.ts";
import type { HotAnswer } from "./keys/hot_answer.ts";
import type { KeySamples } from "./keys/key_samples.ts";
import type { SlowListener } from "./log/slow_requests.ts";
import type { LatencyMonitor } from "./metrics/latency.ts";
import type { Durability } from "./persistence/durability.ts";
import type { Messages } from "./messages/messages.ts";
import type { LoadProgress } from "./persistence/load_progress.ts";
import type { ScriptShare } from "./scripts/script_share.ts";
import type { Session } from "./session.ts";
import type { TimeSlices } from "./time_slices.ts";
import type { Tracking, TrackingOptions, TrackingStart } from "./tracking.ts";

/** Thrown by what the server is asked for and cannot do now: an error code and a text for clients. */
export class ServerRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Which clients CLIENT KILL ends. A field that is not given matches all. */
export interface ClientFilter {
  readonly id?: number;
  readonly address?: string;
  readonly localAddress?: string;
  readonly name?: string;
  /** A client that is left out. */
  readonly exceptId?: number;
  /** Only those that are subscribed to channels, or only others. */
  readonly hasChannels?: boolean;
  /** Only those connected for at least this long. */
  readonly minAgeSeconds?: number;
}

/** A command that took long, as SLOWLOG shows it. */
export interface SlowEntry {
  readonly id: number;
  /** Seconds since 1970. */
  readonly atSeconds: number;
  readonly tookUs: number;
  /** The command's name and its first arguments, cut short. */
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** What an entry of the slow log costs as objects, and for each of its words. */
const SLOW_ENTRY_BYTES = 400;
const SLOW_WORD_BYTES = 48;

/** About how many bytes an entry of the slow log takes. */
export function slowEntryBytes({ words, address, clientName }: Omit<SlowEntry, "id">): number {
  let chars = address.length + clientName.length;
  for (const word of words) chars += word.length;
  return SLOW_ENTRY_BYTES + SLOW_WORD_BYTES * words.length + 2 * chars;
}

/** The connections of one worker. */
export interface ClientRegistry {
  /** How many there are. */
  readonly size: number;
  /** How many of them track what they read. */
  readonly trackingCount: number;
  /** The session of a client, or null where it is not one of these. */
  sessionOf(id: number): Session | null;
  /** A line for each client, as CLIENT LIST shows it; null where that is more than an answer holds. */
  lines(): string | null;
  /** Ends those that the filter matches, once their answers are written. Returns how many. */
  kill(filter: ClientFilter): number;
  /** Ends the wait of a client, with an error or as if its time were over. Returns whether it did wait. */
  unblock(id: number, isError: boolean): boolean;
}

/** Name and value of an option. */
export type OptionValue = readonly [name: string, value: string];

/** The option that cannot be set, and why. */
export interface OptionProblem {
  readonly name: string;
  readonly why: string;
}

/**
 * Who asks for a snapshot, and how long for. "save" and "wait" are told when it is done: the first is
 * refused while another one is made, the second waits for its turn. "background" and "rewrite" are told
 * at once, as BGSAVE and BGREWRITEAOF are.
 */
export interface SnapshotQuestion {
  readonly how: "save" | "wait" | "background" | "rewrite";
  /** Of "background": whether one after a rewrite will do, where that is being made. */
  readonly mayWait?: boolean;
}

/** What a snapshot came to. */
export interface SnapshotSummary {
  readonly items: number;
  /** Of the file. */
  readonly bytes: number;
  readonly seconds: number;
}

/** What becomes of a snapshot that was asked for. */
export type SnapshotAnswer =
  | { readonly outcome: "done"; readonly summary: SnapshotSummary }
  | { readonly outcome: "started" | "scheduled" }
  /** Refused: one is being made, of the same kind or of the other one. */
  | { readonly outcome: "running" | "otherRunning" }
  | { readonly outcome: "failed"; readonly why: string };

/** The server, as commands see it. */
export interface ServerFacade {
  readonly config: Config;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
  /** Hears of what took long. */
  readonly slow: SlowListener;
  /** Calls and times of commands in this worker. */
  readonly stats: CommandStats;
  /** Which uses of keys are looked at more closely, in this worker. */
  readonly samples: KeySamples;
  /** What took long. */
  readonly latency: LatencyMonitor;
  /** Who waits until changes are on the disk; null where no answer does. */
  readonly durability: Durability | null;
  /** The scripts of this worker, and how others hear of them. */
  readonly scripts: ScriptShare;
  /** For how many milliseconds, at least, a version of a shard has been there. */
  ageMs(shard: number, version: number): number;
  /** Divides long work of this worker into slices of time. */
  readonly slices: TimeSlices;
  /** The subscriptions of all clients, and what is sent to them. */
  readonly messages: Messages;
  /** Begins to track what a client reads; or says why not. */
  track(session: Session, options: TrackingOptions): Tracking | Exclude<TrackingStart, "started">;
  /** Sums over all workers, for INFO. */
  totals(): Promise<ServerTotals>;
  /** The keys that the clients of each worker ask for most. */
  hotKeys(): Promise<readonly HotAnswer[]>;
  /** A line for each client of each worker; null where they would be more than an answer holds. */
  clients(): Promise<Uint8Array | null>;
  /** Ends clients of any worker; resolves with how many. */
  killClients(filter: ClientFilter): Promise<number>;
  /** Ends the wait of a client of any worker, with an error or as if its time were over; resolves with whether it did wait. */
  unblockClient(id: number, isError: boolean): Promise<boolean>;
  /** Options that can be read with CONFIG GET, as text. */
  options(): Readonly<Record<string, string>>;
  /** Sets options in every worker, all or none. Resolves with what cannot be set, or null. */
  setOptions(values: readonly OptionValue[]): Promise<OptionProblem | null>;
  /** The same in this worker, for callers that hold locks. The other workers are told soon. */
  setOptionsNow(values: readonly OptionValue[]): OptionProblem | null;
  /** Sets the counters of commands to 0 in every worker: CONFIG RESETSTAT. */
  resetStats(): Promise<void>;
  /** The same in this worker, for callers that hold locks. The other workers are told soon. */
  resetStatsNow(): void;
  /**
   * The latest `most` commands of all workers that reached the threshold, newest first; null where
   * they would be more than an answer holds.
   */
  slowLog(most: number): Promise<readonly SlowEntry[] | null>;
  /** The same of this worker alone, for where nothing may wait. */
  slowLogNow(most: number): readonly SlowEntry[];
  /** How many entries there are in the slow logs of all workers together. */
  slowLogLength(): Promise<number>;
  /** Empties the slow log of every worker. */
  clearSlowLog(): Promise<void>;
  /** The same for where nothing may wait: the other workers hear of it a little later. */
  clearSlowLogNow(): void;
  /** Notes that somebody at `address` gave a wrong token. */
  noteFailedToken(address: string): void;
  /** Asks for a snapshot. Resolves with what becomes of it. */
  snapshot(question: SnapshotQuestion): Promise<SnapshotAnswer>;
  /** The same for where nothing may wait: one is made soon, and whoever runs the server hears of it. */
  snapshotSoon(): void;
  /** Ends the process as a signal does: work in progress may end first. `saves`: with a snapshot. */
  shutdown(saves: boolean): void;
}

/** Numbers of all workers together. */
export interface ServerTotals {
  readonly clients: number;
  /** Those of them that track what they read. */
  readonly trackingClients: number;
  /** Of each command, by its number: calls, microseconds, and what was refused or has failed. */
  readonly calls: readonly number[];
  readonly tookUs: readonly number[];
  readonly refused: readonly number[];
  readonly failed: readonly number[];
  /** Of each command that was timed: calls by bucket of their latency; see LatencyCounts. */
  readonly latency: ReadonlyMap<number, Float64Array>;
}

/** Whether traffic should be sent to the server, and why not. */
export type ServerState = "loading" | "ready" | "draining" | "shedding";

/** The two formats in which Prometheus reads metrics. */
export type MetricsFormat = "text" | "openmetrics";

/** The state of the whole server. Any worker can answer for it. */
export interface ServerStatus {
  /** Why the server is not healthy, or null. */
  unhealthy(): string | null;
  /** Whether traffic should be sent here. */
  readonly state: ServerState;
  /** The body of /health while it is healthy, as JSON. */
  healthText(): string;
  /** How far the loading of data is; null when nothing is being loaded. */
  readonly loading: LoadProgress | null;
  /** The body of /stats, as JSON. */
  statsText(): string;
  /** The body of /metrics; it is written in slices of time, and shared by who asks meanwhile or soon after. */
  metricsText(format: MetricsFormat, slices: TimeSlices): string | Promise<string>;
}
