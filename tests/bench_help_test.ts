// --help of every benchmark ends at once and says how it is run, wrong arguments what is wrong; tables are aligned for people.

import { assertEquals, assertMatch } from "@std/assert";
import { markdownTable } from "../bench/report.ts";

const root = new URL("../", import.meta.url);
const PROGRAMS = [
  "bench/attacks/run.ts",
  "bench/beside.ts",
  "bench/dashboard/load.ts",
  "bench/engine/all.ts",
  "bench/engine/run.ts",
  "bench/fuzz/run.ts",
  "bench/http/fill.ts",
  "bench/http/run.ts",
  "bench/proof/kill.ts",
  "bench/proof/soak.ts",
  "bench/memcache/run.ts",
  "bench/metrics/run.ts",
  "bench/observe/run.ts",
  "bench/overload/run.ts",
  "bench/proxy/run.ts",
  "bench/keys/run.ts",
  "bench/pubsub/run.ts",
  "bench/resp/run.ts",
  "bench/resp/flush.ts",
  "bench/resp/profile.ts",
  "bench/resp/watch.ts",
  "bench/scripts/run.ts",
  "bench/start.ts",
  "bench/streams/jobs.ts",
  "bench/types/run.ts",
  "bench/types/sketches.ts",
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

Deno.test("benchmarks say in one line what is wrong with their arguments", async () => {
  const table: [string, string, RegExp][] = [
    [
      "bench/beside.ts",
      "none",
      /^Cannot compare with none: it is no checkout of slabkv\. See --help\n$/,
    ],
    [
      "bench/fuzz/run.ts",
      "many",
      /^Cannot read many: expected how many inputs, and a seed\. See --help\n$/,
    ],
    ["bench/engine/run.ts", "none", /^[^\n]*none[^\n]*\n$/],
    ["bench/attacks/run.ts", "none", /^[^\n]*none[^\n]*\n$/],
    ["bench/http/run.ts", "--none", /^[^\n]*--none[^\n]*\n$/],
    ["bench/proof/kill.ts", "--none", /^[^\n]*--none[^\n]*\n$/],
    ["bench/http/fill.ts", "--none", /^[^\n]*--none[^\n]*\n$/],
    ["bench/resp/run.ts", "--none", /^[^\n]*--none[^\n]*\n$/],
    ["bench/overload/run.ts", "--none", /^[^\n]*--none[^\n]*\n$/],
  ];
  for (const [program, argument, message] of table) {
    const args = ["run", "-A", "--quiet", program, argument];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    assertMatch(new TextDecoder().decode(stderr), message, program);
    assertEquals(code !== 0, true, program);
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
