// The help of the commands: complete, and no wider than a screen.

import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../client/commands.ts";
import { run } from "./fixture.ts";

Deno.test("help names all commands, and each command all its options, in 100 columns", async () => {
  const overview = await run(["help"]);
  assertEquals(overview.code, 0);
  for (const { name, options } of Object.values(COMMANDS)) {
    assertEquals(overview.stdout.includes(`\n  ${name}`), true, name);
    if (name === "serve") continue;
    const own = await run(["help", name]);
    assertEquals(own, await run([name, "--help"]));
    assertEquals(own.code, 0);
    for (const { flag } of options) assertEquals(own.stdout.includes(`\n  --${flag}`), true, flag);
    const lines = (overview.stdout + own.stdout).split("\n");
    assertEquals(lines.filter((line) => line.length > 100 || /\s$/.test(line)), []);
  }
});

Deno.test("docs/client.md names all commands and options", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/client.md", import.meta.url));
  for (const { name, options } of Object.values(COMMANDS)) {
    assertEquals(docs.includes(`slabkv ${name}`), true, name);
    for (const { flag } of options) assertEquals(docs.includes(`--${flag}`), true, flag);
  }
});
