import { assertEquals, assertRejects } from "@std/assert";
import { continuedBy, removeLeftovers, scanDataDir } from "../../../server/disk/data_dir.ts";
import { fileName } from "../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { DamageCount, DamageError } from "../../../server/disk/reading/damage.ts";
import { makeLog, makeSnapshot, payloadOf, withDir } from "./fixture.ts";

const PAYLOADS = [payloadOf(1, 2), payloadOf(2, 9)];
const SHARDS = [[payloadOf(3, 4)], [], [], []];

const snapshotAt = (dir: string, position: number) =>
  makeSnapshot(DENO_FILE_SYSTEM, dir, position, new Uint8Array(), SHARDS);

const logName = (position: number) => fileName("log", position);

/** Names of the files that are to be loaded. */
async function loaded(dir: string, skipped?: DamageCount): Promise<string[]> {
  const { snapshot, logs } = await scanDataDir(DENO_FILE_SYSTEM, dir, skipped);
  return [snapshot, ...logs].flatMap((part) =>
    part === null ? [] : [part.path.slice(dir.length + 1)]
  );
}

const namesIn = (dir: string) => [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

Deno.test("scanDataDir() finds nothing in an empty folder", () =>
  withDir(async (dir) => {
    const none = { dir, snapshot: null, logs: [], bytes: 0, leftovers: [], ignored: [] };
    assertEquals(await scanDataDir(DENO_FILE_SYSTEM, dir), none);
  }));

Deno.test("scanDataDir() takes the newest snapshot and the logs from there on; the rest is left over", () =>
  withDir(async (dir) => {
    const second = await makeLog(dir, 0, 0, PAYLOADS);
    assertEquals(await loaded(dir), [logName(0)]);
    const third = await makeLog(dir, second, 0, PAYLOADS);
    assertEquals(await loaded(dir), [logName(0), logName(second)]);
    await snapshotAt(dir, 0);
    await snapshotAt(dir, second);
    await makeLog(dir, third, second, PAYLOADS);
    await Deno.writeTextFile(`${dir}/${fileName("snapshot", third)}.tmp`, "half");
    await Deno.writeTextFile(`${dir}/notes.tmp`, "not ours");
    await Deno.writeTextFile(`${dir}/log-1.slabkv`, "not ours");
    const kept = [fileName("snapshot", second), logName(second), logName(third)];
    assertEquals(await loaded(dir), kept);
    const found = await scanDataDir(DENO_FILE_SYSTEM, dir);
    const sizes = await Promise.all(kept.map((name) => Deno.stat(`${dir}/${name}`)));
    assertEquals(found.bytes, sizes.reduce((sum, { size }) => sum + size, 0));
    await removeLeftovers(DENO_FILE_SYSTEM, found);
    assertEquals(namesIn(dir), [...kept, "log-1.slabkv", "notes.tmp"].sort());
    assertEquals(await loaded(dir), kept);
  }));

Deno.test("scanDataDir() refuses missing files and says which", () =>
  withDir(async (dir) => {
    const second = await makeLog(dir, 0, 0, PAYLOADS);
    const third = await makeLog(dir, second, 0, PAYLOADS);
    await makeLog(dir, third, second, PAYLOADS);
    const refused = async (problem: string, left: string[]) => {
      await assertRejects(() => loaded(dir), DamageError, problem);
      const skipped = new DamageCount();
      assertEquals(await loaded(dir, skipped), left);
      assertEquals(skipped.count, 1);
    };
    await Deno.rename(`${dir}/${logName(second)}`, `${dir}/away`);
    await refused(
      `Cannot use the data dir: ${logName(second)} is missing, which ${dir}/${
        logName(third)
      } continues. `,
      [logName(0), logName(third)],
    );
    await Deno.rename(`${dir}/away`, `${dir}/${logName(second)}`);
    await Deno.remove(`${dir}/${logName(0)}`);
    await refused(`${logName(0)} is missing, which ${dir}/${logName(second)} continues. `, [
      logName(second),
      logName(third),
    ]);
    await snapshotAt(dir, second);
    assertEquals((await loaded(dir)).length, 3);
    await Deno.remove(`${dir}/${logName(second)}`);
    const name = fileName("snapshot", second);
    await refused(`${logName(second)} is missing, which ${dir}/${logName(third)} continues. `, [
      name,
      logName(third),
    ]);
    await Deno.remove(`${dir}/${logName(third)}`);
    await refused(`${logName(second)} is missing, which belongs to ${dir}/${name}`, [name]);
  }));

Deno.test("scanDataDir() ignores logs from one on that was begun after a failure and has no snapshot", () =>
  withDir(async (dir) => {
    const end = await makeLog(dir, 0, 0, PAYLOADS);
    const begun = end + 400;
    const next = await makeLog(dir, begun, begun, PAYLOADS);
    await makeLog(dir, next, begun, PAYLOADS);
    const found = await scanDataDir(DENO_FILE_SYSTEM, dir);
    const path = `${dir}/${logName(begun)}`;
    const reason = "was begun after a failure, and the snapshot that it needs was never finished";
    assertEquals(found.ignored, [`${path} ${reason}`]);
    assertEquals(found.leftovers, [path, `${dir}/${logName(next)}`]);
    assertEquals(found.logs.map(({ head }) => head.position), [0]);
    // A start goes on at the end of the first, and may be unable to remove the others.
    const later = await makeLog(dir, end, 0, Array(20).fill(payloadOf(5, 30)));
    await makeLog(dir, later, end, PAYLOADS);
    assertEquals(await loaded(dir), [logName(0), logName(end), logName(later)]);
    await snapshotAt(dir, begun);
    await Deno.remove(`${dir}/${logName(later)}`);
    assertEquals(await loaded(dir), [fileName("snapshot", begun), logName(begun), logName(next)]);
  }));

Deno.test("scanDataDir() refuses a log without the snapshot that it needs", () =>
  withDir(async (dir) => {
    await makeLog(dir, 64, 64, PAYLOADS);
    const problem = `${dir}/${logName(64)} is there, but not the snapshot that it needs`;
    await assertRejects(() => loaded(dir), DamageError, problem);
    assertEquals(await loaded(dir, new DamageCount()), [logName(64)]);
  }));

Deno.test("continuedBy() names the last log before, but for an empty one of the same position", () =>
  withDir(async (dir) => {
    const end = await makeLog(dir, 0, 0, PAYLOADS);
    const { logs } = await scanDataDir(DENO_FILE_SYSTEM, dir);
    assertEquals([continuedBy([], 0), continuedBy(logs, 0), continuedBy(logs, end)], [
      undefined,
      undefined,
      0,
    ]);
    await makeLog(dir, end, 0, []);
    assertEquals(continuedBy((await scanDataDir(DENO_FILE_SYSTEM, dir)).logs, end), 0);
  }));

Deno.test("scanDataDir() refuses a damaged head, and recovers what it said", () =>
  withDir(async (dir) => {
    const end = await makeLog(dir, 0, 0, PAYLOADS);
    await makeLog(dir, end, 0, PAYLOADS);
    await snapshotAt(dir, 0);
    for (const name of namesIn(dir)) {
      const path = `${dir}/${name}`;
      const whole = await scanDataDir(DENO_FILE_SYSTEM, dir);
      const bytes = await Deno.readFile(path);
      await Deno.writeFile(path, bytes.with(13, bytes[13]! ^ 4));
      const refusal = `Cannot read ${path}: damage at byte 0: its head is damaged. `;
      await assertRejects(() => loaded(dir), DamageError, refusal);
      const skipped = new DamageCount();
      const found = await scanDataDir(DENO_FILE_SYSTEM, dir, skipped);
      const facts = (of: typeof found) =>
        [of.snapshot!, ...of.logs].map((
          { path, head: { mark, position } },
        ) => [path, mark, position]);
      assertEquals(facts(found), facts(whole));
      const parts = [found.snapshot!, ...found.logs];
      for (const { head } of parts) assertEquals(head.shardCount, 4);
      assertEquals(skipped.noted, [{ path, offset: 0, reason: "its head is damaged" }]);
      await Deno.writeFile(path, bytes);
    }
  }));

Deno.test("scanDataDir() refuses another format, and a name that is not that of the file", () =>
  withDir(async (dir) => {
    const end = await makeLog(dir, 0, 0, PAYLOADS);
    await Deno.copyFile(`${dir}/${logName(0)}`, `${dir}/${logName(end)}`);
    const renamed = "it is that of position 0, which is not what its name says";
    await assertRejects(() => loaded(dir), DamageError, renamed);
    await Deno.remove(`${dir}/${logName(end)}`);
    const bytes = await Deno.readFile(`${dir}/${logName(0)}`);
    bytes[4] = 7;
    bytes[8] = 128;
    await Deno.writeFile(`${dir}/${logName(0)}`, bytes);
    for (const skipped of [undefined, new DamageCount()]) {
      await assertRejects(
        () => loaded(dir, skipped),
        DamageError,
        "it is in format 7, and this program knows format 1 only. Use the version of slabkv that wrote it",
      );
    }
  }));
