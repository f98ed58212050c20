// The clients of /ws: one object per socket, and the hub that counts, bounds and closes them.
// Messages are answered in the order in which they come, each before the next is looked at.
// Deno hands out whole messages and offers no way to cut a socket off, so sizes are bounded here
// after the fact; that is why the route is off unless asked for (see docs/api.md).

import { Buffer } from "node:buffer";
import type { ServerCache } from "../contract/counters.ts";
import { errorText } from "../codecs/json_answers.ts";
import type { Fields } from "../codecs/json_slow.ts";
import type { MemoryAccount, MemoryOwner } from "../contract/memory_account.ts";
import { COST_BYTES } from "../contract/memory_budget.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import type { Watch } from "../contract/changes.ts";
import { Way } from "../contract/metrics/ways.ts";
import type { HttpContext, Sockets } from "./context.ts";
import { LARGE_BYTES } from "./large_answers.ts";
import { OPERATIONS } from "./json_operations.ts";
import { SHED_MESSAGE } from "./refusals.ts";
import { answerFields, notDurable, readMessage, unreadable, withId } from "./websocket_answers.ts";
import { SocketWatches } from "./websocket_watches.ts";

/** Longest message that is answered, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** What may wait for one client that does not read. */
export const MAX_WAITING_BYTES = 1024 * 1024;
/** Of what waits so much is not counted: it is about to go. */
const UNCOUNTED_BYTES = 16 * 1024;
/**
 * The part of the budget up to which answers may take memory: Deno keeps what it was given to send,
 * even of a socket that was closed, until the client has taken it or is gone.
 */
const WAITING_SHARE = 1 / 2;
/** What messages of one client may come to that wait for their turn, and what one costs beside its text. */
const MAX_BACKLOG_BYTES = 1024 * 1024;
const MESSAGE_COST_BYTES = COST_BYTES.string + COST_BYTES.object;
/** What Deno takes to read a message and to send one, in milliseconds. */
const EXCHANGE_MS = 0.01;
/** About how long a message takes, and one that may ask for 8 MiB: who needs little goes first. */
const USUAL_MS = 0.25;
const LARGE_MS = 30;
const LARGE = '"mget"';
/** How often a large text is copied on its way, in V8 and in Deno. */
const TEXT_COPIES = 3;
const SHORT = errorText("Too many large answers on their way. Try again in a moment.");
const SHED_TEXT = errorText(SHED_MESSAGE);

/** Reasons to close a socket, as RFC 6455 numbers them. */
const Close = { goingAway: 1001, unsupported: 1003, policy: 1008, tooBig: 1009 } as const;

/** One socket. */
export class SocketClient implements MemoryOwner {
  readonly #socket: WebSocket;
  readonly #context: HttpContext;
  readonly #watches: SocketWatches;
  /** For the answers that wait. */
  readonly #account: MemoryAccount;
  /** Messages that wait for their turn. */
  readonly #backlog: string[] = [];
  #backlogBytes = 0;
  /** To what its work has come; see TimeSlices. */
  #fairMs = 0;
  /** How long its latest message took, and the shorter of the latest two times; 0 before there were any. */
  #latestMs = 0;
  #usualMs = 0;
  /** Where the client is. */
  readonly #address: string;
  #isClosing = false;
  /** Whether an answer waits for the disk, and nothing is in the backlog for it. */
  #isWaiting = false;

  constructor(socket: WebSocket, context: HttpContext, cache: ServerCache, watch: Watch) {
    this.#socket = socket;
    this.#context = context;
    this.#address = context.access.address();
    const { budget } = context;
    this.#watches = new SocketWatches(cache, watch, budget, (text) => this.send(text));
    this.#account = budget.open(this, 3 * MAX_ANSWER_BYTES);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#receive(data));
  }

