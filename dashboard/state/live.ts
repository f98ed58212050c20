// The stream of live figures: opened again whenever it ends, sooner at first and later then, and always saying what it
// does. A page that nobody sees lets go of it, so that tabs in the background cost the server nothing.

import { EventLines } from "../../server/observe/facts/event_lines.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import { type Server, ServerError } from "./server.ts";

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 10_000;
/** Without an event for so long the connection is given up. */
const SILENCE_MS = 15_000;
/** How long a hidden page keeps its stream. */
const HIDDEN_MS = 30_000;

/** What the stream is doing. */
export type LiveState =
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  | { readonly is: "asleep" }
  | { readonly is: "lost"; readonly why: string; readonly againInMs: number };

/** Who is told. */
export interface LiveListener {
  facts(facts: LiveFacts): void;
  state(state: LiveState): void;
}

/** Follows /stats/live for ever. */
export class LiveStream {
  readonly #server: Server;
  readonly #listener: LiveListener;
  #stop: AbortController | null = null;
  #wake: () => void = () => {};
  #waitMs = FIRST_WAIT_MS;
  #hiddenTimer = 0;
  #isAsleep = false;

  constructor(server: Server, listener: LiveListener) {
    this.#server = server;
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("online", () => this.#wake());
  }

  #seen(): void {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => {
        this.#isAsleep = true;
        this.#stop?.abort();
      }, HIDDEN_MS);
    } else if (this.#isAsleep) {
      this.#isAsleep = false;
      this.#wake();
    }
  }

  /** Runs until the page goes. */
  async follow(): Promise<never> {
    for (;;) {
      const why = await this.#once();
      if (this.#isAsleep) {
        this.#listener.state({ is: "asleep" });
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      this.#listener.state({ is: "lost", why, againInMs: this.#waitMs });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#waitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#waitMs = Math.min(MAX_WAIT_MS, this.#waitMs * 2);
    }
  }

  /** One connection to its end; says why it ended. */
  async #once(): Promise<string> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#listener.state({ is: "connecting" });
    let silence = 0;
    try {
      const headers = { accept: "text/event-stream" };
      const response = await this.#server.ask("/stats/live", { headers, signal: stop.signal });
      if (!response.ok || response.body === null) return await reason(response);
      const lines = new EventLines();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        silence = setTimeout(() => stop.abort(), SILENCE_MS);
        const { done, value } = await reader.read();
        clearTimeout(silence);
        if (done) return "The server has ended the connection.";
        for (const event of lines.take(value)) this.#take(JSON.parse(event));
      }
    } catch (error) {
      return error instanceof ServerError ? error.message : "The connection is lost.";
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
  }

  #take(facts: LiveFacts): void {
    this.#waitMs = FIRST_WAIT_MS;
    this.#listener.state({ is: "live" });
    this.#listener.facts(facts);
  }
}

async function reason(response: Response): Promise<string> {
  try {
    const { message } = await response.json();
    if (typeof message === "string") return message;
  } catch {
    // No JSON: the status has to do.
  }
  return `The server answers ${response.status}.`;
}
