// What this worker's subscribers are to get. The messages of a turn of the event loop gather in logs, one
// for each format; at its end each subscriber gets its own as one piece. Where there are so many that this
// takes long, it is done in slices, and the messages of other turns gather meanwhile.

import type { MemorySource } from "../contract/memory_account.ts";
import type { TimeSlices } from "../contract/time_slices.ts";
import type { FrameKind } from "./message_frames.ts";
import type { Subscriber } from "./subscriber.ts";
import { TurnLog } from "./turn_log.ts";

/** With so many bytes to be delivered in a turn, those who publish wait until they are. */
const MAX_EASY_BYTES = 1024 * 1024;
/** Subscribers between two looks at the clock. */
const SLICE_SUBSCRIBERS = 16;

/** The messages of one turn. */
class Turn {
  readonly logs: readonly TurnLog[];
  /** Who gets any of them, and how many of those have got them. */
  readonly subscribers: Subscriber[] = [];
  doneCount = 0;
  /** To how many bytes they come for all together. */
  bytes = 0;

  constructor(memory: () => MemorySource | null) {
    this.logs = [new TurnLog(2, memory), new TurnLog(3, memory), new TurnLog("events", memory)];
  }

  /** Hands some subscribers what is theirs. Returns whether all have it. */
  deliverSome(): boolean {
    const end = Math.min(this.doneCount + SLICE_SUBSCRIBERS, this.subscribers.length);
    while (this.doneCount < end) this.subscribers[this.doneCount++]!.handOver();
    return end === this.subscribers.length;
  }

  reset(): void {
    for (const log of this.logs) log.reset();
    this.subscribers.length = 0;
    this.doneCount = 0;
    this.bytes = 0;
  }
}

/** The messages on their way to the subscribers of one worker. */
export class Outbox {
  readonly #slices: TimeSlices;
  readonly #defer: (work: () => void) => void;
  #turn: Turn;
  /** The turn before while it is being delivered, or spare. */
  #other: Turn;
  #isDue = false;
  #delivering: Promise<void> | null = null;
  /** Settles once what gathers now has been delivered. */
  #delivered: Promise<void> | null = null;
  #onDelivered: () => void = () => {};
  #kind: FrameKind = "message";
  #parts: readonly (Uint8Array | null)[] = [];
  #serial = 0;
  /** Subscribers for whom there was no space. */
  #lost = new Set<Subscriber>();

  /** `defer` calls back at the end of the turn. Logs take `memory`. */
  constructor(
    slices: TimeSlices,
    memory: () => MemorySource | null,
    defer: (work: () => void) => void,
  ) {
    this.#slices = slices;
    this.#defer = defer;
    this.#turn = new Turn(memory);
    this.#other = new Turn(memory);
  }

  /** Begins a message; its parts are looked at until the next one begins. */
  begin(kind: FrameKind, parts: readonly (Uint8Array | null)[]): void {
    this.#kind = kind;
    this.#parts = parts;
    this.#serial++;
  }

  /** A subscriber is to get that message. */
  add(subscriber: Subscriber): void {
    const { format } = subscriber.sink;
    const turn = this.#turn;
    const log = turn.logs[format === 2 ? 0 : format === 3 ? 1 : 2]!;
    if (log.serial !== this.#serial) {
      if (!log.write(this.#kind, this.#parts)) return this.#lose(subscriber);
      log.serial = this.#serial;
    }
    if (subscriber.note(log)) {
      turn.subscribers.push(subscriber);
      this.#schedule();
    }
    turn.bytes += log.to - log.from;
  }

  #lose(subscriber: Subscriber): void {
    this.#lost.add(subscriber);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    // What is being delivered comes first.
    if (this.#delivering === null) this.#defer(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#isDue = false;
    const turn = this.#turn;
    this.#turn = this.#other;
    this.#other = turn;
    const onDelivered = this.#onDelivered;
    this.#onDelivered = () => {};
    this.#delivered = null;
    const lost = this.#lost;
    if (lost.size > 0) this.#lost = new Set();
    const done = this.#slices.run(() => turn.deliverSome());
    const end = () => {
      for (const subscriber of lost) subscriber.sink.closeSlow();
      turn.reset();
      onDelivered();
    };
    if (done === null) return end();
    this.#delivering = done.then(end).finally(() => {
      this.#delivering = null;
      if (this.#isDue) this.#defer(this.#deliver);
    });
  };

  /** Whether so much is to be delivered that those who publish have to wait. */
  get isFull(): boolean {
    return this.#turn.bytes >= MAX_EASY_BYTES;
  }

  /** Until when those who publish are to wait, since much is to be delivered; null: they are not. */
  settled(): Promise<void> | null {
    if (!this.isFull) return null;
    return this.#delivered ??= new Promise((resolve) => this.#onDelivered = resolve);
  }
}
