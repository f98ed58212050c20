// A data dir at a start: locked, looked at, loaded, and where its log goes on.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RegionState } from "../../../../cache/mod.ts";
import { loadProgress } from "../../../../server/contract/persistence/load_progress.ts";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { loadFields, loadText } from "../../../../server/disk/loading/load_report.ts";
import { StoredData } from "../../../../server/disk/loading/stored_data.ts";
import { assertRestored, LoggedCache } from "../../../cache/log/fixture.ts";
import { bytesOf, valueOf } from "../../../cache/fixture.ts";
import { withDir } from "../fixture.ts";
import { emptyCache, FakeThread, writeLog, writeSnapshot } from "./fixture.ts";

const MEMORY_BYTES = 2 ** 20;
const HOLDER = { pid: 7, host: "a", startMs: 0 };

function open(dir: string, recover = false): Promise<StoredData> {
  return StoredData.open({ fs: DENO_FILE_SYSTEM, dir, recover, holder: HOLDER });
}

async function load(dir: string, { memoryBytes = MEMORY_BYTES, recover = false } = {}) {
  const data = await open(dir, recover);
  const cache = emptyCache(memoryBytes, Date.now);
  try {
    const loaded = await data.load({
      cache,
      loaders: 2,
      firstActor: 2,
      spawn: () => new FakeThread(Date.now),
      onProgress: () => {},
      clock: () => performance.now(),
    });
    return { cache, loaded };
  } finally {
    await data.release();
  }
}

function put(logged: LoggedCache, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    logged.cache.put(bytesOf(`key:${i}`), valueOf(300, i));
    logged.drain();
  }
}

Deno.test("StoredData makes a folder that is not there, and has nothing to load then", async () => {
  await withDir(async (dir) => {
    const { loaded } = await load(`${dir}/deep/data`);
    const { position, previous, snapshotPosition, mustSave, facts } = loaded;
    assertEquals([position, previous, snapshotPosition, mustSave], [0, undefined, 0, false]);
    assertEquals(loadText(facts), "loaded nothing: the data dir is empty");
    assertEquals((await Deno.stat(`${dir}/deep/data`)).isDirectory, true);
  });
});

Deno.test("StoredData loads a snapshot and the logs behind it, and says where the log goes on", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(MEMORY_BYTES);
    put(logged, 0, 100);
    const older = await writeLog(dir, logged);
    await writeSnapshot(dir, logged);
    const begin = logged.position;
    put(logged, 100, 200);
    await writeLog(dir, logged);
    const second = logged.position;
    put(logged, 200, 300);
    await writeLog(dir, logged, begin);
    const { cache, loaded } = await load(dir);
    assertRestored(cache, logged.cache);
    assertEquals(loaded.position, logged.position);
    assertEquals([loaded.previous, loaded.snapshotPosition], [second, begin]);
    assertEquals(loaded.mustSave, false);
    await assertRejects(() => Deno.stat(older), Deno.errors.NotFound);
    const text = loadText(loaded.facts);
    const bytes = (logged.position - begin).toLocaleString("en-US");
    assertStringIncludes(text, "loaded 300 items in ");
    assertStringIncludes(
      text,
      ` s from the snapshot of 2023-11-14T22:13:20.000Z, ${bytes} bytes of`,
    );
    assertEquals(loadFields(loaded.facts).logBytes, logged.position - begin);
    // Main's words say that all was read.
    cache.region.state = RegionState.loading;
    assertEquals(loadProgress(cache)!.percent, 100);
  });
});

Deno.test("StoredData has an empty last log replaced by one that continues what that one did", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(MEMORY_BYTES);
    put(logged, 0, 10);
    await writeLog(dir, logged);
    await writeLog(dir, logged, 0);
    const { loaded } = await load(dir);
    assertEquals([loaded.position, loaded.previous], [logged.position, 0]);
  });
});

Deno.test("StoredData cuts a torn end off, once", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(MEMORY_BYTES);
    put(logged, 0, 100);
    const log = await writeLog(dir, logged);
    await Deno.truncate(log, (await Deno.stat(log)).size - 5);
    const first = await load(dir);
    const { tornBytes } = first.loaded.facts;
    assert(tornBytes > 0 && first.loaded.position < logged.position);
    assertStringIncludes(loadText(first.loaded.facts), ` ${tornBytes} torn bytes cut off`);
    assertEquals(first.loaded.mustSave, false);
    const second = await load(dir);
    assertEquals(second.loaded.facts.tornBytes, 0);
    assertEquals(second.loaded.position, first.loaded.position);
    assertEquals(second.loaded.facts.items, 99);
  });
});

Deno.test("StoredData wants a snapshot where damage was skipped or items had no space", async () => {
  await withDir(async (dir) => {
    const logged = new LoggedCache(MEMORY_BYTES);
    put(logged, 0, 2500);
    const log = await writeLog(dir, logged);
    const small = await load(dir, { memoryBytes: MEMORY_BYTES / 4 });
    assertEquals(small.loaded.mustSave, true);
    assertStringIncludes(loadText(small.loaded.facts), ", no space for ");
    const bytes = await Deno.readFile(log);
    bytes[bytes.length >> 1]! ^= 1;
    await Deno.writeFile(log, bytes);
    await assertRejects(() => load(dir), Error, `Cannot read ${log}: damage at byte `);
    const recovered = await load(dir, { recover: true });
    assertEquals(recovered.loaded.mustSave, true);
    assertStringIncludes(loadText(recovered.loaded.facts), ", damage skipped at 1 place, ");
  });
});

Deno.test("StoredData keeps a second process out, and gives the folder up where it cannot be used", async () => {
  await withDir(async (dir) => {
    const data = await open(dir);
    await assertRejects(
      () => open(dir),
      Error,
      `Cannot use the data dir ${dir}: process 7 on host a`,
    );
    await data.release();
    await Deno.writeTextFile(`${dir}/log-0000000000000010.slabkv`, "nonsense");
    await assertRejects(() => open(dir), Error, "Cannot ");
    await Deno.remove(`${dir}/log-0000000000000010.slabkv`);
    await (await open(dir)).release();
    await assertRejects(
      () => open(`${dir}/slabkv.lock`),
      Error,
      `Cannot use --data-dir ${dir}/slabkv.lock: `,
    );
  });
});
