// Pipelines of the Redis protocol in this thread, without sockets: input buffer, codec, command, engine and answer,
// as one connection of a worker has them. So a nanosecond more of a command can be seen, which the system's own time
// would hide. Measures nothing by itself.

import { Cache, Region } from "../../cache/mod.ts";
import { WorkerWatch } from "../../server/changes/watch.ts";
import { ClientWaits } from "../../server/commands/blocking/client_waits.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import type { Config } from "../../server/config/config.ts";
import { parseConfig } from "../../server/config/parse.ts";
import { Gate, WorkerMode } from "../../server/contract/breaker/gate.ts";
import { CommandContext } from "../../server/contract/command.ts";
import { Refusals } from "../../server/contract/command_stats.ts";
import { ACTOR_NAMES } from "../../server/contract/counters.ts";
import { MemoryBudget } from "../../server/contract/memory_budget.ts";
import { Session } from "../../server/contract/session.ts";
import { nextTurn } from "../../server/contract/time_slices.ts";
import { LocalServer } from "../../server/process/local_server.ts";
import { Batch } from "../../server/raw/batch.ts";
import { InputBuffer } from "../../server/raw/input_buffer.ts";
import { RespProtocol } from "../../server/raw/protocols.ts";
import { RawClients } from "../../server/raw/raw_clients.ts";
import { RawContext } from "../../server/raw/raw_context.ts";

const MEMORY_BYTES = 256 * 1024 * 1024;
const INPUT_BYTES = 64 * 1024;
const MAX_BYTES = 1024 * 1024;

/** One worker with one connection. */
export class Pipe {
  readonly #server: LocalServer;
  readonly #raw: RawContext;
  readonly #protocol: RespProtocol;
  readonly #session: Session;
  readonly #input: InputBuffer;
  readonly #batch: Batch;
  /** Bytes of all answers. */
  answeredBytes = 0;
  #tickedMs = 0;

  /** `args` are those of a server's command line. */
  constructor(args: readonly string[]) {
    const config = configOf(args);
    const region = Region.create({ memoryBytes: MEMORY_BYTES, actorCount: 2, names: ACTOR_NAMES });
    const cache = new Cache(region, 1, Date.now, nextTurn);
    this.#server = new LocalServer(config, Date.now(), cache);
    const watch = new WorkerWatch(region, 1);
    this.#server.watch = watch;
    const waits = new ClientWaits(cache, watch);
    const budget = new MemoryBudget(region, 1, config.bodyMemoryBytes);
    const refusals = new Refusals(region, 1, this.#server.stats);
    const gate = new Gate(region, 1);
    gate.mode = WorkerMode.open;
    this.#session = new Session(1, "resp", "", "", Date.now(), true);
    this.#raw = new RawContext({
      config,
      refusals,
      region,
      actor: 1,
      budget,
      maxHeldBytes: MAX_BYTES,
      clients: new RawClients(region, 1, 1, Date.now),
      gate,
      now: Date.now,
      newContext: (before) => {
        const context = new CommandContext(cache, this.#server, COMMANDS, this.#session, before);
        context.waits = waits;
        return context;
      },
      onBug: (error) => {
        throw error;
      },
      calls: undefined,
    });
    const limits = { maxArguments: 100, maxBulkBytes: MAX_BYTES, maxCommandBytes: MAX_BYTES };
    this.#protocol = new RespProtocol(limits, cache, refusals);
    const account = this.#raw.openAccount({ giveUp: () => {} });
    this.#session.account = account;
    this.#input = new InputBuffer(account);
    this.#input.bytes = new Uint8Array(INPUT_BYTES);
    this.#batch = new Batch(this.#raw, this.#protocol, this.#session, this.#input);
  }

  /** Does what a worker does a few times a second, if that is due. */
  tick(everyMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#tickedMs < everyMs) return;
    this.#tickedMs = nowMs;
    this.#server.tick();
  }

  /** Runs the commands in `bytes`, which are whole ones and at most 64 KiB. */
  run(bytes: Uint8Array): void {
    const input = this.#input;
    input.bytes.set(bytes);
    input.at = input.needed = 0;
    input.end = bytes.length;
    while (input.at < bytes.length) {
      const reply = this.#protocol.takeReply(this.#session, this.#session.account!);
      this.#batch.run(reply);
      this.answeredBytes += reply.used;
      this.#protocol.giveBack(reply);
    }
  }
}

function configOf(args: readonly string[]): Config {
  const parsed = parseConfig([...args], {}, { totalMemoryBytes: 4 * MEMORY_BYTES, cpus: 2 });
  if (parsed.kind === "run") return parsed.config;
  throw new Error(`Cannot measure a server with ${args.join(" ")}: it would not run`);
}
