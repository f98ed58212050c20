// The scope of a thread whose code is still being loaded: keeps the messages that come meanwhile, which
// Deno would drop, since nobody listens yet. Knows no message.

/** The global scope of a thread, as far as it is used here. */
export interface ThreadScope {
  postMessage(message: unknown): void;
  close(): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Stands between a scope and the one listener that it will have. */
export class EarlyMessages implements ThreadScope {
  readonly #scope: ThreadScope;
  readonly #early: MessageEvent[] = [];
  #listener: ((event: MessageEvent) => void) | null = null;

  /** Begins to listen: to be made in the thread's first turn. */
  constructor(scope: ThreadScope) {
    this.#scope = scope;
    scope.addEventListener("message", (event) => {
      if (this.#listener === null) this.#early.push(event);
      else this.#listener(event);
    });
  }

  postMessage(message: unknown): void {
    this.#scope.postMessage(message);
  }

  close(): void {
    this.#scope.close();
  }

  /**
   * Hands over what has come so far, in its order, and all that still comes: never before this returns, since who
   * calls it may not be ready yet. There is one listener.
   */
  addEventListener(_type: "message", listener: (event: MessageEvent) => void): void {
    queueMicrotask(() => {
      this.#listener = listener;
      for (const event of this.#early.splice(0)) listener(event);
    });
  }
}
