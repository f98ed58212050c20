import { assertEquals, assertRejects } from "@std/assert";
import {
  BLOCK_HEADER_BYTES,
  BlockBuffer,
  BlockKind,
  emptyBlockHeader,
  readBlockHeader,
} from "../../../server/disk/blocks.ts";
import {
  decodeFileHead,
  encodeFileHead,
  FILE_HEAD_BYTES,
  fileName,
  parseFileName,
} from "../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { LogFile } from "../../../server/disk/log_file.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import { withDir } from "./fixture.ts";

const BEGINNING = { position: 4096, previous: 4096, shardCount: 8, timeMs: 1e12, writer: "0.1.0" };

Deno.test("LogFile writes a head, then each block with its position and how far it lags the disk", () =>
  withDir(async (dir) => {
    const log = await LogFile.create(DENO_FILE_SYSTEM, dir, BEGINNING);
    const block = new BlockBuffer(64);
    block.payload.fill(7);
    await log.append(block, 8);
    await log.append(block, 12);
    assertEquals([log.position, log.syncedPosition], [4116, 4096]);
    assertEquals(await log.sync(), 4116);
    await log.append(block, 4);
    assertEquals([log.position, log.syncedPosition], [4120, 4116]);
    log.close();

    const bytes = await Deno.readFile(log.path);
    assertEquals(log.path, `${dir}/log-0000000000001000.slabkv`);
    assertEquals(bytes.length, log.bytes);
    const head = decodeFileHead(bytes, "log");
    if ("problem" in head) throw new Error(head.problem);
    assertEquals(head, { kind: "log", mark: head.mark, ...BEGINNING });
    const view = new DataView(bytes.buffer);
    const found: number[][] = [];
    const header = emptyBlockHeader();
    let at = FILE_HEAD_BYTES;
    while (at < bytes.length) {
      assertEquals(readBlockHeader(bytes, view, at, head.mark, header), true);
      found.push([header.payloadBytes, header.position, header.unsyncedBytes, header.kind]);
      at += BLOCK_HEADER_BYTES + header.payloadBytes;
    }
    assertEquals(found, [
      [8, 4096, 0, BlockKind.log],
      [12, 4104, 8, BlockKind.log],
      [4, 4116, 0, BlockKind.log],
    ]);
  }));

Deno.test("LogFile.create() leaves no log with that name if any of its operations fails", () =>
  withDir(async (dir) => {
    const whole = new FaultyFileSystem(DENO_FILE_SYSTEM);
    (await LogFile.create(whole, dir, BEGINNING)).close();
    await Deno.remove(`${dir}/${fileName("log", BEGINNING.position)}`);
    const needed = ["open", "write", "sync", "rename", "syncDir"] as const;
    for (const operation of needed) {
      for (let nth = 1; nth <= whole.count(operation); nth++) {
        const fs = new FaultyFileSystem(DENO_FILE_SYSTEM, { operation, nth, share: 0.5 });
        await assertRejects(() => LogFile.create(fs, dir, BEGINNING), Error, "No space left");
        const left = [...Deno.readDirSync(dir)].filter(({ name }) => name.endsWith(".tmp"));
        assertEquals(left, [], `${operation} ${nth}`);
        // Then it works again, whatever was left behind.
        (await LogFile.create(DENO_FILE_SYSTEM, dir, BEGINNING)).close();
        const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
        assertEquals(names, [fileName("log", BEGINNING.position)], `${operation} ${nth}`);
        await Deno.remove(`${dir}/${names[0]}`);
      }
    }
  }));

Deno.test("LogFile.sync() that fails says nothing of the position", () =>
  withDir(async (dir) => {
    const fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
    const log = await LogFile.create(fs, dir, BEGINNING);
    const block = new BlockBuffer(64);
    await log.append(block, 8);
    fs.fault = { operation: "sync", nth: fs.count("sync") + 1 };
    await assertRejects(() => log.sync());
    assertEquals(log.syncedPosition, 4096);
    log.close();
  }));

Deno.test("decodeFileHead() knows a damaged head at every bit, and another format", () => {
  const head = { kind: "log", mark: 0x12345678, ...BEGINNING } as const;
  const bytes = encodeFileHead(head);
  assertEquals(decodeFileHead(bytes, "log"), head);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    assertEquals("problem" in decodeFileHead(bytes, "log"), true, `bit ${bit}`);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  for (let length = 0; length < bytes.length; length++) {
    assertEquals("problem" in decodeFileHead(bytes.subarray(0, length), "log"), true);
  }
  assertEquals(decodeFileHead(bytes, "snapshot"), {
    problem: "it does not begin as a snapshot of slabkv does",
    isOtherFormat: false,
  });
  bytes[4] = 2;
  bytes[8] = 96;
  assertEquals(decodeFileHead(bytes, "log"), {
    problem: "it is in format 2, and this program knows format 1 only",
    isOtherFormat: true,
  });
});

Deno.test("fileName() and parseFileName() agree", () => {
  for (const position of [0, 1, 4096, Number.MAX_SAFE_INTEGER]) {
    assertEquals(parseFileName(fileName("log", position)), { kind: "log", position });
    assertEquals(parseFileName(fileName("snapshot", position)), { kind: "snapshot", position });
  }
  for (const name of ["log-1.slabkv", "log-00000000000f4240.slabkv.tmp", "slabkv.lock", "x"]) {
    assertEquals(parseFileName(name), undefined);
  }
  assertEquals(parseFileName("log-ffffffffffffffff.slabkv"), undefined);
});
