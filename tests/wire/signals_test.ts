// The end of the program: the first SIGTERM or SIGINT drains, within a bound, and exits 0; the second
// exits at once.

import { assertEquals, assertLess } from "@std/assert";
import { requestBytes } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const ignore = Deno.build.os === "windows";
const BODY = '{"key":"k","value":"v"}';

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  for (const workers of ["1", "2"]) {
    const name = `${signal} lets work in progress end, then exits 0 (workers: ${workers})`;
    Deno.test({ name, ignore }, async () => {
      await using server = await TestServer.start(["--workers", workers]);
      using busy = await server.connect();
      using idle = await server.connect();
      assertEquals((await idle.ask("GET /ready")).status, 200);
      await busy.send(
        requestBytes(`POST /put\ncontent-length: ${BODY.length}\n\n${BODY.slice(0, 9)}`),
      );
      await until(
        "the request is in work",
        async () => (await server.stats()).workers.some(({ inFlight }) => inFlight > 0),
      );
      server.kill(signal);
      await until("it says that it drains", async () => {
        // A worker with nothing to do has closed its listener, perhaps over this very connection.
        const ready = await server.ask("GET /ready").catch(() => "");
        return ready === '503 {"status":"draining"}';
      });
      if (workers === "1") {
        const refused = await until("its worker has heard of it", async () => {
          using late = await server.connect();
          const answer = await late.ask("GET /get?key=k");
          return answer.status === 503 && answer;
        });
        assertEquals(refused.headers.get("retry-after"), "1");
        assertEquals(JSON.parse(refused.text).message.startsWith("Server is stopping."), true);
      }
      await busy.send(BODY.slice(9));
      assertEquals((await busy.receive()).status, 200);
      assertEquals(await idle.receiveRest(), "");
      const { code, signal: killed } = await server.ended();
      assertEquals([code, killed, server.stderr], [0, null, ""]);
      assertEquals(server.event("stop")?.complete, true);
    });
  }
}

Deno.test(
  { name: "a body that never ends does not hold the drain past its bound", ignore },
  async () => {
    await using server = await TestServer.start(["--drain-timeout", "300ms"]);
    using stuck = await server.connect();
    await stuck.send(requestBytes(`POST /put\ncontent-length: ${BODY.length}`));
    await until(
      "the request is in work",
      async () => (await server.stats()).workers[0]!.inFlight > 0,
    );
    const startMs = performance.now();
    server.kill("SIGTERM");
    assertEquals((await server.ended()).code, 0);
    assertLess(performance.now() - startMs, 2000);
    assertEquals(server.event("stop")?.complete, false);
    assertEquals(JSON.parse(server.stderr).event, "drain-cut");
  },
);

Deno.test({ name: "a second signal ends the server at once", ignore }, async () => {
  await using server = await TestServer.start(["--drain-timeout", "60s"]);
  using stuck = await server.connect();
  await stuck.send(requestBytes(`POST /put\ncontent-length: ${BODY.length}`));
  await until(
    "the request is in work",
    async () => (await server.stats()).workers[0]!.inFlight > 0,
  );
  server.kill("SIGTERM");
  await until("it drains", () => server.event("drain") !== undefined);
  const startMs = performance.now();
  server.kill("SIGINT");
  assertEquals((await server.ended()).code, 130);
  assertLess(performance.now() - startMs, 2000);
});

Deno.test({ name: "a server that has nothing to do ends at once", ignore }, async () => {
  await using server = await TestServer.start(["--workers", "2"]);
  using _idle = await server.connect();
  const startMs = performance.now();
  server.kill("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  assertLess(performance.now() - startMs, 2000);
});
