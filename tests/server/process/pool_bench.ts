// Real workers in this process, over a region that the test sees: what they are told by main and by words of the
// region, the test tells them.

import { Cache } from "../../../cache/mod.ts";
import { logRingBytes } from "../../../server/config/config.ts";
import type { ServerRegion } from "../../../server/contract/counters.ts";
import { findPort } from "../../../server/process/listen_checks.ts";
import { Log } from "../../../server/process/log/log.ts";
import { WorkerPool } from "../../../server/process/worker_pool.ts";
import { RawClient } from "../../wire/raw_client.ts";
import { configOf, newRegion } from "../fixture.ts";

/** A pool of workers that listen for every protocol; disposing of it ends them. */
export class PoolBench implements Disposable {
  readonly region: ServerRegion;
  readonly workers: Worker[] = [];
  readonly ports = [0, 1, 2].map(() => findPort("127.0.0.1", 0));
  readonly pool: WorkerPool;

  constructor(isLoading: boolean, ...args: string[]) {
    const [http, resp, text] = this.ports as [number, number, number];
    const hostname = "127.0.0.1";
    const config = configOf("--websocket", ...args);
    this.region = newRegion(8 * 2 ** 20, logRingBytes(config));
    this.pool = new WorkerPool({
      cache: new Cache(this.region, 0),
      config,
      listens: [
        { hostname, port: http },
        { protocol: "resp", hostname, port: resp },
        { protocol: "text", hostname, port: text },
      ],
      startedMs: 0,
      isLoading,
      log: new Log({ format: "text", now: () => 0, out: () => {}, err: () => {} }),
      spawn: (name) => {
        const url = new URL("./programs/failing_worker.ts", import.meta.url);
        this.workers.push(new Worker(url, { type: "module", name }));
        return this.workers.at(-1)!;
      },
      onFatal: (message) => {
        throw new Error(message);
      },
    });
  }

  /** Connects to the place of a protocol: HTTP, RESP, text. */
  client(place: 0 | 1 | 2): Promise<RawClient> {
    return RawClient.connect({ hostname: "127.0.0.1", port: this.ports[place]! });
  }

  /** Sends a request over HTTP; returns status and body. */
  async ask(request: string): Promise<string> {
    using client = await this.client(0);
    const { status, text } = await client.ask(request);
    return `${status} ${text}`;
  }

  [Symbol.dispose](): void {
    this.workers.forEach((worker) => worker.terminate());
  }
}
