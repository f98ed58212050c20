// What loading does about damage and torn ends, and about loaders that fail, end or stand still. The
// threads of some tests are real ones.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readStats } from "../../../../cache/mod.ts";
import type { LoaderOrder } from "../../../../server/disk/loading/loader.ts";
import type { Thread } from "../../../../server/disk/loading/loader_thread.ts";
import { assertRestored, contentsOf, LoggedCache } from "../../../cache/log/fixture.ts";
import { bytesOf, holdShard, letGo, valueOf } from "../../../cache/fixture.ts";
import { until } from "../../../wire/server.ts";
import { withDir } from "../fixture.ts";
import { emptyCache, FakeThread, loadingOf, planOf, writeLog, writeSnapshot } from "./fixture.ts";

const MEMORY_BYTES = 2 ** 20;

/** A snapshot of some items, and a log with more. */
async function filesOf(dir: string) {
  const logged = new LoggedCache(MEMORY_BYTES);
  const put = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      logged.cache.put(bytesOf(`key:${i}`), valueOf(300, i));
      if (i % 10 === 0) logged.drain();
    }
  };
  put(0, 1000);
  logged.drain();
  logged.blocks.length = 0;
  const snapshot = await writeSnapshot(dir, logged);
  put(500, 1500);
  const log = await writeLog(dir, logged);
  return { logged, snapshot, log };
}

/** Turns over a bit in the middle of a file. */
async function damage(path: string): Promise<number> {
  const bytes = await Deno.readFile(path);
  const at = bytes.length >> 1;
  bytes[at]! ^= 4;
  await Deno.writeFile(path, bytes);
  return at;
}

function realThread(name: string): Thread {
  const url = new URL("./programs/loader.ts", import.meta.url);
  return new Worker(url, { type: "module", name });
}

Deno.test("Loading works in threads of its own", async () => {
  await withDir(async (dir) => {
    const { logged, snapshot, log } = await filesOf(dir);
    const cache = emptyCache(MEMORY_BYTES, Date.now);
    const plan = await planOf(snapshot, [log]);
    const result = await loadingOf(cache, plan, { spawn: realThread }).run();
    assertRestored(cache, logged.cache);
    assertEquals(contentsOf(cache).size, 1500);
    assertEquals([result.items, result.endPosition], [1500, logged.position]);
  });
});

Deno.test("Loading stops at damage, with the file, the place and what to do", async () => {
  for (const kind of ["snapshot", "log"] as const) {
    for (const spawn of [undefined, realThread]) {
      await withDir(async (dir) => {
        const files = await filesOf(dir);
        await damage(files[kind]);
        const cache = emptyCache(MEMORY_BYTES, Date.now);
        const plan = await planOf(files.snapshot, [files.log]);
        const loading = loadingOf(cache, plan, spawn && { spawn });
        const { message } = await assertRejects(() => loading.run(), Error);
        assertStringIncludes(message, `Cannot read ${files[kind]}: damage at byte `);
        assertStringIncludes(message, "--recover");
      });
    }
  }
});

Deno.test("Loading skips damage where it is to, and counts it once, however many loaders", async () => {
  for (const kind of ["snapshot", "log"] as const) {
    for (const loaders of [1, 3]) {
      await withDir(async (dir) => {
        const files = await filesOf(dir);
        await damage(files[kind]);
        const cache = emptyCache(MEMORY_BYTES, Date.now);
        const plan = await planOf(files.snapshot, [files.log], true);
        const { damage: found, items } = await loadingOf(cache, plan, { loaders }).run();
        assertEquals(found.count, 1);
        assert(found.bytes > 0);
        assertEquals(found.noted[0]!.path, files[kind]);
        assert(items < 1500 && items > 500, String(items));
      });
    }
  }
});

