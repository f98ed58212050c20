// A server with a data dir, from start to stop and to its next start: what makes a snapshot, what a clean
// stop leaves, and that nothing is lost in between. Commands come as REST, which all of them know.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "../client/fixture.ts";
import { runToEnd, TestServer, until } from "./server.ts";

const ignore = Deno.build.os === "windows";

/** Runs a test with a data dir of its own. */
async function withDir(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(`${dir}/data`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The result of a command, as JSON. */
async function command(server: TestServer, ...words: readonly (string | number)[]) {
  const answer = await server.ask(`POST / ${JSON.stringify(words)}`);
  return JSON.parse(answer.slice(answer.indexOf(" ")));
}

async function snapshotsIn(dir: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  return names.filter((name) => name.startsWith("snapshot")).sort();
}

/** Stores `count` items in one request. */
async function fill(server: TestServer, count: number): Promise<void> {
  const pairs = Array.from({ length: count }, (_, i) => [`key ${i}`, `value ${i}`]);
  assertEquals(await command(server, "MSET", ...pairs.flat()), { result: "OK" });
}

Deno.test({
  name: "SAVE, BGSAVE, BGREWRITEAOF, POST /snapshot and slabkv snapshot save to --data-dir",
  ignore,
  fn: () =>
    withDir(async (dir) => {
      await using server = await TestServer.start(["--data-dir", dir, "--admin"]);
      const started = (await command(server, "LASTSAVE")).result;
      assert(Math.abs(Date.now() / 1000 - started) < 60);
      await fill(server, 100);
      assertEquals(await command(server, "SAVE"), { result: "OK" });
      assert((await command(server, "LASTSAVE")).result >= started);
      const [first, ...none] = await snapshotsIn(dir);
      assertEquals(none, []);
      await command(server, "SET", "a", 1);
      const body = await server.ask("POST /snapshot");
      assertMatch(
        body,
        /^200 \{"status":"OK","items":101,"bytes":\d+,"seconds":\d+(\.\d{1,3})?\}$/,
      );
      const [second, ...rest] = await snapshotsIn(dir);
      assertEquals(rest, []);
      assert(second! > first!);
      const size = (await Deno.stat(`${dir}/${second}`)).size;
      assertEquals(JSON.parse(body.slice(4)).bytes, size);
      const env = { SLABKV_PORT: String(server.port) };
      assertMatch(
        (await run(["snapshot"], { env })).stdout,
        /^Saved 101 items, [\d,]+ bytes, in \d+\.\d s\n$/,
      );
      const { stdout } = await run(["snapshot", "--json"], { env });
      assertEquals(Object.keys(JSON.parse(stdout)), ["items", "bytes", "seconds"]);
      const begun = await command(server, "BGSAVE");
      assertEquals(begun, { result: "Background saving started" });
      const count = () => server.events.filter(({ event }) => event === "snapshot").length;
      await until("BGSAVE has made one", () => count() >= 5);
      const rewriting = await command(server, "BGREWRITEAOF");
      assertEquals(rewriting, { result: "Background append only file rewriting started" });
      await until("BGREWRITEAOF has made one", () => count() >= 6);
    }),
});

for (
  const [how, fsync] of [["SIGTERM", "no"], ["SHUTDOWN", "everysec"], ["NOSAVE", "no"]] as const
) {
  Deno.test({
    name: `${how} with --fsync ${fsync} loses nothing, and the next start has all`,
    ignore,
    fn: () =>
      withDir(async (dir) => {
        const args = ["--data-dir", dir, "--fsync", fsync, "--admin"];
        {
          await using server = await TestServer.start(args);
          await fill(server, 1000);
          await command(server, "SET", "kept", "to the last");
          if (how === "SIGTERM") server.kill("SIGTERM");
          else await command(server, "SHUTDOWN", ...how === "NOSAVE" ? ["NOSAVE"] : []);
          assertEquals((await server.ended()).code, 0, server.stderr);
          assertEquals(server.event("snapshot") === undefined, how === "NOSAVE");
          assertEquals((await snapshotsIn(dir)).length, how === "NOSAVE" ? 0 : 1);
        }
        await using server = await TestServer.start(args);
        assertEquals(await command(server, "DBSIZE"), { result: 1001 });
        assertEquals(await command(server, "GET", "kept"), { result: "to the last" });
        assertEquals(await command(server, "GET", "key 999"), { result: "value 999" });
      }),
  });
}

Deno.test({
  name: "a second signal ends the last snapshot at once, and the next start has all from the log",
  ignore,
  fn: () =>
    withDir(async (dir) => {
      {
        await using server = await TestServer.start(["--data-dir", dir]);
        const value = "v".repeat(1000);
        for (let i = 0; i < 30; i++) {
          const pairs = Array.from({ length: 1000 }, (_, j) => [`key ${i} ${j}`, value]);
          assertEquals(await command(server, "MSET", ...pairs.flat()), { result: "OK" });
        }
        server.kill("SIGTERM");
        await until("the snapshot is being made", async () => {
          return (await snapshotsIn(dir)).some((name) => name.endsWith(".tmp"));
        });
        server.kill("SIGTERM");
        assertEquals((await server.ended()).code, 130);
        assertEquals(server.event("snapshot"), undefined);
      }
      await using server = await TestServer.start(["--data-dir", dir]);
      assertEquals(await command(server, "DBSIZE"), { result: 30_000 });
      assertEquals(await snapshotsIn(dir), []);
    }),
});

Deno.test({
  name: "--snapshot-every makes a snapshot when something has changed",
  ignore,
  fn: () =>
    withDir(async (dir) => {
      await using server = await TestServer.start(["--data-dir", dir, "--snapshot-every", "50ms"]);
      const count = () => server.events.filter(({ event }) => event === "snapshot").length;
      for (let i = 1; i <= 2; i++) {
        await command(server, "SET", "a", i);
        await until("another snapshot is made", () => count() >= i);
      }
      assertEquals((await snapshotsIn(dir)).length, 1);
    }),
});

Deno.test({
  name: "POST /snapshot is for administrators, and says where there is no --data-dir",
  ignore,
  fn: async () => {
    await using plain = await TestServer.start();
    const refusal = await plain.ask("POST /snapshot");
    assertStringIncludes(refusal, "403 ");
    assertStringIncludes(refusal, "--admin or --token");
    await using server = await TestServer.start(["--token", "sesame"]);
    const withToken = "\nauthorization: Bearer sesame\n\n";
    assertEquals(
      await server.ask(`POST /snapshot${withToken}`),
      '409 {"status":"ERROR","message":"Nothing is kept on disk. Start slabkv with --data-dir."}',
    );
    assertStringIncludes(await server.ask("POST /snapshot"), "401 ");
    const fromPage = `POST /snapshot\nsec-fetch-site: same-origin${withToken}`;
    assertStringIncludes(await server.ask(fromPage), "403 ");
    const env = { SLABKV_PORT: String(server.port), SLABKV_TOKEN: "sesame" };
    const { code, stderr } = await run(["snapshot"], { env });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "409: Nothing is kept on disk. Start slabkv with --data-dir.");
  },
});

Deno.test({
  name: "a data dir in use is one line and exit code 2",
  ignore,
  fn: () =>
    withDir(async (dir) => {
      await using server = await TestServer.start(["--data-dir", dir]);
      const { code, stderr } = await runToEnd([
        "--port",
        "0",
        "--memory",
        "64MiB",
        "--data-dir",
        dir,
      ]);
      assertEquals(code, 2);
      assertMatch(
        stderr,
        new RegExp(`^slabkv: Cannot use .*${dir}: process ${server.pid} [^\\n]*\\n$`),
      );
    }),
});
