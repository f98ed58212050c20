// What clients of every protocol are told while the data are being loaded, and that they are served
// as soon as that is over, by workers that start later too. The workers are real ones.

import { assertEquals } from "@std/assert";
import { RegionState } from "../../../cache/mod.ts";
import { noteLoadProgress } from "../../../server/contract/persistence/load_progress.ts";
import { exchange } from "../../wire/raw_fixture.ts";
import { PoolBench } from "./pool_bench.ts";

const LOADING = "-LOADING slabkv is loading the dataset in memory\r\n";
const TEXT =
  "Data are still being loaded, see GET /ready. Nothing has changed; try again in a moment.";
const JSON_TEXT = `503 {"status":"ERROR","message":"${TEXT}"}`;

Deno.test({
  name: "while data are loaded all routes but probes and /stats answer 503, commands LOADING",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = new PoolBench(true);
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
  noteLoadProgress(bench.region, 2 ** 20, 4 * 2 ** 20);
  const progress = { items: 0, bytes: 2 ** 20, totalBytes: 4 * 2 ** 20, percent: 25 };
  const status = JSON.stringify({ status: "loading", ...progress });
  assertEquals(await bench.ask("GET /ready"), `503 ${status}`);
  assertEquals((await bench.ask("GET /stats")).slice(0, 3), "200");
  using resp = await bench.client(1);
  await exchange(resp, "PING\r\nSET k v\r\nECHO x\r\nGET\r\n", LOADING + LOADING + "$1\r\nx\r\n");
  await exchange(resp, "", "-ERR wrong number of arguments for 'get' command\r\n");
  await exchange(resp, "MULTI\r\nGET k\r\n", "+OK\r\n" + LOADING);
  using text = await bench.client(2);
  await exchange(text, "PING\nGET k\nPUT k v\n", "ERROR\nERROR\nERROR\n");

  await bench.pool.open();
  bench.region.state = RegionState.ready;
  assertEquals(await bench.ask("GET /ready"), '200 {"status":"ready"}');
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
  using bench = new PoolBench(true);
  await bench.pool.add();
  using resp = await bench.client(1);
  using text = await bench.client(2);
  await exchange(resp, "PING\r\n", LOADING);
  await exchange(text, "PING\n", "ERROR\n");
  await bench.pool.open();
  await exchange(resp, "PING\r\nSET k v\r\nGET k\r\n", "+PONG\r\n+OK\r\n$1\r\nv\r\n");
  await exchange(text, "GET k\n", "v\n");
  const hit = '200 {"status":"OK","key":"k","value":"v"}';
  assertEquals(await bench.ask("GET /get?key=k"), hit);
  await bench.pool.add();
  for (let i = 0; i < 8; i++) assertEquals(await bench.ask("GET /get?key=k"), hit);
});
