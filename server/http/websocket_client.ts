// The clients of /ws: one object per socket, and the hub that counts, bounds and closes them.
// Messages are answered in the order in which they come, each before the next is looked at.
// Deno hands out whole messages and offers no way to cut a socket off, so sizes are bounded here
// after the fact; that is why the route is off unless asked for (see docs/api.md).

import { Buffer } from "node:buffer";
import type { ServerCache } from "../contract/counters.ts";
import { errorText } from "../codecs/json_answers.ts";
import type { Fields } from "../codecs/json_slow.ts";
import type { Watch } from "../contract/changes.ts";
import type { HttpContext, Sockets } from "./context.ts";
import { OPERATIONS } from "./json_operations.ts";
import { answerFields } from "./websocket_answers.ts";
import { SocketWatches } from "./websocket_watches.ts";

/** Longest message that is answered, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** What may wait for one client that does not read. */
export const MAX_WAITING_BYTES = 1024 * 1024;
/** What may wait for all such clients of a worker. */
const MAX_WORKER_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_ID_CHARS = 64;

/** Reasons to close a socket, as RFC 6455 numbers them. */
const Close = { goingAway: 1001, unsupported: 1003, policy: 1008, tooBig: 1009 } as const;

/** One socket. */
export class SocketClient {
  readonly #socket: WebSocket;
  readonly #context: HttpContext;
  readonly #watches: SocketWatches;
  #isClosing = false;

  constructor(socket: WebSocket, context: HttpContext, cache: ServerCache, watch: Watch) {
    this.#socket = socket;
    this.#context = context;
    this.#watches = new SocketWatches(cache, watch, (text) => this.send(text));
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#receive(data));
  }

  /** Bytes that the client has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  #receive(data: unknown): void {
    if (this.#isClosing) return;
    if (typeof data !== "string") {
      this.send(errorText("Message is binary. Send JSON as text."));
      return this.close(Close.unsupported, "binary message");
    }
    if (data.length > MAX_MESSAGE_BYTES || Buffer.byteLength(data) > MAX_MESSAGE_BYTES) {
      return this.close(Close.tooBig, `message of more than ${MAX_MESSAGE_BYTES} bytes`);
    }
    this.send(this.#answer(data));
  }

  /** Sends a text, unless too much waits already: then the client is closed. */
  send(text: string): void {
    const socket = this.#socket;
    if (this.#isClosing || socket.readyState !== WebSocket.OPEN) return;
    socket.send(text);
    if (socket.bufferedAmount > MAX_WAITING_BYTES) this.closeSlow();
  }

  /** Closes a client that does not read. */
  closeSlow(): void {
    this.close(Close.policy, "answers are not read");
  }

  #answer(data: string): string {
    let fields: unknown;
    try {
      fields = JSON.parse(data);
    } catch {
      return errorText('Message is not valid JSON. Send an object such as {"op":"get","key":"k"}.');
    }
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      return errorText(
        'Message is not a JSON object. Send one such as {"op":"get","key":"k"}.',
      );
    }
    const { id, op, ...rest } = fields as Fields;
    if (id === undefined) return this.#run(op, rest);
    if (!isId(id)) {
      return errorText(
        `Field "id" is not valid. Send a number, or a string of at most ${MAX_ID_CHARS} characters.`,
      );
    }
    return `{"id":${JSON.stringify(id)},${this.#run(op, rest).slice(1)}`;
  }

  #run(op: unknown, fields: Fields): string {
    if (op === "watch") return this.#watches.watch(fields, this.#context);
    if (op === "unwatch") return this.#watches.unwatch(fields, this.#context);
    const operation = typeof op === "string" ? OPERATIONS.get(op) : undefined;
    if (operation !== undefined) return answerFields(this.#context, operation, fields);
    const names = [...OPERATIONS.keys(), "watch", "unwatch"].map((name) => `"${name}"`).join(", ");
    return errorText(`Field "op" is not valid. Send one of ${names}.`);
  }

  /** Closes the socket; nothing that still comes is answered. */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.end();
    if (this.#socket.readyState < WebSocket.CLOSING) this.#socket.close(code, reason);
  }

  /** The socket is no more: ends its watches. */
  end(): void {
    this.#isClosing = true;
    this.#watches.end();
  }
}

function isId(id: unknown): id is string | number {
  return typeof id === "number" || typeof id === "string" && id.length <= MAX_ID_CHARS;
}

/** The sockets of one worker. */
export class SocketHub implements Sockets {
  readonly #cache: ServerCache;
  readonly #watch: Watch;
  readonly #clients = new Set<SocketClient>();
  readonly #gaugeWord: number;

  /** Counts in the gauge of the cache's actor. */
  constructor(cache: ServerCache, watch: Watch) {
    this.#cache = cache;
    this.#watch = watch;
    this.#gaugeWord = cache.region.gaugeWord(cache.actor, "websockets");
  }

  /** Whether the whole process has as many as `limit` sockets. */
  isFull(limit: number): boolean {
    return this.#cache.region.gaugeTotal("websockets") >= limit;
  }

  /** Serves a new socket. */
  add(socket: WebSocket, context: HttpContext): void {
    const client = new SocketClient(socket, context, this.#cache, this.#watch);
    this.#clients.add(client);
    this.#count();
    socket.addEventListener("close", () => {
      client.end();
      this.#clients.delete(client);
      this.#count();
    });
    // A broken connection is closed, too; there is nobody to tell.
    socket.addEventListener("error", (event) => event.preventDefault());
  }

  #count(): void {
    Atomics.store(this.#cache.region.words, this.#gaugeWord, this.#clients.size);
  }

  /** Closes clients that do not read while too much waits for them all. */
  tick(): void {
    let waiting = 0;
    for (const client of this.#clients) waiting += client.waitingBytes;
    if (waiting <= MAX_WORKER_WAITING_BYTES) return;
    for (const client of this.#clients) if (client.waitingBytes > 0) client.closeSlow();
  }

  /** Tells all clients that the server goes away. */
  drain(): void {
    for (const client of this.#clients) client.close(Close.goingAway, "server is stopping");
  }
}
