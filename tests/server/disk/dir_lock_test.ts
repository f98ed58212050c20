import { assertEquals, assertRejects } from "@std/assert";
import {
  DirLock,
  holderText,
  isLocked,
  LOCK_NAME,
  LockError,
  parseHolder,
} from "../../../server/disk/dir_lock.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import { FaultyFileSystem } from "./faulty_file_system.ts";
import { withDir } from "./fixture.ts";

const HOLDER = { pid: 12, host: "a", startMs: Date.UTC(2026, 0, 31, 12) };
const OTHER = { pid: 13, host: "b", startMs: Date.UTC(2026, 1, 1) };

function withoutLocks(): FaultyFileSystem {
  const error = new Error("Operation not supported (os error 95)");
  return new FaultyFileSystem(DENO_FILE_SYSTEM, { operation: "lock", nth: 1, times: 99, error });
}

Deno.test("DirLock.take() refuses a second process and says who has the data dir", () =>
  withDir(async (dir) => {
    const lock = await DirLock.take(DENO_FILE_SYSTEM, dir, HOLDER);
    assertEquals([lock.crashed, lock.weakness], [undefined, undefined]);
    assertEquals(await Deno.readTextFile(`${dir}/${LOCK_NAME}`), holderText(HOLDER));
    const error = await assertRejects(() => DirLock.take(DENO_FILE_SYSTEM, dir, OTHER), LockError);
    assertEquals(
      error.message,
      `Cannot use the data dir ${dir}: process 12 on host a has used it since ` +
        "2026-01-31T12:00:00.000Z. Stop that process, or give another --data-dir",
    );
    assertEquals(await isLocked(DENO_FILE_SYSTEM, dir), HOLDER);
    assertEquals(await Deno.readTextFile(`${dir}/${LOCK_NAME}`), holderText(HOLDER));
    await lock.release();
    assertEquals(await isLocked(DENO_FILE_SYSTEM, dir), false);
    await (await DirLock.take(DENO_FILE_SYSTEM, dir, OTHER)).release();
  }));

Deno.test("a lock ends with its process, which is known to have crashed", () =>
  withDir(async (dir) => {
    const module = new URL("../../../server/disk/", import.meta.url);
    const code = `
      const { DirLock } = await import("${module}dir_lock.ts");
      const { DENO_FILE_SYSTEM } = await import("${module}file_system.ts");
      await DirLock.take(DENO_FILE_SYSTEM, ${JSON.stringify(dir)}, ${JSON.stringify(HOLDER)});
      console.log("locked");
      setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const output = child.stdout.getReader();
    assertEquals(new TextDecoder().decode((await output.read()).value), "locked\n");
    await assertRejects(() => DirLock.take(DENO_FILE_SYSTEM, dir, OTHER), LockError, "process 12");
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
    const lock = await DirLock.take(DENO_FILE_SYSTEM, dir, OTHER);
    assertEquals(lock.crashed, HOLDER);
    await lock.release();
  }));

Deno.test("without locks DirLock.take() goes by what the file says", () =>
  withDir(async (dir) => {
    const lock = await DirLock.take(withoutLocks(), dir, HOLDER);
    assertEquals(lock.weakness, "Operation not supported (os error 95)");
    const error = await assertRejects(() => DirLock.take(withoutLocks(), dir, OTHER), LockError);
    assertEquals(
      error.message,
      `Cannot use the data dir ${dir}: its file system has no locks (Operation not supported ` +
        "(os error 95)), and by its slabkv.lock process 12 on host a has used it since " +
        "2026-01-31T12:00:00.000Z. If that process has ended, remove the file",
    );
    assertEquals(await isLocked(withoutLocks(), dir), false);
    // The same number on the same host: that process is gone, and this one has its number.
    await (await DirLock.take(withoutLocks(), dir, HOLDER)).release();
    // After a clean stop the file is empty.
    await (await DirLock.take(withoutLocks(), dir, OTHER)).release();
  }));

Deno.test("DirLock.take() gives the lock back if it cannot write", () =>
  withDir(async (dir) => {
    for (const operation of ["truncate", "seek", "write", "sync"] as const) {
      const fs = new FaultyFileSystem(DENO_FILE_SYSTEM, { operation, nth: 1, times: 9 });
      await assertRejects(() => DirLock.take(fs, dir, HOLDER), Error, "No space left");
      await (await DirLock.take(DENO_FILE_SYSTEM, dir, HOLDER)).release();
    }
  }));

Deno.test("parseHolder() reads what holderText() writes, and nothing else", () => {
  assertEquals(parseHolder(holderText(HOLDER)), HOLDER);
  for (
    const text of ["", "pid 1\n", "pid x\nhost a\nstart 2026-01-31\n", "pid 1\nhost a\nstart x\n"]
  ) {
    assertEquals(parseHolder(text), undefined, text);
  }
});
