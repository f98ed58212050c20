// Who listens to what a worker tells of the server once a second. The facts are made once for all of them, while there are
// any, on the worker's tick. A client that is slow to read skips events: nothing waits for it but the latest one.
// Bounds and counts listeners. Knows no route.

import { ServerSentEventStream } from "@std/http";
import { addCounter } from "../../../cache/mod.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { MemoryAccount, MemoryOwner } from "../../contract/memory_account.ts";
import { COST_BYTES, type MemoryBudget } from "../../contract/memory_budget.ts";
import type { LiveSource } from "../../observe/live/live_source.ts";
import type { Snapshot } from "../../observe/live/snapshot.ts";
import { SlowClient } from "../large_answers.ts";

/** Most listeners of the whole process. */
export const MAX_LISTENERS = 64;
/** Time between two events, less a part of the tick that is looked at. */
const PERIOD_MS = 900;
/** The first event comes as soon as its rates mean something. */
const FIRST_MS = 200;
/** Rates are not made from what is older than this. */
const STALE_MS = 3000;
/** Who takes nothing for this long has gone. */
const MAX_SILENT_MS = 30_000;
/**
 * What a listener holds: stream, response, and what Deno keeps of both; events are shared. It counts for a second after its end:
 * more would let those who come and go use up the budget.
 */
const LISTENER_BYTES = 24 * COST_BYTES.object;

/** One client. */
class Listener implements MemoryOwner {
  readonly stream: ReadableStream<Uint8Array>;
  readonly account: MemoryAccount;
  /** When it has last taken an event. */
  movedMs: number;
  readonly #now: () => number;
  readonly #onEnd: (listener: Listener) => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** The latest event, unless it has been taken. */
  #waiting: Uint8Array | null = null;
  #wake: (() => void) | null = null;
  #isOver = false;

  constructor(budget: MemoryBudget, now: () => number, onEnd: (listener: Listener) => void) {
    this.account = budget.open(this);
    this.#now = now;
    this.movedMs = now();
    this.#onEnd = onEnd;
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  #pull(): void | Promise<void> {
    if (this.#waiting !== null) return this.#give(this.#waiting);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #give(event: Uint8Array): void {
    this.#waiting = null;
    this.movedMs = this.#now();
    this.account.touch();
    this.#controller.enqueue(event);
  }

  /** Gives it an event; or keeps that in place of one before, which it has not taken in time. */
  offer(event: Uint8Array): void {
    if (this.#isOver) return;
    const wake = this.#wake;
    if (wake === null) {
      this.#waiting = event;
      return;
    }
    this.#wake = null;
    this.#give(event);
    wake();
  }

  giveUp(): void {
    this.cut();
  }

  /** Ends the stream of a client that does not read. */
  cut(): void {
    if (this.#isOver) return;
    this.#controller.error(new SlowClient("The client did not take its events in time"));
    this.#end();
  }

  /** Ends the stream in order. */
  close(): void {
    if (this.#isOver) return;
    this.#controller.close();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = null;
    this.#wake?.();
    this.account.closeLater();
    this.#onEnd(this);
  }
}

/** The listeners of one worker. */
export class LiveStreams {
  readonly #cache: ServerCache;
  readonly #budget: MemoryBudget;
  readonly #source: LiveSource;
  readonly #now: () => number;
  readonly #gaugeWord: number;
  readonly #listeners = new Set<Listener>();
  readonly #events = new ServerSentEventStream();
  readonly #writer = this.#events.writable.getWriter();
  readonly #reader = this.#events.readable.getReader();
  /** What the next event's rates are measured from; null while nobody listens. */
  #before: Snapshot | null = null;
  /** The latest event, for who comes between two. */
  #latest: Uint8Array | null = null;
  #isClosed = false;

  /** `now` is in milliseconds, from any time on. */
  constructor(cache: ServerCache, budget: MemoryBudget, source: LiveSource, now: () => number) {
    this.#cache = cache;
    this.#budget = budget;
    this.#source = source;
    this.#now = now;
    this.#gaugeWord = cache.region.gaugeWord(cache.actor, "liveClients");
  }

  /** The stream of a new listener; null where there are too many, or there is no memory for it. */
  open(): ReadableStream<Uint8Array> | null {
    const { region } = this.#cache;
    const { words } = region;
    if (this.#isClosed) return null;
    // Counted before the look, so that two workers never both take the last place.
    Atomics.add(words, this.#gaugeWord, 1);
    const nowMs = this.#now();
    const listener = new Listener(this.#budget, this.#now, (ended) => this.#remove(ended));
    this.#listeners.add(listener);
    const isTooMany = region.gaugeTotal("liveClients") > MAX_LISTENERS;
    if (isTooMany || !listener.account.tryTake(LISTENER_BYTES)) {
      listener.close();
      return null;
    }
    if (this.#before === null || nowMs - this.#before.atMs > STALE_MS) this.#begin(nowMs);
    else if (this.#latest !== null) listener.offer(this.#latest);
    return listener.stream;
  }

  #begin(nowMs: number): void {
    this.#latest = null;
    this.#before = this.#source.snapshot(nowMs);
  }

  #remove(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    Atomics.sub(this.#cache.region.words, this.#gaugeWord, 1);
    if (this.#listeners.size > 0) return;
    this.#before = null;
    this.#latest = null;
  }

  /** Tells all of what has happened, when it is time for that; called a few times a second. */
  tick(): void {
    const before = this.#before;
    if (before === null) return;
    const nowMs = this.#now();
    this.#cutSilent(nowMs);
    if (nowMs - before.atMs < (this.#latest === null ? FIRST_MS : PERIOD_MS)) return;
    const after = this.#source.snapshot(nowMs);
    this.#before = after;
    void this.#tell(JSON.stringify(this.#source.facts(before, after)));
  }

  async #tell(data: string): Promise<void> {
    void this.#writer.write({ data });
    const { value } = await this.#reader.read();
    this.#latest = value!;
    for (const listener of this.#listeners) listener.offer(value!);
  }

  #cutSilent(nowMs: number): void {
    const { region, actor } = this.#cache;
    for (const listener of [...this.#listeners]) {
      if (nowMs - listener.movedMs <= MAX_SILENT_MS) continue;
      listener.cut();
      addCounter(region.words, region.counterWord(actor, "clientsSlow"), 1);
    }
  }

  /** Ends all streams, and begins no more. */
  drain(): void {
    this.#isClosed = true;
    for (const listener of [...this.#listeners]) listener.close();
  }
}
