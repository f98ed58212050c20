/**
 * One measured load of SETs over the Redis protocol, by redis-benchmark where it is on PATH: writes a second and CPU
 * time of the server. Loads last about as long as is asked, by the rate of the load before on the same server.
 */

import { versionOf } from "../child_servers.ts";
import { median } from "../figures.ts";
import { cpuUs } from "../process.ts";
import { runLoad } from "../resp/load.ts";
import { parseOptions as respOptions } from "../resp/options.ts";
import { runRedisBenchmark } from "../resp/redis_benchmark.ts";
import { randomIds, trafficOf } from "../resp/traffic.ts";
import type { BenchOptions } from "./options.ts";
import type { Server } from "./servers.ts";

/** How many clients send, and how many SETs each before it awaits answers. */
export interface SetLoad {
  readonly clients: number;
  readonly pipeline: number;
}

/** What one load came to. */
export interface Measured {
  readonly perSecond: number;
  /** CPU time of the server for each write, in microseconds; NaN where the system doesn't say. */
  readonly cpuUs: number;
}

const TINY_REQUESTS = 2000;
/** Requests of the load that finds out the rate, for each client. */
const FIRST_REQUESTS = 100;

/** Loads servers with SETs. */
export class SetLoads {
  readonly #options: BenchOptions;
  readonly #hasRedisBenchmark: boolean;
  readonly #traffic;
  readonly #rates = new Map<string, number>();

  private constructor(options: BenchOptions, hasRedisBenchmark: boolean) {
    this.#options = options;
    this.#hasRedisBenchmark = hasRedisBenchmark;
    this.#traffic = trafficOf(
      "set",
      randomIds(options.tiny ? 2 ** 11 : 2 ** 17, options.keyCount),
      0,
    );
  }

  static async create(options: BenchOptions): Promise<SetLoads> {
    const found = options.tiny ? undefined : await versionOf("redis-benchmark");
    return new SetLoads(options, found !== undefined);
  }

  /** Loads a server once. */
  async measure({ port, pid }: Server, load: SetLoad): Promise<Measured> {
    const cell = `${port} ${load.clients} ${load.pipeline}`;
    if (!this.#rates.has(cell) && !this.#options.tiny) {
      const first = FIRST_REQUESTS * load.clients * load.pipeline;
      const rough = await this.#run(port, load, first);
      // A first load is mostly its own start: one of a quarter of the time says more.
      const more = Math.ceil(rough * this.#options.seconds / 4);
      this.#rates.set(cell, await this.#run(port, load, Math.max(first, more)));
    }
    const rate = this.#rates.get(cell) ?? 0;
    const requests = this.#options.tiny ? TINY_REQUESTS : Math.ceil(rate * this.#options.seconds);
    const before = cpuUs(pid) ?? NaN;
    const perSecond = await this.#run(port, load, requests);
    const used = (cpuUs(pid) ?? NaN) - before;
    this.#rates.set(cell, perSecond);
    return { perSecond, cpuUs: used / requests };
  }

  async #run(port: number, { clients, pipeline }: SetLoad, requests: number): Promise<number> {
    if (!this.#hasRedisBenchmark) {
      return await runLoad({
        port,
        traffic: this.#traffic,
        pipeline,
        connections: clients,
        requests,
      });
    }
    const options = { ...respOptions([])!, connections: clients, keyCount: this.#options.keyCount };
    return await runRedisBenchmark({ port, kind: "set", pipeline, requests }, options);
  }
}

/** The rounds of several servers under a load, in turns; who comes first changes with every round. */
export async function inTurns(
  servers: readonly Server[],
  rounds: number,
  measure: (server: Server, round: number) => Promise<Measured>,
): Promise<Measured[][]> {
  const found = servers.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const i = (turn + round) % servers.length;
      found[i]!.push(await measure(servers[i]!, round));
    }
  }
  return found;
}

/** The median of the writes a second. */
export function perSecondOf(rounds: readonly Measured[]): number {
  return median(rounds.map((one) => one.perSecond));
}

/** The median of each round's ratio of CPU time. */
export function cpuRatio(ones: readonly Measured[], others: readonly Measured[]): number {
  return median(ones.map((one, round) => one.cpuUs / others[round]!.cpuUs));
}
