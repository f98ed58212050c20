// --workers auto: under load and with idle CPU a worker is added, connections move to it, and no
// request fails meanwhile. The load is of requests that cost the server a lot and the client little,
// so that two cores do: one for the worker, most of the other one idle.

import { assertEquals, assertGreater } from "@std/assert";
import { idleMeter } from "./idle_meter.ts";
import { requestBytes } from "../wire/raw_client.ts";
import { TestServer, until } from "../wire/server.ts";

const CONNECTIONS = 16;
const ITEMS = 400;
const BOUND_MS = 15_000;

/** Stores the same items over and over through connections that reconnect when they are asked to. */
class Load {
  /** Answers, those that were wrong, and connections that were moved. */
  answers = 0;
  wrong = 0;
  moved = 0;
  #stopped = false;
  readonly #request: Uint8Array;
  readonly #done: Promise<unknown>;

  constructor(server: TestServer) {
    const items = Array.from({ length: ITEMS }, (_, i) => `{"key":"k${i}","value":"v"}`);
    this.#request = requestBytes(`POST /mput {"items":[${items.join(",")}]}`);
    this.#done = Promise.all(Array.from({ length: CONNECTIONS }, () => this.#run(server)));
  }

  async #run(server: TestServer): Promise<void> {
    let client = await server.connect();
    while (!this.#stopped) {
      await client.send(this.#request);
      const { status, text, headers } = await client.receive();
      this.answers++;
      if (status !== 200 || text !== `{"status":"OK","count":${ITEMS}}`) this.wrong++;
      if (headers.get("connection") !== "close") continue;
      this.moved++;
      client.close();
      client = await server.connect();
    }
    client.close();
  }

  /** Ends the load; rejects when a connection has failed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }
}

/** Waits until the server has added a worker. Returns false if there was hardly any idle CPU. */
async function workerAdded(server: TestServer): Promise<boolean> {
  const readIdle = idleMeter();
  try {
    await until("a worker was added", () => server.event("workers") !== undefined, BOUND_MS);
    return true;
  } catch (error) {
    const idle = readIdle();
    if (idle >= 0.5) throw error;
    console.warn(`Skipped: other programs left only ${idle.toFixed(2)} cores idle.`);
    return false;
  }
}

const canScale = Deno.build.os === "linux" && navigator.hardwareConcurrency > 1;
if (!canScale) console.warn("Skipped: --workers auto needs Linux and more than one CPU.");

Deno.test({
  name: "--workers auto adds a worker under load, moves connections to it and fails no request",
  ignore: !canScale,
}, async () => {
  await using server = await TestServer.start(["--workers", "auto"]);
  assertEquals((await server.stats()).workers.length, 1);
  const load = new Load(server);
  let added = false;
  try {
    added = await workerAdded(server);
    if (added) {
      await until("old connections have moved", async () => {
        const { workers } = await server.stats();
        return workers.length > 1 && workers[1]!.puts > 100 * ITEMS;
      });
    }
  } finally {
    await load.stop();
  }
  assertGreater(load.answers, 100);
  assertEquals([load.wrong, server.stderr], [0, ""]);
  if (added) assertGreater(load.moved, 0);
});
