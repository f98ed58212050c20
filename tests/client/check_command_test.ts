// The command check: what it prints and with which code it ends.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileName } from "../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../server/disk/file_system.ts";
import { itemsOf, makeLog, makeSnapshot, recordsOf, withDir } from "../server/disk/fixture.ts";
import { run } from "./fixture.ts";

const PAYLOADS = [recordsOf(1, 1), recordsOf(2, 50)];

Deno.test("check prints a line for each file and a summary", () =>
  withDir(async (dir) => {
    await makeSnapshot(DENO_FILE_SYSTEM, dir, 0, new Uint8Array(), [[itemsOf(4, 6)], []]);
    const end = await makeLog(dir, 0, 0, PAYLOADS);
    const path = `${dir}/${fileName("log", end)}`;
    await makeLog(dir, end, 0, PAYLOADS);
    await Deno.truncate(path, (await Deno.stat(path)).size - 4);
    const { code, stdout, stderr } = await run(["check", `${dir}/`]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.split("\n"), [
      `whole    ${fileName("snapshot", 0)}: 568 bytes, 1 block, 6 items`,
      `whole    ${fileName("log", 0)}: 1,164 bytes, 2 blocks, 51 records`,
      `torn     ${
        fileName("log", end)
      }: 1,160 bytes, 1 block, 1 record; the next start cuts off 1,028 bytes at its end`,
      "3 files, 2,892 bytes read: no damage",
      "",
    ]);
  }));

Deno.test("check ends with 1 where there is nothing to be checked", () =>
  withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/something-else`, "1");
    const { code, stdout } = await run(["check", dir]);
    assertEquals(stdout, "0 files, 0 bytes read: it is no data dir, or an empty one\n");
    assertEquals(code, 1);
    assertEquals((await run(["check", dir, "--json"])).code, 1);
  }));

Deno.test("check shows how far it is on a terminal, and wipes that away", () =>
  withDir(async (dir) => {
    await makeLog(dir, 0, 0, PAYLOADS);
    const { stdout, stderr } = await run(["check", dir], { isTerminal: true });
    assertStringIncludes(stderr, `\r[${"-".repeat(60)}]   0 %\x1b[K`);
    assertEquals(stderr.endsWith("\r\x1b[K"), true);
    assertEquals(stdout, (await run(["check", dir])).stdout);
  }));

Deno.test("check ends with 1 on damage, and says where", () =>
  withDir(async (dir) => {
    await makeLog(dir, 0, 0, PAYLOADS);
    const path = `${dir}/${fileName("log", 0)}`;
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.with(115, bytes[115]! ^ 1));
    const { code, stdout } = await run(["check", dir]);
    assertEquals(code, 1);
    assertStringIncludes(
      stdout,
      `damaged  ${fileName("log", 0)}: 1,164 bytes, 1 block, 50 records\n`,
    );
    assertStringIncludes(
      stdout,
      "at byte 80: the checksum of the block is not that of its bytes\n",
    );
    assertStringIncludes(stdout, "damage in 1 place: restore a backup, or start with --recover");
    const json = JSON.parse((await run(["check", dir, "--json"])).stdout);
    assertEquals([json.damageCount, json.files[0].verdict], [1, "damaged"]);
  }));

Deno.test("check ends with 1 on another format, and with 2 where there is no folder", () =>
  withDir(async (dir) => {
    const { code, stderr } = await run(["check", `${dir}/none`]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `slabkv: Cannot check ${dir}/none: No such file or directory`);
    await makeLog(dir, 0, 0, PAYLOADS);
    const path = `${dir}/${fileName("log", 0)}`;
    const bytes = await Deno.readFile(path);
    bytes[4] = 2;
    bytes[8] = 96;
    await Deno.writeFile(path, bytes);
    const refused = await run(["check", dir]);
    assertEquals(refused.code, 1);
    assertStringIncludes(
      refused.stdout,
      "it is in format 2, and this program knows format 1 only.",
    );
  }));
