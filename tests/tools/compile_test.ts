// The compile step: every module of the program is embedded, and a base runtime that cannot be had
// is said to be missing, with what to do. A real compile runs where the base runtime is at hand.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { compile, explain, graphFiles, missingFiles } from "../../tools/compile.ts";
import { Stage } from "../../tools/build_stage.ts";

Deno.test("compile() embeds every module of the program, main and workers alike", async () => {
  await using stage = await Stage.create("compiled");
  // Any file serves as a base runtime here: what is looked at is what Deno adds to it.
  const env = { DENORT_BIN: Deno.execPath() };
  const binary = `${stage.path}/out`;
  await compile(stage, binary, undefined, env);
  const files = await graphFiles(stage);
  assert(files.some((file) => file.endsWith("/main.ts")) && files.length > 50);
  assertEquals(await missingFiles(binary, files), []);
  const stranger = `${stage.path}/stranger.ts`;
  await Deno.writeTextFile(stranger, "// This one is not part of the program.\n");
  assertEquals(await missingFiles(binary, [...files, stranger]), [stranger]);
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