  #receive(data: unknown): void {
    if (this.#isClosing) return;
    if (typeof data !== "string") {
      this.send(this.#unreadable("Message is binary. Send JSON as text."));
      return this.close(Close.unsupported, "binary message");
    }
    if (data.length > MAX_MESSAGE_BYTES || Buffer.byteLength(data) > MAX_MESSAGE_BYTES) {
      return this.close(Close.tooBig, `message of more than ${MAX_MESSAGE_BYTES} bytes`);
    }
    if (this.#backlog.length === 0 && !this.#isWaiting && !this.#context.slices.isBusy) {
      const later = this.#serve(data);
      return later === null ? undefined : void this.#wait(later);
    }
    this.#backlogBytes += data.length + MESSAGE_COST_BYTES;
    // Deno reads on, whatever waits, and while messages keep coming it does nothing else.
    if (this.#backlogBytes > MAX_BACKLOG_BYTES) {
      return this.close(Close.policy, "too many messages");
    }
    if (this.#backlog.push(data) === 1 && !this.#isWaiting) this.#work();
  }

  /** Answers a message. Returns null, or where its answer waits for the disk what resolves when it is sent. */
  #serve(data: string): Promise<void> | null {
    const fromMs = performance.now();
    this.#context.access.current = this.#address;
    this.#context.way = Way.websocket;
    let answer: string;
    try {
      answer = this.#answer(data);
    } finally {
      this.#context.way = Way.http;
    }
    const durable = this.#context.takeDurable();
    if (durable === null) this.send(answer);
    const ms = performance.now() - fromMs + EXCHANGE_MS;
    this.#usualMs = Math.min(ms, this.#latestMs || ms);
    this.#latestMs = ms;
    this.#fairMs = this.#context.slices.spendFor(this.#fairMs, ms);
    return durable && durable.then((isDurable) => {
      this.send(isDurable ? answer : notDurable(this.#context, answer));
    });
  }

  async #wait(later: Promise<void>): Promise<void> {
    this.#isWaiting = true;
    await later;
    this.#isWaiting = false;
    if (this.#backlog.length > 0) this.#work();
  }

  /** Answers the messages that wait, when it has its turn. */
  async #work(): Promise<void> {
    const { slices } = this.#context;
    const backlog = this.#backlog;
    while (backlog.length > 0) {
      const data = backlog[0]!;
      const ms = this.#usualMs || (data.includes(LARGE) ? LARGE_MS : USUAL_MS);
      if (slices.isBusy) await slices.turnOf(this.#fairMs, ms);
      if (this.#isClosing) break;
      const later = this.#serve(data);
      if (later !== null) await later;
      backlog.shift();
      this.#backlogBytes -= data.length + MESSAGE_COST_BYTES;
    }
    backlog.length = 0;
  }

  /**
   * Sends a text, or where there is no memory for it an error in its place. A client for which too
   * much waits already is closed.
   */
  send(text: string): void {
    const socket = this.#socket;
    if (this.#isClosing || socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MAX_WAITING_BYTES) return this.closeSlow();
    socket.send(text.length <= LARGE_BYTES || this.#takeLarge(text) ? text : SHORT);
    if (socket.bufferedAmount > UNCOUNTED_BYTES && !this.#settle(0)) this.closeSlow();
  }

  /** Takes memory for a text that is to wait, and for a second for the copies made of it. */
  #takeLarge(text: string): boolean {
    const copiesBytes = TEXT_COPIES * text.length;
    if (!this.#hasSpace(copiesBytes)) return false;
    if (!this.#settle(Buffer.byteLength(text))) return false;
    const { budget } = this.#context;
    budget.take(copiesBytes);
    budget.giveLater(copiesBytes);
    return true;
  }

  #hasSpace(bytes: number): boolean {
    if (!this.#account.tryTake(bytes, WAITING_SHARE)) return false;
    this.#account.give(bytes);
    return true;
  }

  /** Counts what waits, and `moreBytes`; returns false where there is no memory for more. */
  #settle(moreBytes: number): boolean {
    const waitingBytes = this.#socket.bufferedAmount + moreBytes;
    const heldBytes = waitingBytes > UNCOUNTED_BYTES ? waitingBytes : 0;
    return this.#account.tryTake(heldBytes - this.#account.bytes, WAITING_SHARE);
  }

  /** Counts what still waits. Returns whether anything does. */
  check(): boolean {
    if (this.#account.bytes > 0) this.#settle(0);
    return this.#account.bytes > 0;
  }

  giveUp(): void {
    this.closeSlow();
  }

  /** Closes a client that does not read. */
  closeSlow(): void {
    this.close(Close.policy, "answers are not read");
  }

  #answer(data: string): string {
    const message = readMessage(data);
    if (typeof message === "string") return this.#unreadable(message);
    const { id, op, fields } = message;
    const answer = this.#run(op, fields);
    return id === undefined ? answer : withId(id, answer);
  }

  #run(op: unknown, fields: Fields): string {
    if (this.#context.gate.refuses()) return this.#shed();
    if (op === "watch") return this.#watches.watch(fields, this.#context);
    if (op === "unwatch") return this.#watches.unwatch(fields, this.#context);
    const operation = typeof op === "string" ? OPERATIONS.get(op) : undefined;
    // Values are not copied where there is no memory to send them.
    if (op === "mget" && !this.#hasSpace(TEXT_COPIES * LARGE_BYTES)) return SHORT;
    if (operation !== undefined) return answerFields(this.#context, operation, fields);
    const names = [...OPERATIONS.keys(), "watch", "unwatch"].map((name) => `"${name}"`).join(", ");
    return this.#unreadable(`Field "op" is not valid. Send one of ${names}.`);
  }

  #shed(): string {
    this.#context.refusals.shed();
    return SHED_TEXT;
  }

  #unreadable(message: string): string {
    return unreadable(this.#context, errorText(message));
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

/** The sockets of one worker. */
export class SocketHub implements Sockets {
  readonly #cache: ServerCache;
  readonly #watch: Watch;
  readonly #clients = new Set<SocketClient>();
  /** Those that are closed, and for which Deno still holds answers. */
  readonly #leaving = new Set<SocketClient>();
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
      this.#leaving.add(client);
      this.#count();
    });
    // A broken connection is closed, too; there is nobody to tell.
    socket.addEventListener("error", (event) => event.preventDefault());
  }

  #count(): void {
    Atomics.store(this.#cache.region.words, this.#gaugeWord, this.#clients.size);
  }

  /** Counts what waits for clients; their worker calls this a few times a second. */
  tick(): void {
    for (const client of this.#clients) client.check();
    for (const client of this.#leaving) if (!client.check()) this.#leaving.delete(client);
  }

  /** Tells all clients that the server goes away. */
  drain(): void {
    for (const client of this.#clients) client.close(Close.goingAway, "server is stopping");
  }
}
