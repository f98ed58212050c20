// A real worker that throws outside a request is started again: it listens where it did, on the same
// region, and what was stored is still there. The worker is failing_worker.ts.

import { assertEquals } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { findPort } from "../../../server/process/listen_checks.ts";
import { Log } from "../../../server/process/log/log.ts";
import { WorkerPool } from "../../../server/process/worker_pool.ts";
import { RawClient } from "../../wire/raw_client.ts";
import { until } from "../../wire/server.ts";
import { configOf, newRegion } from "../fixture.ts";

Deno.test({
  name: "a worker that throws is started again with its listeners and its data",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir();
  const [port, path] = [findPort("127.0.0.1", 0), `${folder}/slabkv.sock`];
  const region = newRegion();
  const lines: string[] = [];
  const workers: Worker[] = [];
  const pool = new WorkerPool({
    cache: new Cache(region, 0),
    config: configOf(),
    listens: [{ hostname: "127.0.0.1", port }, { hostname: "", port: 0, unixPath: path }],
    startedMs: 0,
    log: new Log({
      format: "text",
      now: () => 0,
      out: (line) => lines.push(line),
      err: (line) => lines.push(line),
    }),
    spawn: (name) => {
      const url = new URL("./programs/failing_worker.ts", import.meta.url);
      workers.push(new Worker(url, { type: "module", name }));
      return workers.at(-1)!;
    },
    onFatal: (message) => lines.push(`fatal: ${message}`),
  });
  const ask = async (address: Deno.ConnectOptions | Deno.UnixConnectOptions, request: string) => {
    const conn = "path" in address ? await Deno.connect(address) : await Deno.connect(address);
    using client = new RawClient(conn);
    return (await client.ask(request)).text;
  };
  const hit = '{"status":"OK","key":"k","value":"v"}';
  try {
    await pool.add();
    await ask({ port }, 'POST /put {"key":"k","value":"v"}');
    assertEquals(await ask({ transport: "unix", path }, "GET /get?key=k"), hit);
    const word = region.gaugeWord(1, "bodyBytes");
    Atomics.store(region.words, word, 1);
    Atomics.notify(region.words, word);
    await until("it serves again", () => workers.length === 2 && region.gauge(1, "serving") === 1);
    assertEquals(await ask({ port }, "GET /get?key=k"), hit);
    assertEquals(await ask({ transport: "unix", path }, "GET /get?key=k"), hit);
    assertEquals(lines.map((line) => line.slice(0, 69)), [
      "1970-01-01T00:00:00.000Z error worker 1 failed and is started again: ",
    ]);
    assertEquals(await pool.drain(1000), true);
  } finally {
    workers.forEach((worker) => worker.terminate());
    await Deno.remove(folder, { recursive: true });
  }
});
