// What Deno holds for HTTP clients and no budget knows of: beyond what the process was given all HTTP
// connections are closed, WebSockets too. Redis clients stay, and HTTP is served again at once.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { frame, GREETING } from "../../bench/attacks/rows/websocket_frames.ts";
import { libcHeap } from "../../server/process/memory/libc_heap.ts";
import { RawClient } from "./raw_client.ts";
import { connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

const FRAGMENT = new Uint8Array(1024 * 1024).fill(0x20);
/** More than the server may hold, several times. */
const MAX_FRAGMENTS = 1000;

/** Sends a WebSocket message that does not end, until the server closes the connection. */
async function sendUnfinished(server: TestServer): Promise<number> {
  using client = await server.connect();
  await client.send(GREETING);
  assertMatch(await client.receiveText(12), /^HTTP\/1.1 101/);
  let sent = 0;
  try {
    await client.send(frame(1, FRAGMENT, false));
    for (; sent < MAX_FRAGMENTS; sent++) await client.send(frame(0, FRAGMENT, false));
  } catch {
    // It was closed.
  }
  return sent;
}

Deno.test({
  name: "an unfinished WebSocket message closes all HTTP connections; Redis clients stay",
  ignore: libcHeap() === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/http.sock`;
    const conn = () => Deno.connect({ transport: "unix", path });
    try {
      await using server = await TestServer.start([
        ...["--websocket", "--resp-port", "0", "--unix", path, "--unix-mode", "0660"],
        ...["--body-memory", "1MiB", "--max-value-bytes", "64KiB"],
      ]);
      using redis = await connectRaw(server, "redis");
      // The slow log is held memory, too.
      await exchange(redis, "CONFIG SET slowlog-log-slower-than -1\r\n", "+OK\r\n");
      await exchange(redis, "SET k v\r\n", "+OK\r\n");
      using polite = await server.connect();
      assertEquals((await polite.ask("GET /get?key=k")).status, 200);
      using local = new RawClient(await conn());
      assertEquals((await local.ask("GET /get?key=k")).status, 200);
      using arriving = await server.connect();
      await arriving.send("POST /put HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{");

      const sent = await sendUnfinished(server);
      assertEquals(sent < MAX_FRAGMENTS, true, `${sent} fragments`);
      assertEquals(await polite.receiveRest(), "");
      assertEquals(await local.receiveRest(), "");
      assertEquals(await arriving.receiveRest(), "");
      assertEquals(await server.ask("GET /get?key=k"), '200 {"status":"OK","key":"k","value":"v"}');
      using again = new RawClient(await conn());
      assertEquals((await again.ask("GET /get?key=k")).status, 200);
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o660);
      await exchange(redis, "GET k\r\n", "$1\r\nv\r\n");

      const { total, workers } = await server.stats();
      assertEquals([total.httpCuts, total.errors], [1, 0]);
      assertStringIncludes((await again.ask("GET /diagnose")).text, '"rule":"process-memory"');
      assertEquals([workers[0]!.inFlight, workers[0]!.bodyBytes], [0, 0]);
      await until("it is said", () => server.stderr.includes("\n"));
      // A worker that is kept from running may close them later than main waits for that, which then says so.
      const [first, second, ...more] = server.stderr.trimEnd().split("\n");
      assertMatch(first!, /"event":"memory","message":"all HTTP connections were closed: /);
      assertMatch(second ?? "did not help", /did not help/);
      assertEquals(more, []);
      server.kill("SIGTERM");
      assertEquals((await server.ended()).code, 0);
      assertEquals([...Deno.readDirSync(folder)], []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
