// Tools answer --help and refuse what they do not know, before they build or fetch anything.

import { assertEquals, assertMatch } from "@std/assert";

const root = new URL("../../", import.meta.url);
const TOOLS = [
  "tools/check_deploy.ts",
  "tools/compile.ts",
  "tools/pack.ts",
  "tools/test_binary.ts",
];

async function run(tool: string, arg: string) {
  const args = ["run", "-A", "--quiet", tool, arg];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root })
    .output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, printed, errors };
}

Deno.test("tools say with --help how they are run", async () => {
  for (const tool of TOOLS) {
    const { code, printed, errors } = await run(tool, "--help");
    assertEquals([code, errors], [0, ""], tool);
    assertMatch(printed!, /deno task [\w:]+\n[^]*--help/, tool);
  }
});

Deno.test("tools refuse options that they do not know", async () => {
  for (const tool of TOOLS) {
    const { code, printed, errors } = await run(tool, "--al");
    assertEquals([code, printed, errors], [
      1,
      "",
      'Unexpected argument "--al": see --help\n',
    ], tool);
  }
});