Deno.test("Loading says what is to be cut off the end of the log, and how much that is", async () => {
  await withDir(async (dir) => {
    const { snapshot, log } = await filesOf(dir);
    const { size } = await Deno.stat(log);
    await Deno.truncate(log, size - 5);
    const cache = emptyCache(MEMORY_BYTES, Date.now);
    const result = await loadingOf(cache, await planOf(snapshot, [log])).run();
    assertEquals(result.torn?.path, log);
    assertEquals(result.tornBytes, size - 5 - result.torn!.offset);
    assert(result.items >= 1490 && result.items < 1500, String(result.items));
  });
});

Deno.test("Loading ends with a message where a loader fails, and ends the others", async () => {
  await withDir(async (dir) => {
    const { snapshot, log } = await filesOf(dir);
    const plan = await planOf(snapshot, [log]);
    for (const failing of [0, 1]) {
      const cache = emptyCache(MEMORY_BYTES, Date.now);
      const threads: FakeThread[] = [];
      const spawn = (name: string): Thread => {
        const thread = new FakeThread(Date.now);
        threads.push(thread);
        return threads.length - 1 === failing ? failingThread(name) : thread;
      };
      const loading = loadingOf(cache, plan, { spawn });
      const message = `Cannot load the data: loader-${failing + 1} failed: out of luck`;
      await assertRejects(() => loading.run(), Error, message);
      assert(threads.every(({ isEnded }, i) => isEnded || i === failing));
    }
  });
});

/** A thread that throws when it is told to begin. */
function failingThread(_name: string): Thread {
  let listener: (event: ErrorEvent) => void = () => {};
  return {
    postMessage: () => listener(new ErrorEvent("error", { message: "out of luck" })),
    addEventListener(type: string, wanted: unknown) {
      if (type === "error") listener = wanted as (event: ErrorEvent) => void;
    },
    terminate() {},
  };
}

Deno.test("Loading ends with a message where a loader stands still", async () => {
  await withDir(async (dir) => {
    const { snapshot, log } = await filesOf(dir);
    const cache = emptyCache(MEMORY_BYTES, Date.now);
    let nowMs = 0;
    const orders: LoaderOrder[] = [];
    const silent: Thread = {
      postMessage: (order) => void orders.push(order as LoaderOrder),
      addEventListener() {},
      terminate() {},
    };
    const loading = loadingOf(cache, await planOf(snapshot, [log]), {
      loaders: 2,
      spawn: (name) => name === "loader-2" ? silent : new FakeThread(Date.now),
      now: () => nowMs += 10_000,
    });
    const message = "Cannot load the data: loader-2 has read nothing for ";
    await assertRejects(() => loading.run(), Error, message);
    assertEquals(orders.map(({ step }) => step), ["sections"]);
  });
});

Deno.test("Loading waits for a client that holds a shard for longer than a command would wait", async () => {
  await withDir(async (dir) => {
    const { snapshot, log } = await filesOf(dir);
    const cache = emptyCache(MEMORY_BYTES, Date.now);
    const held = holdShard(cache, 0)!;
    const plan = await planOf(snapshot, [log]);
    const running = loadingOf(cache, plan, { spawn: realThread }).run();
    await until("a loader has waited in vain", () => cache.region.total("lockTimeouts") > 0);
    letGo(held);
    assertEquals((await running).items, 1500);
  });
});

Deno.test("Loading leaves out what no shard of a small region can hold, and counts it", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(16 * MEMORY_BYTES, MEMORY_BYTES);
    for (let i = 0; i < 4; i++) logged.cache.put(bytesOf(`large:${i}`), valueOf(100_000, i));
    logged.cache.put(bytesOf("small"), bytesOf("v"));
    logged.drain();
    const snapshot = await writeSnapshot(dir, logged);
    const cache = emptyCache(MEMORY_BYTES / 2, () => logged.clock.nowMs);
    const result = await loadingOf(cache, await planOf(snapshot, [])).run();
    assertEquals([result.items, result.evicted], [1, 4]);
    assertEquals(readStats(cache).items, 1);
  });
});
