// The control channel between main and a worker, over the worker's message port. It has requests,
// whose answer must come in time, and notices without an answer. For rare things only: changes of data
// go through the event rings, and a serving thread never waits here.

import { messageOf } from "../contract/error_text.ts";

/** Longest time that the other side may take to answer, in milliseconds. */
export const CONTROL_TIMEOUT_MS = 1000;

/** The other side has not answered in time: it may be gone, or at work for ever. */
export class NoAnswer extends Error {}

/** The other side has answered that it cannot. */
export class RequestFailed extends Error {}

/** A message port, as far as this module uses it. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Carries out one kind of request or notice. Its result is the answer. */
export type ControlHandler = (body: unknown) => unknown;

type Message =
  | { readonly kind: "request"; readonly id: number; readonly name: string; readonly body: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly body: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string };

interface Waiting {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** One end of a control channel. */
export class ControlChannel {
  readonly #port: Port;
  readonly #handlers: Readonly<Record<string, ControlHandler>>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** `handlers` carry out what the other end asks for, by name. */
  constructor(port: Port, handlers: Readonly<Record<string, ControlHandler>>) {
    this.#port = port;
    this.#handlers = handlers;
    port.addEventListener("message", (event) => this.#receive(event.data as Message));
  }

  /**
   * Asks the other end. Rejects with {@linkcode RequestFailed} if that fails, with {@linkcode NoAnswer} if none comes
   * within `timeoutMs`. What is in `transfer` is the other end's from then on.
   */
  request(
    name: string,
    body?: unknown,
    timeoutMs: number = CONTROL_TIMEOUT_MS,
    transfer: Transferable[] = [],
  ): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new NoAnswer(`Cannot ${name}: no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ kind: "request", id, name, body }, transfer);
    });
  }

  /** Sends the other end a notice. What is in `transfer` is the other end's from then on. */
  notify(name: string, body?: unknown, transfer: Transferable[] = []): void {
    this.#send({ kind: "request", id: 0, name, body }, transfer);
  }

  #send(message: Message, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #receive(message: Message): void {
    if (message.kind === "request") this.#carryOut(message.id, message.name, message.body);
    else this.#settle(message);
  }

  async #carryOut(id: number, name: string, body: unknown): Promise<void> {
    try {
      if (!Object.hasOwn(this.#handlers, name)) throw new Error(`Cannot ${name}: not known`);
      const answer = await this.#handlers[name]!(body);
      if (id !== 0) this.#send({ kind: "answer", id, body: answer });
    } catch (error) {
      if (id === 0) throw error;
      this.#send({ kind: "failure", id, message: messageOf(error) });
    }
  }

  #settle(message: Exclude<Message, { kind: "request" }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.kind === "answer") waiting.resolve(message.body);
    else waiting.reject(new RequestFailed(message.message));
  }
}
