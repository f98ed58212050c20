// completionScript(): each shell that is there accepts its script, and bash completes with it.

import { assertEquals } from "@std/assert";
import { COMMANDS, SHELLS } from "../../client/commands.ts";
import { run } from "./fixture.ts";

async function script(shell: string): Promise<string> {
  return (await run(["completions", shell])).stdout;
}

/** Runs a shell; undefined if it is not on this machine. */
async function runShell(
  shell: string,
  args: readonly string[],
): Promise<{ code: number; lines: string[]; stderr: string } | undefined> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(shell, { args: [...args] }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, lines: decode(stdout).split("\n").filter(Boolean), stderr: decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

for (const shell of SHELLS) {
  Deno.test(`completionScript() writes what ${shell} accepts, with all commands`, async () => {
    const text = await script(shell);
    for (const { name, options } of Object.values(COMMANDS)) {
      assertEquals(text.includes(name), true, name);
      for (const { flag } of options) assertEquals(text.includes(flag), true, flag);
    }
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, text);
      const found = await runShell(shell, ["-n", path]);
      if (found !== undefined) assertEquals([found.code, found.stderr], [0, ""]);
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("completionScript() completes commands, options and words in bash", async () => {
  const text = await script("bash");
  const table: [string[], string[]][] = [
    [["p"], ["put", "ping"]],
    [["get", "--t"], ["--token", "--timeout"]],
    [["put", "k", "--tt"], ["--ttl"]],
    [["completions", ""], ["bash", "zsh", "fish", "--help"]],
    [["help", "st"], ["stats"]],
    [["bench", "--routes", ""], ["auto", "json", "raw"]],
    [["bench", "--rate", ""], []],
    [["--po"], ["--port"]],
    [["serve", "--log-format", "j"], ["json"]],
  ];
  for (const [words, expected] of table) {
    const line = ["slabkv", ...words].map((word) => `'${word}'`).join(" ");
    const test = `${text}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _slabkv\n` +
      'printf "%s\\n" "${COMPREPLY[@]}"';
    const found = await runShell("bash", ["--norc", "-c", test]);
    if (found !== undefined) assertEquals(found.lines, expected, words.join(" "));
  }
});
