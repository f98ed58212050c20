// The start with a data dir, end to end: the workers listen and refuse while data are loaded, serve
// afterwards, and a start that is ended before leaves everything as it was.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort, readLines } from "../../../../bench/child_servers.ts";
import { RawClient } from "../../../wire/raw_client.ts";
import { exchange } from "../../../wire/raw_fixture.ts";
import { until } from "../../../wire/server.ts";

const ITEMS = 200;
/** Longest wait, however busy the machine is. */
const NOTICE_MS = 40_000;
const LOADING = "-LOADING slabkv is loading the dataset in memory\r\n";

/** A server whose loading begins when it is told to. */
class HeldServer implements AsyncDisposable {
  readonly port = freePort();
  readonly respPort = freePort();
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #isEnded = false;

  constructor(dir: string) {
    const program = new URL("./programs/held_server.ts", import.meta.url).pathname;
    const ports = ["--port", `${this.port}`, "--resp-port", `${this.respPort}`];
    const options = ["--memory", "32MiB", "--data-dir", dir, "--workers", "2"];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, ...ports, ...options],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const note = (line: string) => void this.lines.push(line);
    const { stdout, stderr, status } = this.#child;
    this.#done = Promise.all([readLines(stdout, note), readLines(stderr, note), status]);
    status.then(() => this.#isEnded = true);
  }

  /** Lets it load, if there is anything, and waits until it serves. */
  async release(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    await writer.close();
    const isReady = () => this.lines.some((line) => line.startsWith("slabkv "));
    await until("it is ready", isReady, NOTICE_MS);
  }

  /** Waits until its workers listen. */
  async listens(): Promise<void> {
    const listens = async () => (await this.ask("GET /health")).startsWith("200");
    await until("it listens", listens, NOTICE_MS);
  }

  async ask(request: string): Promise<string> {
    try {
      using client = await RawClient.connect({ hostname: "127.0.0.1", port: this.port });
      const { status, text } = await client.ask(request);
      return `${status} ${text}`;
    } catch {
      return "nobody answers";
    }
  }

  resp(): Promise<RawClient> {
    return RawClient.connect({ hostname: "127.0.0.1", port: this.respPort });
  }

  /** Ends it by a signal, and waits for its end. Returns its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return await this.ended();
  }

  async ended(): Promise<number> {
    await this.#done;
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) this.#child.kill("SIGKILL");
    await this.#done;
    await this.#child.stdin.close().catch(() => {});
  }
}

/** Makes a data dir with items in it, has it used, and removes it. */
async function withData(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "slabkv-start-" });
  try {
    await using server = new HeldServer(dir);
    await server.release();
    using client = await server.resp();
    let text = "";
    for (let i = 0; i < ITEMS; i++) text += `SET key:${i} value:${i}\r\n`;
    await exchange(client, text, "+OK\r\n".repeat(ITEMS));
    assertEquals(await server.stop(), 0);
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test({
  name: "workers refuse while data are loaded, and then have all of them",
  ignore: Deno.build.os !== "linux",
}, async () => {
  await withData(async (dir) => {
    await using server = new HeldServer(dir);
    await server.listens();
    assertEquals((await server.ask("GET /get?key=key:1")).slice(0, 3), "503");
    const ready = await server.ask("GET /ready");
    assertEquals(ready.slice(0, 3), "503");
    const { status, items, percent } = JSON.parse(ready.slice(4));
    assertEquals([status, items, percent], ["loading", 0, 0]);
    using client = await server.resp();
    await exchange(client, "GET key:1\r\nECHO x\r\n", `${LOADING}$1\r\nx\r\n`);
    using other = await server.resp();
    await other.send("INFO persistence\r\nQUIT\r\n");
    const info = await other.receiveRest();
    assertMatch(info, /loading:1\r\n[^]*loading_loaded_perc:0.00\r\nloading_eta_seconds:1\r\n/);
    await server.release();
    assertEquals(await server.ask("GET /ready"), '200 {"status":"ready"}');
    const last = ITEMS - 1;
    await exchange(
      client,
      `GET key:1\r\nGET key:${last}\r\n`,
      "$7\r\nvalue:1\r\n$9\r\nvalue:199\r\n",
    );
    await exchange(client, "DBSIZE\r\n", `:${ITEMS}\r\n`);
    const [before, loaded] = server.lines;
    assertStringIncludes(before!, `loading 1 MiB of ${dir}; until then http://127.0.0.1:`);
    assertStringIncludes(loaded!, `loaded ${ITEMS} items in `);
    assertEquals(await server.stop(), 0);
  });
});

Deno.test({
  name:
    "a start that is ended while data are loaded leaves them as they are, and the folder to others",
  ignore: Deno.build.os !== "linux",
}, async () => {
  await withData(async (dir) => {
    for (const way of ["SIGTERM", "SHUTDOWN"]) {
      await using server = new HeldServer(dir);
      await server.listens();
      if (way === "SHUTDOWN") {
        using client = await server.resp();
        await client.send("SHUTDOWN\r\n");
        assertEquals(await server.ended(), 0);
      } else assertEquals(await server.stop(), 0);
      const text = `${way}: stopped before the server was ready`;
      assert(server.lines.some((line) => line.endsWith(` ${text}`)), server.lines.join("\n"));
      assertEquals(await Deno.readTextFile(`${dir}/slabkv.lock`), "");
    }
    await using server = new HeldServer(dir);
    await server.release();
    using client = await server.resp();
    await exchange(client, "DBSIZE\r\n", `:${ITEMS}\r\n`);
    assert(!server.lines.join("\n").includes("crashed"));
    assertEquals(await server.stop(), 0);
  });
});
