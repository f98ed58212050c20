// The raw protocols of one worker: their listeners, their connections and what these share, as one
// thing that its worker starts, ticks and drains.

import type { ServerCache } from "../contract/counters.ts";
import { Args } from "../contract/args.ts";
import { CollectedReply } from "../codecs/collected_reply.ts";
import { CommandContext, MAX_ARGUMENTS } from "../contract/command.ts";
import { execute } from "../commands/execute.ts";
import { FlushTime } from "../commands/memcache/flush_time.ts";
import { commandOf, COMMANDS } from "../commands/table.ts";
import { type Config, keyByteLimit } from "../config/config.ts";
import type { Credentials, Listen } from "../contract/listen.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import type { Gate } from "../contract/breaker/gate.ts";
import { Refusals } from "../contract/command_stats.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import type { ServerFacade } from "../contract/server.ts";
import { Session } from "../contract/session.ts";
import type { SocketCalls } from "./direct_send.ts";
import { MemcacheProtocol } from "./memcache/memcache_protocol.ts";
import { type RawProtocol, RespProtocol, TextProtocol } from "./protocols.ts";
import { RawClients } from "./raw_clients.ts";
import { RawContext } from "./raw_context.ts";
import { RawListener } from "./raw_listener.ts";

/** Space for options and names where values are kept very short. */
const MIN_BULK_BYTES = 4096;
/** Longest command of many arguments. */
const MIN_COMMAND_BYTES = 8 * 1024 * 1024;
/** What a client may hold beside one longest command and one longest answer. */
const SPARE_BYTES = 1024 * 1024;

/** What the raw protocols need of their worker. */
export interface RawServerOptions {
  readonly config: Config;
  readonly cache: ServerCache;
  readonly budget: MemoryBudget;
  readonly server: ServerFacade;
  /** The clients of the worker that wait for something. */
  readonly waits: CommandContext["waits"];
  /** What runs its scripts. */
  readonly scripts: CommandContext["scripts"];
  readonly listens: readonly Listen[];
  /** Which commands are run. */
  readonly gate: Gate;
  readonly onBug: (error: unknown) => void;
  readonly warn: (error: unknown) => void;
}

/** All raw listeners and connections of a worker. */
export class RawServer {
  readonly clients: RawClients;
  readonly #listeners: RawListener[];
  readonly #context: RawContext;
  readonly #newContext: () => CommandContext;
  readonly #flushTime: FlushTime;

  /** By `calls` answers are sent at once. */
  constructor(options: RawServerOptions, calls?: SocketCalls) {
    const { config, cache, budget, server, waits, scripts, listens, gate, onBug, warn } = options;
    const { region, actor, now } = cache;
    this.clients = new RawClients(region, actor, config.maxConnections, now);
    const nobody = new Session(0, "resp", "", "", now(), false);
    const newContext = (before?: CommandContext) => {
      const made = new CommandContext(cache, server, COMMANDS, nobody, before);
      made.waits = waits;
      made.scripts = scripts;
      return made;
    };
    this.#newContext = newContext;
    this.#flushTime = new FlushTime(region, now);
    const refusals = new Refusals(region, actor, server.stats);
    const context = new RawContext({
      config,
      refusals,
      region,
      actor,
      budget,
      maxHeldBytes: maxCommandBytes(config) + MAX_ANSWER_BYTES + SPARE_BYTES,
      clients: this.clients,
      gate,
      now,
      newContext,
      onBug,
      calls,
    });
    this.#context = context;
    const protocols = {
      resp: respProtocol(config, cache, refusals),
      text: new TextProtocol(config, refusals),
      memcache: new MemcacheProtocol(
        { maxValueBytes: config.maxValueBytes, maxLineBytes: maxCommandBytes(config) },
        cache,
        refusals,
      ),
    };
    this.#listeners = listens.flatMap((listen) => {
      if (listen.protocol === undefined) return [];
      const protocol: RawProtocol = protocols[listen.protocol];
      return [new RawListener(listen, context, protocol, warn)];
    });
  }

  /** Binds all listeners. Throws Error when one cannot be bound. */
  start(): void {
    for (const listener of this.#listeners) listener.start();
  }

  /** Listens with other credentials where it has some. */
  renew(credentials: Credentials): void {
    for (const listener of this.#listeners) listener.renew(credentials);
  }

  /** Closes what has taken too long. */
  tick(): void {
    this.#context.pause.tick();
    this.clients.check();
    if (this.#flushTime.take()) this.#flush();
  }

  /** Carries out the flush_all whose time has come. */
  async #flush(): Promise<void> {
    const reply = new CollectedReply();
    try {
      await execute(this.#newContext(), commandOf("FLUSHDB"), new Args(), reply);
    } catch (error) {
      this.#context.onBug(error);
    }
    if (reply.failure !== null) this.#flushTime.retry();
  }

  /** Accepts no more; resolves when all connections have ended. */
  async drain(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    await this.clients.drain();
  }
}

/** Longest command of the Redis protocol. */
function maxCommandBytes({ maxValueBytes, bodyMemoryBytes }: Config): number {
  return Math.min(Math.max(MIN_COMMAND_BYTES, 2 * maxValueBytes), bodyMemoryBytes);
}

function respProtocol(config: Config, cache: ServerCache, refusals: Refusals): RespProtocol {
  const { maxValueBytes } = config;
  return new RespProtocol(
    {
      maxArguments: MAX_ARGUMENTS + 1,
      maxBulkBytes: Math.max(maxValueBytes, keyByteLimit(config), MIN_BULK_BYTES),
      maxCommandBytes: maxCommandBytes(config),
    },
    cache,
    refusals,
  );
}
