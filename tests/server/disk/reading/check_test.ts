import { assertEquals, assertRejects } from "@std/assert";
import { DirLock } from "../../../../server/disk/dir_lock.ts";
import { fileName } from "../../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { checkDataDir } from "../../../../server/disk/reading/check.ts";
import { FaultyFileSystem } from "../faulty_file_system.ts";
import { makeLog, makeSnapshot, partOf, payloadOf, withDir } from "../fixture.ts";

const PAYLOADS = [payloadOf(1, 2), payloadOf(2, 9), payloadOf(3, 1)];

/** A data dir with a snapshot, two logs, and what is left over. */
async function makeDir(dir: string): Promise<string[]> {
  const middle = await makeLog(dir, 64, 64, PAYLOADS);
  await makeLog(dir, middle, 64, PAYLOADS);
  await makeLog(dir, 0, 0, PAYLOADS);
  await makeSnapshot(DENO_FILE_SYSTEM, dir, 64, payloadOf(9, 2), [[payloadOf(4, 6)], []]);
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
      { path, verdict, blocks, items },
    ) => [path, verdict, blocks, items]);
    assertEquals(facts, [
      [paths[0], "whole", 1, 1],
      [paths[1], "whole", 3, 0],
      [paths[2], "whole", 3, 0],
      [paths[3], "unused", 0, 0],
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
    assertEquals(report.files[2]!.tornBytes, 35);
    assertEquals([report.damageCount, report.user], [3, holder]);
    await lock.release();
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
