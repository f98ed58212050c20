// What one worker's routes tell of the whole server: who listens to it, and what is shared by those who ask. Knows no
// route; what is told is made in server/observe.

import type { Config } from "../../config/config.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { MemoryBudget } from "../../contract/memory_budget.ts";
import type { ServerStatus } from "../../contract/server.ts";
import { LiveSource } from "../../observe/live/live_source.ts";
import { LiveStreams } from "./live_streams.ts";

/** What it needs of its worker. */
export interface ObservationParts {
  readonly config: Config;
  readonly cache: ServerCache;
  readonly budget: MemoryBudget;
  readonly status: ServerStatus;
  readonly commands: CommandContext;
  /** Milliseconds from any time on. */
  readonly now: () => number;
}

/** What a worker tells of the server. */
export class Observation {
  readonly live: LiveStreams;

  constructor({ config, cache, budget, status, commands, now }: ObservationParts) {
    const { startedMs } = commands.server;
    const source = new LiveSource({ config, cache, status, startedMs });
    this.live = new LiveStreams(cache, budget, source, now);
  }

  /** Called a few times a second. */
  tick(): void {
    this.live.tick();
  }

  /** The server stops: ends what goes on. */
  drain(): void {
    this.live.drain();
  }
}
