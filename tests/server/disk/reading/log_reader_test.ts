import { assertEquals, assertRejects } from "@std/assert";
import { BLOCK_HEADER_BYTES } from "../../../../server/disk/blocks.ts";
import { DamageError } from "../../../../server/disk/reading/damage.ts";
import { FILE_HEAD_BYTES, fileName } from "../../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { cutTornTail } from "../../../../server/disk/reading/torn_tail.ts";
import { makeLog, partOf, payloadOf, readLogs, withDir } from "../fixture.ts";

const PAYLOADS = [payloadOf(1, 2), payloadOf(2, 9), payloadOf(3, 1), payloadOf(4, 30)];

Deno.test("LogReader gives the blocks of all logs, whatever is read at once", () =>
  withDir(async (dir) => {
    const middle = await makeLog(dir, 400, 400, PAYLOADS);
    const end = await makeLog(dir, middle, 400, [payloadOf(5, 7)]);
    const parts = [
      await partOf(`${dir}/${fileName("log", 400)}`, "log"),
      await partOf(`${dir}/${fileName("log", middle)}`, "log"),
    ];
    for (const chunkBytes of [1, 37, undefined]) {
      const { reader, blocks } = await readLogs(parts, { recover: false, chunkBytes });
      assertEquals(blocks.map(({ payload }) => payload), [...PAYLOADS, payloadOf(5, 7)]);
      assertEquals(blocks.map(({ position }) => position), [400, 408, 444, 448, 568]);
      assertEquals([reader.endPosition, reader.torn, reader.blocks], [end, null, 5]);
    }
  }));

Deno.test("LogReader cuts the torn tail of the last log only", () =>
  withDir(async (dir) => {
    const middle = await makeLog(dir, 0, 0, PAYLOADS);
    await makeLog(dir, middle, 0, PAYLOADS);
    const first = await partOf(`${dir}/${fileName("log", 0)}`, "log");
    const last = await partOf(`${dir}/${fileName("log", middle)}`, "log");
    const { size } = await Deno.stat(last.path);
    await Deno.truncate(last.path, size - 1);
    const { reader, blocks } = await readLogs([first, last]);
    const cut = BLOCK_HEADER_BYTES + PAYLOADS[3]!.length;
    assertEquals(blocks.length, 7);
    assertEquals(reader.torn, { path: last.path, offset: size - cut, bytes: cut - 1 });
    await cutTornTail(DENO_FILE_SYSTEM, reader.torn!);
    assertEquals((await readLogs([first, last])).reader.torn, null);

    await Deno.truncate(first.path, (await Deno.stat(first.path)).size - 1);
    const error = await assertRejects(() => readLogs([first, last]), DamageError);
    const offset = FILE_HEAD_BYTES + 3 * BLOCK_HEADER_BYTES + 48;
    assertEquals(
      error.message,
      `Cannot read ${first.path}: damage at byte ${offset}: the file ends inside a block. ` +
        "Restore the data dir from a backup, or start with --recover to go on without what is lost",
    );
  }));
