import { assertEquals, assertRejects } from "@std/assert";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { readSnapshotTable } from "../../../../server/disk/reading/snapshot_file.ts";
import { SnapshotWriter } from "../../../../server/disk/snapshot_writer.ts";
import { FaultyFileSystem } from "../faulty_file_system.ts";
import { FACTS, makeSnapshot, partOf, payloadOf, readSnapshot, withDir } from "../fixture.ts";

const HEAD = payloadOf(9, 3);
const SHARDS = [[payloadOf(1, 2), payloadOf(2, 5)], [], [payloadOf(3, 40)]];

Deno.test("a snapshot is read as it was written, whatever is read at once", () =>
  withDir(async (dir) => {
    const path = await makeSnapshot(DENO_FILE_SYSTEM, dir, 4096, HEAD, SHARDS);
    assertEquals(path, `${dir}/snapshot-0000000000001000.slabkv`);
    const part = await partOf(path, "snapshot");
    for (const chunkBytes of [1, 33, 64, undefined]) {
      assertEquals(await readSnapshot(part, { chunkBytes }), { head: HEAD, shards: SHARDS });
    }
    const table = await readSnapshotTable(DENO_FILE_SYSTEM, part);
    assertEquals(table.items, 3);
    assertEquals(table.bytes, (await Deno.stat(path)).size);
    const facts = table.sections.map(({ shard, beginPosition, sequence, items }) => [
      shard,
      beginPosition,
      sequence,
      items,
    ]);
    assertEquals(facts, [[0, 4096, 100, 2], [1, 4104, 101, 0], [2, 4112, 102, 1]]);
  }));

Deno.test("a snapshot needs no head and no items", () =>
  withDir(async (dir) => {
    const path = await makeSnapshot(DENO_FILE_SYSTEM, dir, 0, new Uint8Array(), [[]]);
    const part = await partOf(path, "snapshot");
    assertEquals(await readSnapshot(part), { head: new Uint8Array(), shards: [[]] });
  }));

Deno.test("SnapshotWriter leaves the snapshot before as it is if any of its operations fails", () =>
  withDir(async (dir) => {
    const whole = new FaultyFileSystem(DENO_FILE_SYSTEM);
    const path = await makeSnapshot(whole, dir, 64, HEAD, SHARDS);
    const before = await Deno.readFile(path);
    for (const operation of ["open", "write", "sync", "rename"] as const) {
      for (let nth = 1; nth <= whole.count(operation); nth++) {
        const fs = new FaultyFileSystem(DENO_FILE_SYSTEM, { operation, nth, share: 0.5 });
        await assertRejects(() => makeSnapshot(fs, dir, 64, payloadOf(8, 3), SHARDS));
        assertEquals(await Deno.readFile(path), before, `${operation} ${nth}`);
        assertEquals([...Deno.readDirSync(dir)].length, 1, "nothing is left behind");
      }
    }
  }));

Deno.test("SnapshotWriter.finish() refuses a snapshot without all of its shards", () =>
  withDir(async (dir) => {
    const beginning = { position: 0, ...FACTS, head: new Uint8Array() };
    const writer = await SnapshotWriter.create(DENO_FILE_SYSTEM, dir, beginning);
    await writer.beginSection(0, 0, 0);
    await assertRejects(() => writer.finish(), Error, "it has 1 of 4 sections");
    await writer.abort();
    assertEquals([...Deno.readDirSync(dir)], []);
  }));
