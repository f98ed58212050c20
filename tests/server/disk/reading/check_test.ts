import { assertEquals, assertRejects } from "@std/assert";
import { DirLock } from "../../../../server/disk/dir_lock.ts";
import { fileName } from "../../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { checkDataDir } from "../../../../server/disk/reading/check.ts";
import { FaultyFileSystem } from "../faulty_file_system.ts";
import {
  itemsOf,
  makeLog,
  makeSnapshot,
  partOf,
  payloadOf,
  recordsOf,
  withDir,
} from "../fixture.ts";

const PAYLOADS = [recordsOf(1, 2), recordsOf(2, 9), recordsOf(3, 1)];

/** A data dir with a snapshot, two logs, and what is left over. */
async function makeDir(dir: string): Promise<string[]> {
  const middle = await makeLog(dir, 64, 64, PAYLOADS);
  await makeLog(dir, middle, 64, PAYLOADS);
  await makeLog(dir, 0, 0, PAYLOADS);
  await makeSnapshot(DENO_FILE_SYSTEM, dir, 64, recordsOf(9, 1).subarray(4), [[itemsOf(4, 6)], []]);
  const names = [fileName("snapshot", 64), fileName("log", 64), fileName("log", middle)];
  return [...names, fileName("log", 0)].map((name) => `${dir}/${name}`);
}

Deno.test("checkDataDir() reads every byte of what is needed", () =>
  withDir(async (dir) => {
    const paths = await makeDir(dir);
    let progress: number[] = [];
    const fs = DENO_FILE_SYSTEM;
    const report = await checkDataDir(fs, dir, (...bytes) => progress = bytes);
    const facts = report.files.map((
      { path, verdict, blocks, items, records },
    ) => [path, verdict, blocks, items, records]);
    assertEquals(facts, [
      [paths[0], "whole", 1, 6, 0],
      [paths[1], "whole", 3, 0, 12],
      [paths[2], "whole", 3, 0, 12],
      [paths[3], "unused", 0, 0, 0],
    ]);
    const sizes = await Promise.all(paths.map(async (path) => (await Deno.stat(path)).size));
    assertEquals(report.files.map(({ bytes }) => bytes), [...sizes.slice(0, 3), 0]);
    assertEquals(progress, [report.bytes, report.bytes]);
    assertEquals([report.damageCount, report.user], [0, false]);
  }));

Deno.test("checkDataDir() tells of each damage, and who uses the data dir", () =>
  withDir(async (dir) => {
    const paths = await makeDir(dir);
    for (const path of paths.slice(0, 3)) {
      const bytes = await Deno.readFile(path);
      await Deno.writeFile(path, bytes.with(100, bytes[100]! ^ 1));
    }
    await Deno.writeFile(paths[2]!, (await Deno.readFile(paths[2]!)).subarray(0, -1));
    const holder = { pid: 1, host: "a", startMs: 0 };
    const lock = await DirLock.take(DENO_FILE_SYSTEM, dir, holder);
    const report = await checkDataDir(DENO_FILE_SYSTEM, dir);
    assertEquals(
      report.files.map(({ verdict, damage }) => [verdict, damage.map((at) => at.offset)]),
      [
        ["damaged", [80]],
        ["damaged", [80]],
        ["damaged", [80]],
        ["unused", []],
      ],
    );
    assertEquals(report.files[2]!.tornBytes, 51);
    assertEquals([report.damageCount, report.user], [3, holder]);
    await lock.release();
  }));

Deno.test("checkDataDir() reads records and effects of whole blocks too", () =>
  withDir(async (dir) => {
    const half = recordsOf(1, 1).subarray(0, 8);
    await makeLog(dir, 0, 0, [recordsOf(1, 2), half, recordsOf(1, 1)]);
    const effects = [itemsOf(1, 2), payloadOf(7, 3), itemsOf(1, 1)];
    await makeSnapshot(DENO_FILE_SYSTEM, dir, 0, new Uint8Array(), [effects]);
    const report = await checkDataDir(DENO_FILE_SYSTEM, dir);
    const facts = report.files.map(({ items, records, damage }) => [items, records, damage.length]);
    assertEquals(facts, [[3, 0, 1], [0, 3, 1]]);
    assertEquals(report.files[1]!.damage[0], {
      path: `${dir}/${fileName("log", 0)}`,
      offset: 80 + 32 + 40,
      reason: "Cannot read record at byte 0 of its block: it does not end in it",
    });
  }));

Deno.test("checkDataDir() begins anew where a server has just removed files", () =>
  withDir(async (dir) => {
    const [, path, last] = await makeDir(dir);
    const { position } = (await partOf(last!, "log")).head;
    const fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
    // The head of the log is read first; then a new snapshot makes it superfluous.
    fs.before = async (operation, name) => {
      const opens = fs.operations.filter((text) => text === `open ${name}`).length;
      if (operation !== "open" || !path!.endsWith(name) || opens !== 2) return;
      await makeSnapshot(DENO_FILE_SYSTEM, dir, position, new Uint8Array(), [[]]);
      await Deno.remove(path!);
    };
    const report = await checkDataDir(fs, dir);
    assertEquals(report.files.slice(0, 2).map(({ path, verdict }) => [path, verdict]), [
      [`${dir}/${fileName("snapshot", position)}`, "whole"],
      [last, "whole"],
    ]);
    assertEquals(report.damageCount, 0);
  }));

Deno.test("checkDataDir() throws what the disk says", () =>
  withDir(async (dir) => {
    await makeDir(dir);
    const whole = new FaultyFileSystem(DENO_FILE_SYSTEM);
    await checkDataDir(whole, dir);
    for (const operation of ["open", "read"] as const) {
      for (let nth = 2; nth <= whole.count(operation); nth++) {
        const error = new Error("Input/output error (os error 5)");
        const fs = new FaultyFileSystem(DENO_FILE_SYSTEM, { operation, nth, error });
        await assertRejects(() => checkDataDir(fs, dir), Error, "Input/output error");
      }
    }
  }));
