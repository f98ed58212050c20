// What the routes of one worker share: limits, buffers that every request reuses, and the way to
// commands. Handling a request is synchronous once its body is there, so one set of buffers does.

import type { ServerCache } from "../contract/counters.ts";
import { Args } from "../contract/args.ts";
import type { Gate } from "../contract/breaker/gate.ts";
import { CollectedReply } from "../codecs/collected_reply.ts";
import { JsonAnswers } from "../codecs/json_answers.ts";
import { JsonHit } from "../codecs/json_hit.ts";
import type { JsonLimits } from "../codecs/json_decode.ts";
import { QueryFound } from "../codecs/query.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import { NOT_DURABLE, PAUSED } from "../commands/failures.ts";
import { Pause } from "../commands/connection/pause.ts";
import { askerOf, whenOnDisk } from "../commands/server/slow_runs.ts";
import type { Asker } from "../contract/log/slow_requests.ts";
import { beginUntimed, runCounted, runTimed } from "../commands/timing.ts";
import { type Config, jsonBodyLimit, keyByteLimit, storeBodyLimit } from "../config/config.ts";
import type { Way } from "../contract/metrics/ways.ts";
import type { MemoryBudget } from "../contract/memory_budget.ts";
import type { Durability } from "../contract/persistence/durability.ts";
import type { Pool } from "../contract/pool.ts";
import { Refusals } from "../contract/command_stats.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../contract/reply.ts";
import type { ServerFacade, ServerStatus } from "../contract/server.ts";
import type { TimeSlices } from "../contract/time_slices.ts";
import { error } from "./answers.ts";
import { Bodies } from "./bodies.ts";
import { type CommandRunner, runnerPool } from "./command_runner.ts";
import { LargeAnswers } from "./large_answers.ts";
import { NOT_DURABLE_MESSAGE } from "./refusals.ts";
import { RequestAccess } from "./request_access.ts";
import { Dashboard } from "./dashboard/dashboard.ts";
import { EventStreams } from "./events/event_streams.ts";
import { Observation } from "./observe/observation.ts";
import { Exports } from "./transfer/export_stream.ts";
import { importBodyLimit, type ImportRunner, importRunners } from "./transfer/import_runner.ts";

/** Most keys of one /mget and items of one /mput. */
const MAX_ITEMS = 10_000;

/** Handles a request for one route; `query` is where its query string begins, or -1. */
export type RouteHandler = (
  context: HttpContext,
  request: Request,
  url: string,
  query: number,
) => Response | Promise<Response>;

/** One path and what it does by method. HEAD is answered wherever GET is. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Record<string, RouteHandler>>;
  /** Answers without a token: what probes ask for. */
  readonly open?: boolean;
  /** Tells of the server itself, and so is answered whatever the breaker says and while data are loaded. */
  readonly observes?: boolean;
  /** Changes something, whatever is sent: no page may ask for it that may change nothing. */
  readonly changes?: boolean;
  /** One line for the docs. */
  readonly summary: string;
}

/** The WebSockets of a worker, as the route that opens them sees them. */
export interface Sockets {
  /** Whether the whole process has as many as `limit` sockets. */
  isFull(limit: number): boolean;
  /** Serves a new socket. */
  add(socket: WebSocket, context: HttpContext): void;
}

/** What a worker's routes are made of. */
export interface HttpContextParts {
  readonly config: Config;
  readonly cache: ServerCache;
  readonly budget: MemoryBudget;
  readonly status: ServerStatus;
  readonly commands: CommandContext;
  readonly sockets: Sockets;
  readonly gate: Gate;
}

