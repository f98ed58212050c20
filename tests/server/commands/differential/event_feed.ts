// The key events of slabkv's command layer and of a redis-server, as texts that can be compared: channel and key or
// name, in their order.

import { chooseKeyEvents, KeyEvents } from "../../../../cache/mod.ts";
import { notificationFlags } from "../../../../server/config/notification_flags.ts";
import type { Messages } from "../../../../server/contract/messages/messages.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import type { LocalServer } from "../../../../server/process/local_server.ts";
import { encodeCommand } from "../notation.ts";
import type { RedisServer } from "../redis_server.ts";
import { bytesOf, quoted, readFrom, textOf } from "./answer.ts";

const END = "the end";

/** How a redis-server is started whose events are to be compared. */
export const EVENT_OPTIONS: readonly string[] = ["--enable-debug-command", "yes"];

/** What is published in slabkv. */
export class OwnEvents {
  #events: string[] = [];

  /** Asks for these classes of events of `cache`, whose commands publish by `server`. */
  constructor(cache: ServerCache, server: LocalServer, flags: string) {
    const { region } = cache;
    region.keyEvents = new KeyEvents();
    chooseKeyEvents(region, notificationFlags(flags)!);
    const messages: Pick<Messages, "publish" | "topicCount"> = {
      topicCount: () => 1,
      publish: (channel, message) => this.#events.push(shown(textOf(channel), textOf(message))),
    };
    (server as { messages: unknown }).messages = messages;
  }

  /** What has come since the last call. */
  take(): string[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** What a redis-server publishes. */
export class RedisEvents implements Disposable {
  readonly #connection: Deno.Conn;
  #bytes = new Uint8Array(0);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Subscribes to all events of these classes. */
  static async open(redis: RedisServer, flags: string): Promise<RedisEvents> {
    await redis.say(`CONFIG SET notify-keyspace-events ${flags}`);
    // Else chance decides when it tells of what has expired.
    await redis.say("DEBUG SET-ACTIVE-EXPIRE 0");
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: redis.port });
    const events = new RedisEvents(connection);
    await connection.write(encodeCommand(["PSUBSCRIBE", "__key*__:*", END].map(bytesOf)));
    for (let i = 0; i < 2; i++) await events.#next();
    return events;
  }

  /** What has come since the last call. `tell` publishes. */
  async take(tell: (channel: string, message: string) => Promise<unknown>): Promise<string[]> {
    await tell(END, "");
    const events: string[] = [];
    for (;;) {
      const [, , channel, message] = await this.#next();
      if (channel === END) return events;
      events.push(shown(channel!, message!));
    }
  }

  async #next(): Promise<string[]> {
    const chunk = new Uint8Array(65536);
    for (;;) {
      const found = this.#bytes.length === 0 ? null : readFrom(this.#bytes, 0);
      if (found !== null) {
        this.#bytes = this.#bytes.slice(found.end);
        return found.answer.items.map(({ text }) => text);
      }
      const count = await this.#connection.read(chunk);
      if (count === null) throw new Error("redis-server closed the connection");
      const longer = new Uint8Array(this.#bytes.length + count);
      longer.set(this.#bytes);
      longer.set(chunk.subarray(0, count), this.#bytes.length);
      this.#bytes = longer;
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function shown(channel: string, message: string): string {
  return `${quoted(channel)} ${quoted(message)}`;
}
