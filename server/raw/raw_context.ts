// What the raw connections of one worker share: the arguments and context that commands run with,
// the memory that commands on their way may take, limits, counters, and who is connected.
// Knows no bytes on the wire.

import { type ActorCounter, addCounter, type Region } from "../../cache/mod.ts";
import type { OutputMemory } from "../codecs/output_buffer.ts";
import { Args } from "../contract/args.ts";
import type { CommandContext } from "../contract/command.ts";
import type { Config } from "../config/config.ts";
import type { RawClients } from "./raw_clients.ts";

/** What a host is made of. */
export interface RawContextOptions {
  readonly config: Config;
  readonly region: Region;
  readonly actor: number;
  readonly clients: RawClients;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A context like the one in use, for when a command keeps that one. */
  readonly newContext: () => CommandContext;
  /** Called with an exception that a command has caused: a bug. */
  readonly onBug: (error: unknown) => void;
}

/** The worker around its connections. */
export class RawContext implements OutputMemory {
  readonly config: Config;
  readonly clients: RawClients;
  readonly now: () => number;
  readonly onBug: (error: unknown) => void;
  /** What the command in work runs with. */
  args: Args = new Args();
  context: CommandContext;
  readonly #region: Region;
  readonly #actor: number;
  readonly #heldWord: number;
  readonly #requestsWord: number;
  readonly #newContext: () => CommandContext;

  constructor(options: RawContextOptions) {
    this.config = options.config;
    this.clients = options.clients;
    this.now = options.now;
    this.onBug = options.onBug;
    this.#region = options.region;
    this.#actor = options.actor;
    this.#heldWord = options.region.gaugeWord(options.actor, "bodyBytes");
    this.#requestsWord = options.region.counterWord(options.actor, "requests");
    this.#newContext = options.newContext;
    this.context = options.newContext();
  }

  /** Leaves arguments and context to a command that takes its time; others get new ones. */
  detach(): void {
    this.args = new Args();
    this.context = this.#newContext();
  }

  /**
   * Sets `bytes` aside for a command on its way, in what request bodies share too. Returns false,
   * with nothing set aside, when more than `share` of it would be in use.
   */
  hold(bytes: number, share: number): boolean {
    if (this.#held() + bytes > this.config.bodyMemoryBytes * share) return false;
    this.take(bytes);
    return true;
  }

  #held(): number {
    let held = 0;
    for (let actor = 1; actor < this.#region.geometry.actorCount; actor++) {
      held += this.#region.gauge(actor, "bodyBytes");
    }
    return held;
  }

  left(): number {
    return this.config.bodyMemoryBytes - this.#held();
  }

  take(bytes: number): void {
    this.#region.words[this.#heldWord]! += bytes;
  }

  /** Gives back what {@linkcode hold} or {@linkcode take} has set aside. */
  free(bytes: number): void {
    this.#region.words[this.#heldWord]! -= bytes;
  }

  /** Counts commands that were run. */
  countRequests(count: number): void {
    addCounter(this.#region.words, this.#requestsWord, count);
  }

  /** Counts one of something else. */
  count(name: ActorCounter): void {
    addCounter(this.#region.words, this.#region.counterWord(this.#actor, name), 1);
  }
}
