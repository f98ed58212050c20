// What commands may know of the server around the cache, and ask of it. An interface, so that
// commands and their tests need no sockets, workers or process.

import type { Config } from "./config.ts";
import type { Session } from "./session.ts";

/** One connected client, as CLIENT LIST shows it. */
export type ClientFacts = Readonly<Record<string, string | number>>;

/** Which clients CLIENT KILL is about; what is not given matches all. */
export interface ClientFilter {
  readonly id?: number;
  readonly address?: string;
  readonly localAddress?: string;
  readonly name?: string;
  /** Not this one. */
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
  /** Name and arguments, cut short: the key's first 64 characters. */
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** The server, as commands see it. */
export interface ServerFacade {
  readonly config: Config;
  /** Milliseconds since 1970 when the process started. */
  readonly startedMs: number;
  /** Calls, microseconds, failures and refusals of each command in this worker, by name. */
  readonly commandStats: ReadonlyMap<string, CommandStat>;
  /** Lines of INFO that come from outside the cache, by section: name, then field and value. */
  info(): Promise<Readonly<Record<string, Readonly<Record<string, string | number>>>>>;
  /** All clients of all workers. */
  clients(): Promise<readonly ClientFacts[]>;
  /** Ends clients of any worker; resolves with how many. */
  killClients(filter: ClientFilter): Promise<number>;
  /** Options that can be read with CONFIG GET, as text. */
  options(): Readonly<Record<string, string>>;
  /** Sets an option in every worker. Resolves with why not, or null. */
  setOption(name: string, value: string): Promise<string | null>;
  /** Forgets counters, in every worker: CONFIG RESETSTAT. */
  resetStats(): Promise<void>;
  /** Notes how long a command took; keeps it in the slow log if that is long. */
  noteCommand(session: Session, name: string, tookUs: number, words: () => string[]): void;
  /** The slowest recent commands of this worker, newest first. */
  slowLog(): readonly SlowEntry[];
  /** Empties the slow log. */
  clearSlowLog(): void;
  /** Ends the process in order. */
  shutdown(): void;
}

/** What happened to one command so far. */
export interface CommandStat {
  calls: number;
  tookUs: number;
  failed: number;
  refused: number;
}
