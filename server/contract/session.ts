// What the server remembers of one connection between its commands. HTTP requests have a session
// that remembers nothing. Knows no socket and no bytes on the wire.

import type { KeyLine } from "./memcache/key_line.ts";
import type { RequestOrigin } from "./log/slow_requests.ts";
import type { MemoryAccount } from "./memory_account.ts";
import { Way } from "./metrics/ways.ts";
import type { MessageSink, Subscriptions } from "./messages/message_sink.ts";
import type { Reply } from "./reply.ts";
import type { Tracking } from "./tracking.ts";
import type { Transaction } from "./transaction.ts";

/** How a client reaches the server. */
export type Transport = "http" | "resp" | "text" | "memcache" | "websocket";

/** What the server does with a connection once its answers are written. */
export type AfterReply = "stay" | "close";

/** What a client may call itself. */
export type NameField = "name" | "libraryName" | "libraryVersion";

/** Which answers CLIENT REPLY keeps back. */
export const Silence = {
  none: 0,
  /** All. */
  all: 1,
  /** That of the command in work, which was CLIENT REPLY SKIP, and the next one. */
  twice: 2,
  /** That of the command in work. */
  once: 3,
} as const;
/** One of the values of the constant of the same name. */
export type Silence = typeof Silence[keyof typeof Silence];

/** What CLIENT LIST says of a connection. */
export interface ConnectionFacts {
  /** Bytes of commands that have not run yet, and what the buffer for them holds. */
  readonly waitingBytes: number;
  readonly bufferBytes: number;
  /** Bytes of messages that wait to be written, and of how many buffers. */
  readonly pushedBytes: number;
  readonly isWriting: boolean;
}

/** A reply that can begin a message which the client has not asked for. */
export interface PushReply extends Reply {
  /** The next `count` outcomes are such a message. */
  push(count: number): void;
}

/** One client, as commands see it. */
export class Session {
  /** Number of the client, unique in the process: see CLIENT ID. */
  readonly id: number;
  readonly transport: Transport;
  /** The way by which its commands come, as counts have it. */
  way: Way;
  /** Where the client is, for people: "127.0.0.1:50000" or a socket's path. */
  readonly address: string;
  /** Where its commands come from, for transports on which it has its price to know. */
  origin: RequestOrigin | null = null;
  /** The address that it has connected to. */
  readonly localAddress: string;
  /** Milliseconds since 1970 when it connected. */
  readonly createdMs: number;
  /** Whether it has sent anything since {@linkcode idleMs} was asked, which reads no clock for it. */
  hasMoved = false;
  /** Milliseconds since 1970 when that was last seen. */
  #movedMs: number;
  /** Name of its latest command, lower case. */
  lastCommand = "";
  /** Number of the command that it runs or has run last; -1 where that was refused unrun. */
  running = -1;
  /** CLIENT SETNAME and SETINFO. */
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** Version of the Redis protocol that it has chosen with HELLO. */
  protocol: 2 | 3 = 2;
  /** The database that it has chosen with SELECT, by the number that clients use. */
  database = 0;
  /** Whether it may run commands; false until AUTH where a token is configured. */
  isAuthenticated: boolean;
  /** Whether its commands, and those of its scripts, may be about administration; over HTTP not everybody's. */
  mayAdminister = true;
  /** What its client holds of the memory budget; null where nothing is kept for it. */
  account: MemoryAccount | null = null;
  /** What MULTI has begun, or null. */
  transaction: Transaction | null = null;
  /** The tracking that CLIENT TRACKING has begun, or null. */
  tracking: Tracking | null = null;
  /** Sends a message that the client has not asked for. Null: the protocol has no such messages. */
  push: ((compose: (reply: PushReply) => void) => void) | null = null;
  /** Where messages for it go. Null: it cannot subscribe to any. */
  sink: MessageSink | null = null;
  /** What it is subscribed to, or null. */
  subscriptions: Subscriptions | null = null;
  /** Whether its answers are to wait: see Messages.settled. */
  mustSettle = false;
  /** CLIENT NO-EVICT and NO-TOUCH. */
  noEvict = false;
  noTouch = false;
  /** What is kept between two keys of a line that memcached's clients send; null in other protocols. */
  keyLine: KeyLine | null = null;
  /** Whether the next answers are sent: CLIENT REPLY. */
  silence: Silence = Silence.none;
  /** Whether it waits for the end of a pause, or for a time to pass. */
  isHeld = false;
  /** Its connection, where it has one. */
  connection: ConnectionFacts | null = null;
  /** Whether the client has gone, or will send no more. Then it may not wait for answers. */
  hasLeft = false;
  /** Told of that, where a command waits for it. */
  onLeave: (() => void) | null = null;
  /** Ends the wait of a command that waits for others, with an error or as if its time were over. */
  unblock: ((isError: boolean) => void) | null = null;
  /** Set by QUIT and by errors after which the stream cannot be trusted. */
  afterReply: AfterReply = "stay";

  constructor(
    id: number,
    transport: Transport,
    address: string,
    localAddress: string,
    nowMs: number,
    isAuthenticated: boolean,
  ) {
    this.id = id;
    this.transport = transport;
    this.way = Way[transport];
    this.address = address;
    this.localAddress = localAddress;
    this.createdMs = nowMs;
    this.#movedMs = nowMs;
    this.isAuthenticated = isAuthenticated;
  }

  /**
   * Takes bytes of memory for what is kept for this client, or with a negative number gives some
   * back. Returns false, with nothing taken, where there are too few.
   */
  tryTake(bytes: number): boolean {
    return this.account === null || this.account.tryTake(bytes);
  }

  /** Sets a name. Returns false, with nothing changed, where there is no memory for it. */
  rename(field: NameField, name: string): boolean {
    if (!this.tryTake(name.length - this[field].length)) return false;
    this[field] = name;
    return true;
  }

  /** How long ago one has last seen that it has sent something. Asked a few times a second. */
  idleMs(nowMs: number): number {
    if (this.hasMoved) this.#movedMs = nowMs;
    this.hasMoved = false;
    return nowMs - this.#movedMs;
  }

  /** The client has gone, or will send no more. */
  leave(): void {
    this.hasLeft = true;
    this.onLeave?.();
  }

  /** Forgets what was queued and watched, if anything was. */
  endTransaction(): void {
    this.transaction?.end();
    this.transaction = null;
  }
}
