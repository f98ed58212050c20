// --help of every benchmark ends at once and says how it is run; tables are aligned for people.

import { assertEquals } from "@std/assert";
import { markdownTable } from "../bench/report.ts";

const root = new URL("../", import.meta.url);
const PROGRAMS = [
  "bench/attacks/run.ts",
  "bench/beside.ts",
  "bench/engine/run.ts",
  "bench/fuzz/run.ts",
  "bench/http/fill.ts",
  "bench/http/run.ts",
  "bench/resp/run.ts",
  "bench/resp/watch.ts",
  "bench/start.ts",
];

Deno.test("every benchmark answers --help and measures nothing", async () => {
  for (const program of PROGRAMS) {
    const args = ["run", "-A", "--quiet", program, "--help"];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root })
      .output();
    const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, errors], [0, ""], program);
    assertEquals(/deno (task|run) /.test(printed!), true, `${program}: ${printed}`);
  }
});

Deno.test("markdownTable() pads its cells for people", () => {
  const rows = [["a", "1"], ["long", "1,000"]];
  assertEquals(markdownTable(["what", "n:"], rows, true).split("\n"), [
    "| what |     n |",
    "| ---- | ----: |",
    "| a    |     1 |",
    "| long | 1,000 |",
  ]);
  assertEquals(markdownTable(["what", "n:"], rows, false).split("\n")[2], "| a | 1 |");
});
