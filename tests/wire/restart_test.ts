// What a restart with --data-dir says and does: everything is back, with other workers and less memory
// too; damage stops it with the file and what to do, or is skipped by --recover.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connectRaw, exchange } from "./raw_fixture.ts";
import { runToEnd, TestServer } from "./server.ts";

const ITEMS = 2000;
const VALUE = "v".repeat(200);

async function withDir(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "slabkv-restart-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Starts a server over a folder, has it used, and ends it. */
async function run(
  dir: string,
  args: readonly string[],
  use: (server: TestServer) => Promise<void>,
): Promise<void> {
  await using server = await TestServer.start(["--data-dir", dir, "--resp-port", "0", ...args]);
  await use(server);
  server.kill("SIGTERM");
  await server.ended();
}

/** Stores items from `from` on. */
async function fill(server: TestServer, from = 0, count = ITEMS): Promise<void> {
  using client = await connectRaw(server, "redis");
  let text = "";
  for (let i = from; i < from + count; i++) text += `SET key:${i} ${i}${VALUE}\r\n`;
  await exchange(client, text, "+OK\r\n".repeat(count));
}

async function countOf(server: TestServer): Promise<number> {
  return (await server.stats()).items;
}

Deno.test("a clean restart brings all back, with any number of workers", async () => {
  await withDir(async (dir) => {
    await run(dir, ["--workers", "2"], (server) => fill(server));
    await run(dir, ["--workers", "1"], async (server) => {
      const load = server.event("load")!;
      assertEquals([load.items, load.evicted, load.tornBytes, load.damages], [ITEMS, 0, 0, 0]);
      using client = await connectRaw(server, "redis");
      await exchange(client, "GET key:17\r\n", `$202\r\n17${VALUE}\r\n`);
    });
    await run(dir, ["--workers", "3"], async (server) => {
      assertEquals(await countOf(server), ITEMS);
    });
  });
});

Deno.test("a region that is smaller now keeps what fits, and a snapshot says so before the start", async () => {
  await withDir(async (dir) => {
    await run(dir, [], (server) => fill(server, 0, 20 * ITEMS));
    await run(dir, ["--memory", "9MiB", "--log-memory", "1MiB"], async (server) => {
      const [load, snapshot] = [server.event("load")!, server.event("snapshot")!];
      assertEquals((load.items as number) + (load.evicted as number), 20 * ITEMS);
      assert((load.evicted as number) > ITEMS);
      assertEquals(snapshot.items, load.items);
      const order = server.events.map(({ event }) => event);
      assert(order.indexOf("snapshot") < order.indexOf("start"));
      assertEquals(await countOf(server), load.items as number);
    });
  });
});

Deno.test("damage stops the start with file, place and remedy; --recover goes on without what is lost", async () => {
  await withDir(async (dir) => {
    await run(dir, [], (server) => fill(server));
    const [snapshot] = [...Deno.readDirSync(dir)].map(({ name }) => name)
      .filter((name) => name.startsWith("snapshot-"));
    const path = `${dir}/${snapshot}`;
    const bytes = await Deno.readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await Deno.writeFile(path, bytes);
    const options = ["--port", "0", "--memory", "64MiB", "--data-dir", dir];
    const { code, stderr } = await runToEnd(options);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `slabkv: Cannot read ${path}: damage at byte `);
    assertStringIncludes(stderr, "start with --recover");
    await run(dir, ["--recover"], async (server) => {
      const load = server.event("load")!;
      assertEquals(load.damages, 1);
      assert((load.items as number) < ITEMS && (load.items as number) > ITEMS / 2);
      assertStringIncludes(server.stderr, `skipped damage in ${path} at byte `);
      assertEquals(await countOf(server), load.items as number);
    });
    // A snapshot without the damage was made at once.
    await run(dir, [], async (server) => {
      assertEquals(server.event("load")!.damages, 0);
      await fill(server, ITEMS, 1);
    });
  });
});

Deno.test("a second process is kept out of a data dir", async () => {
  await withDir(async (dir) => {
    await run(dir, [], async (server) => {
      const options = ["--port", "0", "--memory", "64MiB", "--data-dir", dir];
      const { code, stderr } = await runToEnd(options);
      assertEquals(code, 2);
      assertStringIncludes(
        stderr,
        `Cannot use the data dir ${dir}: process ${server.pid} on host `,
      );
    });
  });
});