/** Everything that a worker's routes work with. */
export class HttpContext {
  readonly config: Config;
  readonly cache: ServerCache;
  readonly status: ServerStatus;
  readonly budget: MemoryBudget;
  readonly bodies: Bodies;
  readonly largeAnswers: LargeAnswers;
  /** Limits of the JSON routes, in characters. */
  readonly jsonLimits: JsonLimits;
  /** Limits of the store routes, in bytes. */
  readonly storeLimits: JsonLimits;
  readonly jsonBodyBytes: number;
  readonly storeBodyBytes: number;
  /** Of a request with commands: a value of the store routes, written in JSON. */
  readonly commandBodyBytes: number;
  readonly args: Args = new Args();
  /** A second set, for a key that has to be compared with the first. */
  readonly spare: Args = new Args();
  readonly reply: CollectedReply = new CollectedReply();
  readonly hit: JsonHit = new JsonHit();
  readonly found: QueryFound = new QueryFound();
  readonly answers: JsonAnswers = new JsonAnswers();
  /** What requests say of themselves. */
  readonly access: RequestAccess = new RequestAccess();
  /** What requests of the REST interface work with. */
  readonly runners: Pool<CommandRunner>;
  /** What imports work with, the longest body of one, and the exports on their way. */
  readonly imports: Pool<ImportRunner>;
  readonly importBodyBytes: number;
  readonly exports: Exports;
  /** The clients that are sent messages as events. */
  readonly events: EventStreams;
  /** What the routes tell that show how the server does, and the page for it. */
  readonly observation: Observation;
  readonly dashboard: Dashboard;
  /** Counts what is refused. */
  readonly refusals: Refusals;
  /** The WebSockets of this worker. */
  readonly sockets: Sockets;
  /** How requests are treated. */
  readonly gate: Gate;
  /** CLIENT PAUSE: who is held is refused here, since HTTP has a status for that. */
  readonly #pause: Pause;
  readonly #commands: CommandContext;
  /** What the answer to the latest command waits for. */
  #durable: Promise<boolean> | null = null;
  #commits = 0;

  constructor(parts: HttpContextParts) {
    const { config, cache, budget, status, commands, sockets, gate } = parts;
    const { region, actor } = cache;
    const now = () => performance.now();
    this.config = config;
    this.cache = cache;
    this.status = status;
    this.budget = budget;
    this.bodies = new Bodies(region, actor, budget, config, this.access, now);
    this.bodies.onSlow = (request, ms) => {
      this.server.slow.noteWait("body", ms, this.#askerOf(request));
    };
    const { bodyTimeoutMs, compress } = config;
    this.largeAnswers = new LargeAnswers(region, actor, budget, bodyTimeoutMs, now, compress);
    const maxKeyBytes = keyByteLimit(config);
    const limits = { maxKeyBytes, maxValueChars: config.maxValueChars, maxItems: MAX_ITEMS };
    this.jsonLimits = { ...limits, maxKeyChars: config.maxKeyChars };
    this.storeLimits = { ...limits, maxKeyChars: maxKeyBytes };
    this.jsonBodyBytes = jsonBodyLimit(config);
    this.storeBodyBytes = Math.min(storeBodyLimit(config), cache.maxItemBytes);
    this.commandBodyBytes = this.jsonBodyBytes + 2 * this.storeBodyBytes;
    this.refusals = new Refusals(region, actor, commands.stats);
    this.runners = runnerPool(commands, budget, this.refusals);
    this.importBodyBytes = importBodyLimit(config, this.storeBodyBytes);
    this.imports = importRunners(commands, this.importBodyBytes, this.refusals);
    const { slices } = commands.server;
    this.exports = new Exports({ cache, budget, slices, timeoutMs: bodyTimeoutMs, now });
    this.events = new EventStreams(cache, budget, commands.messages, config.maxConnections);
    this.observation = new Observation({ cache, budget, status, commands, now });
    this.dashboard = new Dashboard(config);
    this.sockets = sockets;
    this.gate = gate;
    this.#commands = commands;
    this.#pause = new Pause(region, cache.now);
    commands.session.origin = this.access;
  }

  /** Gives up bodies and large answers that have taken too long; called a few times a second. */
  expire(): void {
    this.largeAnswers.expire();
    this.exports.expire();
    this.events.tick();
    this.observation.tick();
    this.bodies.expire();
  }

  /** The server stops: ends all streams of events. */
  drain(): void {
    this.events.drain();
    this.observation.drain();
  }

  /** The server around the cache. */
  get server(): ServerFacade {
    return this.#commands.server;
  }

  /** By which way the commands come that run from here on. */
  set way(way: Way) {
    this.#commands.session.way = way;
  }

  /** Whose turn it is to do work of some length. */
  get slices(): TimeSlices {
    return this.#commands.server.slices;
  }

  /**
   * Runs GET, or GET_AGAIN, with the key in `args`; what it came to is in `hit` afterwards. A value of
   * more than `maxBytes` is refused before it is copied.
   */
  runGet(maxBytes: number, command: Command): JsonHit {
    this.hit.begin(this.args);
    this.hit.bytesLeft = maxBytes;
    if (this.#pause.isOn && this.#pause.holds(false)) this.#hold(this.hit);
    else this.#execute(command, this.hit);
    if (this.hit.failure !== null) this.#refused(this.hit.failure, maxBytes);
    return this.hit;
  }

  /**
   * Runs a command with the arguments in `args`; its outcomes are in `reply` afterwards. Values of more
   * than `maxBytes` together are refused before they are copied.
   */
  run(command: Command, maxBytes = MAX_ANSWER_BYTES): CollectedReply {
    this.reply.reset();
    this.reply.maxBytes = maxBytes;
    if (this.#pause.isOn && this.#pause.holds(command.flags.includes("write"))) {
      this.#hold(this.reply);
    } else this.#execute(command, this.reply);
    if (this.reply.failure !== null) this.#refused(this.reply.failure, maxBytes);
    return this.reply;
  }

  #hold(reply: Reply): void {
    this.#commands.session.running = -1;
    reply.fail(PAUSED);
  }

  #execute(command: Command, reply: Reply): void {
    const commands = this.#commands;
    const { durability } = commands.server;
    if (durability !== null) {
      this.#durable = null;
      this.#commits = durability.commits;
    }
    beginUntimed(commands);
    // A second try is part of the same call.
    if (commands.commands[command.id] === command) runCounted(commands, command, this.args, reply);
    else runTimed(commands, command, this.args, reply, true);
    if (durability !== null && command.isWrite && durability.commits !== this.#commits) {
      this.#durable = durability.wait();
    }
  }

