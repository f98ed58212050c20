// The clients of one worker that are sent messages as server-sent events: counts and bounds them, and ends them when
// the server stops. Knows no route.

import { addCounter } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { MemoryBudget } from "../../contract/memory_budget.ts";
import type { Messages } from "../../contract/messages/messages.ts";
import type { Topic } from "../../contract/messages/topic.ts";
import { Session } from "../../contract/session.ts";
import { EventClient } from "./event_client.ts";

const encoder = new TextEncoder();

/** The streams of events of one worker. */
export class EventStreams {
  readonly #cache: ServerCache;
  readonly #budget: MemoryBudget;
  readonly #messages: Messages;
  readonly #maxClients: number;
  readonly #gaugeWord: number;
  readonly #clients = new Set<EventClient>();
  #isClosed = false;

  /** There may be `maxClients` in the whole process. */
  constructor(cache: ServerCache, budget: MemoryBudget, messages: Messages, maxClients: number) {
    this.#cache = cache;
    this.#budget = budget;
    this.#messages = messages;
    this.#maxClients = maxClients;
    this.#gaugeWord = cache.region.gaugeWord(cache.actor, "eventClients");
  }

  /**
   * Subscribes a new client at `address`, which is told so in its first events: `word` and the names. Resolves with
   * its stream once all workers know, or with null where there are too many clients or too little memory.
   */
  async open(
    topic: Topic,
    word: string,
    names: readonly string[],
    address: string,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    const { region, now } = this.#cache;
    if (this.#isClosed || region.gaugeTotal("eventClients") >= this.#maxClients) return null;
    const session = new Session(0, "http", address, "", now(), true);
    const client = new EventClient(session, this.#budget, (...end) => this.#remove(...end));
    this.#clients.add(client);
    this.#count();
    if (!client.begin() || !this.#subscribe(client, topic, word, names)) {
      client.close();
      return null;
    }
    await this.#messages.settled(true);
    return client.stream;
  }

  #subscribe(client: EventClient, topic: Topic, word: string, names: readonly string[]): boolean {
    const known = new Set<string>();
    let text = "";
    for (const name of names) {
      const outcome = this.#messages.subscribe(client.session, topic, encoder.encode(name));
      if (outcome === "noMemory" || outcome === "tooMany") return false;
      known.add(name);
      text += `data: ${word},${name.replace(/[\r\n]+/g, " ")},${known.size}\n\n`;
    }
    client.deliver(encoder.encode(text));
    return true;
  }

  #remove(client: EventClient, isSlow: boolean): void {
    const { region, actor } = this.#cache;
    this.#messages.end(client.session);
    this.#clients.delete(client);
    this.#count();
    if (isSlow) addCounter(region.words, region.counterWord(actor, "clientsSlow"), 1);
  }

  #count(): void {
    Atomics.store(this.#cache.region.words, this.#gaugeWord, this.#clients.size);
  }

  /** Called a few times a second. */
  tick(): void {
    for (const client of this.#clients) client.tick();
  }

  /** Ends all streams, and begins no more. */
  drain(): void {
    this.#isClosed = true;
    for (const client of [...this.#clients]) client.close();
  }
}
