// What clients of every protocol are told while the data are being loaded, and that they are served
// as soon as that is over, by workers that start later too. The workers are real ones.

import { assertEquals } from "@std/assert";
import { Cache, RegionState } from "../../../cache/mod.ts";
import { findPort } from "../../../server/process/listen_checks.ts";
import { Log } from "../../../server/process/log.ts";
import { WorkerPool } from "../../../server/process/worker_pool.ts";
import { RawClient } from "../../wire/raw_client.ts";
import { exchange } from "../../wire/raw_fixture.ts";
import { configOf, newRegion } from "../fixture.ts";

const LOADING = "-LOADING slabkv is loading the dataset in memory\r\n";
const TEXT =
  "Data are still being loaded, see GET /ready. Nothing has changed; try again in a moment.";
const JSON_TEXT = `503 {"status":"ERROR","message":"${TEXT}"}`;

class Bench implements Disposable {
  readonly region = newRegion();
  readonly workers: Worker[] = [];
  readonly ports = [0, 1, 2].map(() => findPort("127.0.0.1", 0));
  readonly pool: WorkerPool;

  constructor() {
    const [http, resp, text] = this.ports as [number, number, number];
    const hostname = "127.0.0.1";
    this.pool = new WorkerPool({
      cache: new Cache(this.region, 0),
      config: configOf("--websocket"),
      listens: [
        { hostname, port: http },
        { protocol: "resp", hostname, port: resp },
        { protocol: "text", hostname, port: text },
      ],
      startedMs: 0,
      isLoading: true,
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

  client(place: 0 | 1 | 2): Promise<RawClient> {
    return RawClient.connect({ hostname: "127.0.0.1", port: this.ports[place]! });
  }

  async ask(request: string): Promise<string> {
    using client = await this.client(0);
    const { status, text } = await client.ask(request);
    return `${status} ${text}`;
  }

  [Symbol.dispose](): void {
    this.workers.forEach((worker) => worker.terminate());
  }
}

Deno.test({
  name: "while data are loaded all routes but probes and /stats answer 503, commands LOADING",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = new Bench();
  await bench.pool.add();
  for (
    const request of [
      "GET /get?key=k",
      'POST /put {"key":"k","value":"v"}',
      'POST /mget {"keys":["k"]}',
      "GET /get/k",
      "PUT /store/k v",
      "GET /ws",
      "GET /unknown",
    ]
  ) assertEquals(await bench.ask(request), JSON_TEXT, request);
  for (const request of ['POST / ["GET","k"]', 'POST /pipeline [["GET","k"]]', "GET /incr/k"]) {
    assertEquals(await bench.ask(request), `503 {"error":"LOADING ${TEXT}"}`, request);
  }
  using http = await bench.client(0);
  const { headers } = await http.ask("GET /get?key=k");
  assertEquals(headers.get("retry-after"), "1");
  assertEquals(await bench.ask("GET /health"), '200 {"status":"healthy"}');
  assertEquals((await bench.ask("GET /stats")).slice(0, 3), "200");
  using resp = await bench.client(1);
  await exchange(resp, "PING\r\nSET k v\r\nECHO x\r\nGET\r\n", LOADING + LOADING + "$1\r\nx\r\n");
  await exchange(resp, "", "-ERR wrong number of arguments for 'get' command\r\n");
  await exchange(resp, "MULTI\r\nGET k\r\n", "+OK\r\n" + LOADING);
  using text = await bench.client(2);
  await exchange(text, "PING\nGET k\nPUT k v\n", "ERROR\nERROR\nERROR\n");

  bench.pool.open();
  bench.region.state = RegionState.ready;
  await exchange(
    resp,
    "EXEC\r\n",
    "-EXECABORT Transaction discarded because of previous errors.\r\n",
  );
});

Deno.test({
  name: "WorkerPool.open() has workers serve that refused all, and those that start later",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = new Bench();
  await bench.pool.add();
  using resp = await bench.client(1);
  using text = await bench.client(2);
  await exchange(resp, "PING\r\n", LOADING);
  await exchange(text, "PING\n", "ERROR\n");
  bench.pool.open();
  // The notice comes before the answer of a request that is sent behind it.
  await bench.pool.collect(1000);
  await exchange(resp, "PING\r\nSET k v\r\nGET k\r\n", "+PONG\r\n+OK\r\n$1\r\nv\r\n");
  await exchange(text, "GET k\n", "v\n");
  const hit = '200 {"status":"OK","key":"k","value":"v"}';
  assertEquals(await bench.ask("GET /get?key=k"), hit);
  await bench.pool.add();
  for (let i = 0; i < 8; i++) assertEquals(await bench.ask("GET /get?key=k"), hit);
});
