// The compile step: every module of the program is embedded, and a base runtime that cannot be had
// is said to be missing, with what to do. A real compile runs where the base runtime is at hand.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  baseRuntime,
  compile,
  explain,
  graphFiles,
  missingFiles,
  putInPlace,
} from "../../tools/compile.ts";
import { Stage } from "../../tools/build_stage.ts";

Deno.test("compile() embeds every module of the program, main and workers alike", async () => {
  await using stage = await Stage.create("compiled");
  // Any file serves as a base runtime here: what is looked at is what Deno adds to it.
  const env = { DENORT_BIN: Deno.execPath() };
  const binary = `${stage.path}/out`;
  await compile(stage, binary, undefined, env);
  const files = await graphFiles(stage);
  assert(files.some((file) => file.endsWith("/main.ts")) && files.length > 50);
  const stranger = `${stage.path}/stranger.ts`;
  await Deno.writeTextFile(stranger, "// This one is not part of the program.\n");
  assertEquals(await missingFiles(binary, [...files, stranger]), [stranger]);
});

Deno.test("baseRuntime() takes a relative path, and none for all machines", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const elf = new Uint8Array(64);
    elf.set([0x7f, 0x45, 0x4c, 0x46]);
    elf[18] = 0xb7;
    await Deno.writeFile(`${folder}/denort`, elf);
    const path = await Deno.realPath(`${folder}/denort`);
    assertEquals(await baseRuntime("denort", folder, false), path);
    assertEquals(await baseRuntime(path, "/", false), path);
    assertEquals(await baseRuntime(undefined, folder, true), undefined);
    const refused = () => baseRuntime("denort", folder, true);
    await assertRejects(refused, Error, "for aarch64-unknown-linux-gnu");
    await assertRejects(
      () => baseRuntime("gone", folder, false),
      Error,
      "gone, which is not there",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "putInPlace() replaces a program that runs",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/slabkv`;
      await Deno.copyFile("/bin/sleep", path);
      const child = new Deno.Command(path, { args: ["60"] }).spawn();
      try {
        await Deno.writeTextFile(`${folder}/new`, "new");
        await putInPlace(`${folder}/new`, new URL(`file://${path}`));
      } finally {
        child.kill("SIGKILL");
        await child.status;
      }
      assertEquals(await Deno.readTextFile(path), "new");
      assertEquals(Array.from(Deno.readDirSync(folder)).length, 2);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("explain() names the missing base runtime and the ways out", () => {
  const output =
    "error: Downloading\n  https://dl.example/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip\nfailed";
  const text = explain(output);
  for (const part of ["denort-x86_64-unknown-linux-gnu.zip", "DENORT_BIN", "deno task pack"]) {
    assertStringIncludes(text, part);
  }
  assertStringIncludes(explain("some other error"), "some other error");
});

Deno.test("compile() makes a program that runs, or says that no base runtime is there", async () => {
  await using stage = await Stage.create("compiled");
  const path = `${stage.path}/slabkv`;
  const env = { DENO_DIR: Deno.env.get("DENO_DIR") ?? `${stage.path}/cache` };
  try {
    await compile(stage, path, undefined, env);
  } catch (error) {
    const message = String(error);
    await assertRejects(() => Promise.reject(error), Error, "DENORT_BIN");
    assertStringIncludes(message, "Cannot compile: the base runtime denort");
    console.log("skipped: no base runtime");
    return;
  }
  const { stdout, code } = await new Deno.Command(path, { args: ["--version"] }).output();
  assertEquals(code, 0);
  assertStringIncludes(new TextDecoder().decode(stdout), "(compiled");
});
