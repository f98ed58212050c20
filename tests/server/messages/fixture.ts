// Workers of tests that exchange messages within one thread: sessions whose messages are kept as text, and turns of
// the event loop that end when the test says so.

import type { MessageFormat, MessageSink } from "../../../server/contract/messages/message_sink.ts";
import { Session } from "../../../server/contract/session.ts";
import { TimeSlices } from "../../../server/contract/time_slices.ts";
import { WorkerMessages } from "../../../server/messages/worker_messages.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A client that keeps what it is sent. */
export class Client implements MessageSink {
  readonly session: Session;
  readonly format: MessageFormat;
  received = "";
  isSlow = false;

  constructor(worker: TestWorker, format: MessageFormat = 2) {
    this.format = format;
    this.session = new Session(worker.clients.length + 1, "resp", "", "", 0, true);
    this.session.sink = this;
    worker.clients.push(this);
  }

  deliver(bytes: Uint8Array): void {
    this.received += decoder.decode(bytes);
  }

  closeSlow(): void {
    this.isSlow = true;
  }

  /** What has come since this was asked last: the texts of its bulk strings. */
  take(): string[] {
    const texts = [...this.received.matchAll(/\$\d+\r\n(.*?)\r\n/gs)].map(([, text]) => text!);
    this.received = "";
    return texts;
  }
}

/** A worker, as far as its messages go. */
export class TestWorker {
  readonly clients: Client[] = [];
  readonly messages: WorkerMessages;
  /** What its messages hold of the memory of all. */
  takenBytes = 0;
  readonly #deferred: (() => void)[] = [];

  constructor() {
    const take = (bytes: number) => void (this.takenBytes += bytes);
    const memory = {
      bytesLeft: Infinity,
      tryTake: (bytes: number) => (take(bytes), true),
      take,
      give: (bytes: number) => take(-bytes),
    };
    this.messages = new WorkerMessages(
      new TimeSlices(),
      () => memory,
      (id) => this.clients[id - 1]?.session ?? null,
      (work) => this.#deferred.push(work),
    );
  }

  /** Ends the turn of the event loop. */
  endTurn(): void {
    for (let work = this.#deferred.shift(); work !== undefined; work = this.#deferred.shift()) {
      work();
    }
  }
}
