// Takes something for a client that waits, as its command would have done had it come just now: under the locks of
// its keys, and into its own answer.

import { type LockedWork, LogState } from "../../../cache/mod.ts";
import { Args } from "../../contract/args.ts";
import { CommandContext } from "../../contract/command.ts";
import { Taken } from "../../contract/commands/waits.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { failingProblem } from "../connection/log_admission.ts";
import { nameKeyEvents, tellKeyEvents } from "../notifications/onlookers.ts";
import type { WaitingClient } from "./waiting_client.ts";

/** What became of an attempt. "busy": it is to be made again a little later. */
export type Served = "nothing" | "answered" | "busy";

/** What takes for the clients of one worker, one after the other. */
export class Taker implements LockedWork {
  readonly #cache: ServerCache;
  readonly #args = new Args();
  /** For all clients: those of their commands have given their buffers away. */
  #context: CommandContext | undefined;
  #client!: WaitingClient;
  #index = 0;
  #isStale = false;
  #taken: Taken = Taken.nothing;

  constructor(cache: ServerCache) {
    this.#cache = cache;
  }

  /** A client is about to wait whose command ran in `context`, which has all that is needed here. */
  attend({ cache, server, commands, session }: CommandContext): void {
    this.#context ??= new CommandContext(cache, server, commands, session);
  }

  /** Takes from the key that is argument `index` of the client's command, if there is anything. */
  take(client: WaitingClient, index: number): Served {
    const { session } = client;
    const context = this.#context!;
    if (!mayWrite(context)) return "busy";
    if (client.counts !== null) client.counts.writes++;
    const { region } = this.#cache;
    const before = region.changedBy;
    // It may be that another client's command is just ending.
    region.changedBy = session.tracking?.options.noLoop ? session.id | 0 : 0;
    try {
      this.#client = client;
      this.#index = index;
      client.lay(this.#args);
      context.session = session;
      context.waitNote = client.note;
      if (!this.#run(context)) return "busy";
      if (region.duties !== 0) this.#tell(context);
      return this.#taken === Taken.answered ? "answered" : "nothing";
    } finally {
      region.changedBy = before;
    }
  }

  #tell(context: CommandContext): void {
    const { waiting } = this.#client;
    const command = context.commands.find((other) => other.waiting === waiting)!;
    nameKeyEvents(context, command, this.#args);
    tellKeyEvents(context);
  }

  /** Returns false where the locks could not be had. */
  #run(context: CommandContext): boolean {
    const { awaitsAll } = this.#client.waiting;
    const { hashes } = context;
    do {
      context.enterDatabase(context.session.database);
      hashes[0] = this.#hashOf(context, this.#index);
      if (!awaitsAll) hashes[1] = this.#hashOf(context, 1);
      if (!this.#cache.withShards(hashes, awaitsAll ? 1 : 2, this)) return false;
    } while (this.#isStale);
    return true;
  }

  #hashOf({ database }: CommandContext, index: number): number {
    const { bytes, starts, lengths } = this.#args;
    return this.#cache.hash(bytes, starts[index]!, lengths[index]!, database);
  }

  runLocked(): void {
    const { waiting, reply } = this.#client;
    const context = this.#context!;
    this.#isStale = context.isStale;
    if (!this.#isStale) this.#taken = waiting.take(context, this.#args, 0, this.#index, reply);
  }
}

/** Whether a write may begin now, as far as the log is concerned. Does not wait. */
function mayWrite(context: CommandContext): boolean {
  const { log } = context;
  if (log === null) return true;
  if (log.state === LogState.failing && failingProblem(context, log) !== null) return false;
  return log.hasRoom();
}