  /**
   * Resolves with whether what the latest command has changed is on the disk, where its answer has to wait for
   * that; null where not. To be asked at once, before another one runs.
   */
  takeDurable(): Promise<boolean> | null {
    const durable = this.#durable;
    this.#durable = null;
    return durable;
  }

  /** The answer to the latest command, once what it says is on the disk; or the error that it is not. */
  whenDurable(answer: Response): Response | Promise<Response> {
    return this.#durable === null ? answer : this.#waited(answer, this.takeDurable()!);
  }

  async #waited(answer: Response, durable: Promise<boolean>): Promise<Response> {
    const { current } = this.access;
    const asker = () => this.#askerOf(current);
    if (await whenOnDisk(durable, this.server.slow, asker)) return answer;
    this.noteNotDurable();
    return error(503, NOT_DURABLE_MESSAGE);
  }

  /** Who has sent a request, or a message from an address. */
  #askerOf(current: Request | string): Asker {
    this.access.current = current;
    return askerOf(this.#commands.session);
  }

  /** Counts a write that was carried out and is answered with an error. */
  noteNotDurable(): void {
    this.refusals.failed(NOT_DURABLE, this.#commands.session);
  }

  /** Who waits until changes are on the disk; null where no answer does. */
  get durability(): Durability | null {
    return this.#commands.server.durability;
  }

  #refused(failure: Failure, maxBytes: number): void {
    // What is too large for a first try is read again; its client is not refused anything yet.
    if (failure.kind === "answerTooLarge" && maxBytes < MAX_ANSWER_BYTES) return;
    this.refusals.failed(failure, this.#commands.session);
  }

  /** Notes that a request came with a wrong token. */
  noteFailedToken(request: Request): void {
    this.#commands.server.noteFailedToken(this.access.addressOf(request));
  }
}
