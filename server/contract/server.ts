// The server around the cache, as commands see it: what they may know of it and ask of it. These are
// interfaces, so that commands and their tests need no sockets, workers or process.

import type { Config } from "../config/config.ts";
import type { CommandStats } from "./command_stats.ts";
import type { Session } from "./session.ts";
import type { TimeSlices } from "./time_slices.ts";
import type { Tracking, TrackingOptions, TrackingStart } from "./tracking.ts";

/** One connected client, as CLIENT LIST shows it. */
export type ClientFacts = Readonly<Record<string, string | number>>;

/** Which clients CLIENT KILL ends. A field that is not given matches all. */
export interface ClientFilter {
  readonly id?: number;
  readonly address?: string;
  readonly localAddress?: string;
  readonly name?: string;
  /** A client that is left out. */
  readonly exceptId?: number;
  /** Only those connected for at least this long. */
  readonly minAgeSeconds?: number;
}

/** A command that took long, as SLOWLOG shows it. */
export interface SlowEntry {
  readonly id: number;
  /** Seconds since 1970. */
  readonly atSeconds: number;
  readonly tookUs: number;
  /** The command's name and up to 8 arguments, at most 64 characters of each. */
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** The connections of one worker. */
export interface ClientRegistry {
  /** How many there are. */
  readonly size: number;
  /** One record per client. */
  facts(): ClientFacts[];
  /** Ends the clients that the filter matches, after their answers are written. Returns how many. */
  kill(filter: ClientFilter): number;
}

/** The server, as commands see it. */
export interface ServerFacade {
  readonly config: Config;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
  /** Commands that take at least this many microseconds go into the slow log. Infinity: none. */
  readonly slowerThanUs: number;
  /** Calls and times of commands in this worker. */
  readonly stats: CommandStats;
  /** Divides long work of this worker into slices of time. */
  readonly slices: TimeSlices;
  /** Begins to track what a client reads; or says why not. */
  track(session: Session, options: TrackingOptions): Tracking | Exclude<TrackingStart, "started">;
  /** Sums over all workers, for INFO. */
  totals(): Promise<ServerTotals>;
  /** All clients of all workers. */
  clients(): Promise<readonly ClientFacts[]>;
  /** Ends clients of any worker. Resolves with how many. */
  killClients(filter: ClientFilter): Promise<number>;
  /** Options that can be read with CONFIG GET, as text. */
  options(): Readonly<Record<string, string>>;
  /** Sets an option in every worker. Resolves with the reason if it cannot, else with null. */
  setOption(name: string, value: string): Promise<string | null>;
  /** Sets the counters of commands to 0 in every worker: CONFIG RESETSTAT. */
  resetStats(): Promise<void>;
  /** Puts a command into the slow log if it took long. */
  noteCommand(session: Session, tookUs: number, words: () => string[]): void;
  /** The latest commands of this worker that reached the threshold, newest first. */
  slowLog(): readonly SlowEntry[];
  /** Empties the slow log. */
  clearSlowLog(): void;
  /** Ends the process as a signal does: work in progress may end first. */
  shutdown(): void;
}

/** Numbers of all workers together. */
export interface ServerTotals {
  readonly clients: number;
  /** Calls, microseconds and refusals of each command by its number, as arrays. */
  readonly calls: readonly number[];
  readonly tookUs: readonly number[];
  readonly refused: readonly number[];
}

/** The state of the whole server. Any worker can answer for it. */
export interface ServerStatus {
  /** Why the server is not healthy, or null. */
  unhealthy(): string | null;
  /** Whether traffic should be sent here. */
  readonly state: "loading" | "ready" | "draining";
  /** The body of /stats, as JSON. */
  statsText(): string;
}
