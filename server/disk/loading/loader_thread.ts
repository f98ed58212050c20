// One loader as main sees it: a thread that is told what to do and answers when it is done. It says so too
// where it fails or comes to its end.

import { messageOf } from "../../contract/error_text.ts";
import type { LoaderAnswer, LoaderOrder } from "./loader.ts";

/** A thread, as far as it is used here. */
export interface Thread {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}

type Answered = Exclude<LoaderAnswer, { readonly step: "failed" }>;

/** A loader that was started. */
export class LoaderThread {
  readonly #thread: Thread;
  #waiting: PromiseWithResolvers<Answered> | null = null;
  #failure: Error | null = null;

  /** `name` is for messages. */
  constructor(thread: Thread, name: string) {
    this.#thread = thread;
    thread.addEventListener("error", (event) => {
      // Otherwise the process would end without a word about the data.
      event.preventDefault();
      this.#fail(new Error(`Cannot load the data: ${name} failed: ${event.message}`));
    });
    thread.addEventListener("message", ({ data }) => this.#take(data as LoaderAnswer));
  }

  /** Whether it has been told something and not answered yet. */
  get isAtWork(): boolean {
    return this.#waiting !== null;
  }

  /** Has it carry out an order; it must not be at work. Rejects where it fails. */
  order<Step extends LoaderOrder["step"]>(
    order: Extract<LoaderOrder, { step: Step }>,
  ): Promise<Extract<LoaderAnswer, { step: Step }>> {
    const waiting = Promise.withResolvers<Answered>();
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.#waiting = waiting;
    try {
      this.#thread.postMessage(order);
    } catch (error) {
      this.#fail(new Error(`Cannot load the data: ${messageOf(error)}`));
    }
    return waiting.promise as Promise<Extract<LoaderAnswer, { step: Step }>>;
  }

  /** Ends it. */
  end(): void {
    this.#thread.terminate();
  }

  #take(answer: LoaderAnswer): void {
    if (answer.step === "failed") return this.#fail(new Error(answer.message));
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}
