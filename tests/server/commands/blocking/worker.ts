// A worker of several over one region, in the thread of a test, and its clients, which may wait. Its events come when
// the test says so.

import { Cache } from "../../../../cache/mod.ts";
import { WorkerWatch } from "../../../../server/changes/watch.ts";
import { ClientWaits } from "../../../../server/commands/blocking/client_waits.ts";
import type { ServerCache, ServerRegion } from "../../../../server/contract/counters.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, NOW_MS } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** One worker. */
export class Worker {
  readonly #cache: ServerCache;
  readonly #server = new LocalServer(configOf(), NOW_MS);
  readonly watch: WorkerWatch;
  nowMs = 0;
  readonly waits: ClientWaits;

  constructor(region: ServerRegion, actor: number) {
    this.#cache = new Cache(region, actor, () => NOW_MS);
    this.watch = new WorkerWatch(region, actor);
    this.waits = new ClientWaits(this.#cache, this.watch, () => this.nowMs);
  }

  /** A client of this worker. */
  client(): Speaker {
    const speaker = new Speaker(this.#cache, this.#server);
    speaker.context.waits = this.waits;
    return speaker;
  }
}

/** Runs a command that waits; what is returned says whether it has been answered. */
export function waiting(
  speaker: Speaker,
  line: string,
): { isDone: boolean; promise: Promise<void> } {
  const state = { isDone: false, promise: Promise.resolve() };
  const pending = speaker.run(line);
  if (pending === undefined) throw new Error(`does not wait: ${speaker.answer()}`);
  state.promise = pending.then(() => {
    state.isDone = true;
  });
  return state;
}
