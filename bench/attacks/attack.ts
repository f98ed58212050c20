/**
 * What an attack is: what it sends, what it needs of the server, and what is asked of the server meanwhile. The table
 * of all attacks is rows/all.ts. An attack goes on until its process is killed; it never has to clean up.
 */

import type { Assault } from "./assault.ts";

/** One attack. */
export interface Attack {
  /** What it is called on the command line and in the table. */
  readonly name: string;
  /** What it sends, in a few words. */
  readonly sends: string;
  /** Whether it tries to keep the server from serving others, so that a polite client's p99 has the tighter bound. */
  readonly isAboutTurns: boolean;
  /** Options of the server besides memory, workers and ports. */
  readonly options?: readonly string[];
  /** Threads of the server; 1 unless said. */
  readonly workers?: number;
  /** How long it runs in its long form, in seconds; DEFAULT_SECONDS unless said. */
  readonly seconds?: number;
  /** A bound on the polite client's p99 in milliseconds of its own. */
  readonly maxP99Ms?: number;
  /** A bound on the growth of memory in MiB of its own, where options allow the server more. */
  readonly maxGrowthMib?: number;
  /** Polite requests that may fail, and bodies, where the guard may close all HTTP connections; 0 unless said. */
  readonly maxFailed?: number;
  /** Whether the server is sent SIGTERM at the end, with the attackers still there. */
  readonly endsServer?: boolean;
  /** Stores what the attack needs to be there. */
  readonly prepare?: (assault: Assault) => Promise<void>;
  /** Attacks. Ends by itself, or is killed. */
  readonly run: (assault: Assault) => Promise<void>;
}

/**
 * What the guard leaves to a process of one worker in MiB, besides connections: --body-memory, its margins, and what it
 * grows by until main has looked. See docs/reliability.md.
 */
export const GUARDED_MIB = 224;

/** How long an attack runs in its long form. */
export const DEFAULT_SECONDS = 6;
