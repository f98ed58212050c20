import { assertEquals, assertRejects } from "@std/assert";
import { DENO_FILE_SYSTEM, pathIn } from "../../../server/disk/file_system.ts";
import { withDir } from "./fixture.ts";

const fs = DENO_FILE_SYSTEM;

async function readAll(path: string): Promise<string> {
  const file = await fs.open(path, "read");
  const bytes = new Uint8Array(99);
  const read = await file.read(bytes);
  assertEquals(await file.read(bytes.subarray(read)), 0);
  file.close();
  return new TextDecoder().decode(bytes.subarray(0, read));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("DENO_FILE_SYSTEM opens files as it is told, for the user alone", () =>
  withDir(async (dir) => {
    const path = pathIn(dir, "a");
    await assertRejects(() => fs.open(path, "read"), Deno.errors.NotFound);
    await assertRejects(() => fs.open(path, "existing"), Deno.errors.NotFound);
    const made = await fs.open(path, "new");
    await made.write(bytesOf("abcdef"));
    await made.syncData();
    assertEquals(await made.size(), 6);
    made.close();
    if (Deno.build.os !== "windows") assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
    await assertRejects(() => fs.open(path, "new"), Deno.errors.AlreadyExists);
    const file = await fs.open(path, "existing");
    await file.seek(2);
    await file.write(bytesOf("XY"));
    await file.truncate(5);
    file.close();
    assertEquals(await readAll(path), "abXYe");
    (await fs.open(path, "read-write")).close();
    assertEquals(await readAll(path), "abXYe");
    await fs.rename(path, pathIn(`${dir}/`, "b"));
    await fs.makeDir(`${dir}/c/d`);
    assertEquals(await fs.list(dir), [{ name: "b", bytes: 5 }]);
    await fs.syncDir(dir);
    await fs.remove(`${dir}/b`);
    await assertRejects(() => fs.remove(`${dir}/b`), Deno.errors.NotFound);
    await assertRejects(() => fs.syncDir(`${dir}/b`), Deno.errors.NotFound);
  }));

Deno.test({
  name: "DENO_FILE_SYSTEM.syncDir() makes do where folders cannot be synced",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await fs.syncDir("/sys");
  },
});

Deno.test("DENO_FILE_SYSTEM.makeDir() says that a file is no folder", () =>
  withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    await assertRejects(() => fs.makeDir(`${dir}/file`), Error, "it is no folder");
    await fs.makeDir(dir);
  }));
