// What one worker's routes tell of the whole server: who listens to it, and what is shared by those who ask. Knows no
// route; what is told is made in server/observe.

import type { Command, CommandContext } from "../../contract/command.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { MemoryBudget } from "../../contract/memory_budget.ts";
import type { ServerStatus } from "../../contract/server.ts";
import { Figures } from "../../observe/figures.ts";
import { memoryCurve } from "../../observe/curve/memory_curve.ts";
import { Diagnoser } from "../../observe/diagnosis/diagnoser.ts";
import { HistoryRing } from "../../observe/history/history_ring.ts";
import { LiveSource } from "../../observe/live/live_source.ts";
import { ShardPictures } from "../../observe/live/shard_pictures.ts";
import { BigKeys } from "../../observe/keys/big_keys.ts";
import { ItemLook } from "./item_look.ts";
import type { ClientFacts } from "../../observe/facts/answers.ts";
import { SharedFacts } from "../../observe/shared_facts.ts";
import type { HotAnswer } from "../../contract/keys/hot_answer.ts";
import { commandFacts, findClients } from "./listed_facts.ts";
import { LiveStreams } from "./live_streams.ts";

/** For so long the same is told of what all workers have to be asked for, which takes each of them a moment. */
const ASKED_MS = 500;

/** What it needs of its worker. */
export interface ObservationParts {
  readonly cache: ServerCache;
  readonly budget: MemoryBudget;
  readonly status: ServerStatus;
  readonly commands: CommandContext;
  /** Milliseconds from any time on. */
  readonly now: () => number;
}

/** What a worker tells of the server. */
export class Observation {
  readonly cache: ServerCache;
  readonly figures: Figures;
  readonly live: LiveStreams;
  readonly shards: ShardPictures;
  readonly diagnoser: Diagnoser;
  readonly big: BigKeys;
  readonly items: ItemLook;
  /** Keys that clients ask for most, as every worker has counted them, and the clients of all workers. */
  readonly hot: SharedFacts<readonly HotAnswer[]>;
  readonly clients: SharedFacts<ClientFacts>;
  readonly #commands: readonly Command[];
  #commandsText = "";
  readonly #history: HistoryRing;
  /** The history as JSON, and how many points there had been: it changes every five seconds. */
  #historyText = "";
  #historyCount = -1;

  constructor({ cache, budget, status, commands, now }: ObservationParts) {
    const { server } = commands;
    const { config, startedMs, slices } = server;
    this.cache = cache;
    this.figures = new Figures(cache, commands.commands);
    const source = new LiveSource({ cache, figures: this.figures, status, startedMs });
    this.#history = new HistoryRing(cache.region);
    this.shards = new ShardPictures(cache, slices, now);
    this.diagnoser = new Diagnoser({
      cache,
      config,
      figures: this.figures,
      startedMs,
      now,
      cores: navigator.hardwareConcurrency,
      curve: () => memoryCurve(cache),
      history: () => this.#history.read(),
      hotKeys: () => server.hotKeys(),
      shards: () => this.shards.facts(),
    });
    this.live = new LiveStreams(cache, budget, source, now);
    this.big = new BigKeys(cache, slices, now);
    this.items = new ItemLook(cache);
    this.clients = new SharedFacts(() => findClients(server), ASKED_MS, now);
    this.hot = new SharedFacts(() => server.hotKeys(), ASKED_MS, now);
    this.#commands = commands.commands;
  }

  /** The command table, as JSON: made when it is asked for first. */
  commandsText(): string {
    this.#commandsText ||= JSON.stringify(commandFacts(this.#commands));
    return this.#commandsText;
  }

  /** The last hour, as JSON. */
  historyText(): string {
    const { count } = this.#history;
    if (count !== this.#historyCount) {
      this.#historyText = JSON.stringify(this.#history.read());
      this.#historyCount = count;
    }
    return this.#historyText;
  }

  /** Called a few times a second. */
  tick(): void {
    this.live.tick();
    this.diagnoser.tick();
  }

  /** The server stops: ends what goes on. */
  drain(): void {
    this.live.drain();
  }
}
