/**
 * Holds the repository to the rules of architecture_rules.ts, and each rule to files that break it:
 * a rule that rejects nothing is no rule.
 */

import { assert, assertEquals } from "@std/assert";
import {
  areCodecsPure,
  hasNoCircles,
  hasNoModuleState,
  isEngineAlone,
  keepsToRooms,
  namesConstants,
  namesFiles,
  needsItsExceptions,
  needsItsTable,
  onlyReExports,
  type Rule,
  saysWhatItOwns,
  staysSmall,
} from "./architecture_rules.ts";
import { circlesOf, roomOf, unreachedOf } from "./import_graph.ts";
import { importsOf, longFunctions, readSources, type Source, sourceOf } from "./sources.ts";

const root = new URL("../", import.meta.url);
const sources = await readSources([
  "main.ts",
  "cache",
  "client",
  "dashboard",
  "server",
  "bench",
  "tools",
  "tests",
  "std",
]);

/** Files that break a rule, by path, and what it must say of them. */
type Violation = readonly [files: Readonly<Record<string, string>>, complaint: string];

const OPENING = "// One line of what it owns.\n// Another one.\n";

/** Each rule, what it asks for, and files that it must reject. */
const RULES: readonly (readonly [rule: Rule, criterion: string, ...Violation[]])[] = [
  [
    keepsToRooms,
    "rooms import only what the table lets them, through doors",
    [
      { "server/codecs/x.ts": 'import { get } from "../commands/strings/values.ts";' },
      "server/codecs/x.ts imports server/commands/strings/values.ts",
    ],
    [
      { "server/http/x.ts": 'import type { RawContext } from "../raw/raw_context.ts";' },
      "server/http/x.ts imports server/raw/raw_context.ts",
    ],
    [
      { "server/raw/x.ts": 'export { HttpListener } from "../http/listener.ts";' },
      "server/raw/x.ts imports server/http/listener.ts",
    ],
    [
      { "cache/x.ts": 'const a = await import("../server/contract/args.ts");' },
      "cache/x.ts imports server/contract/args.ts",
    ],
    [
      { "server/commands/keys/x.ts": 'import { Shard } from "../../../cache/shard.ts";' },
      "server/commands/keys/x.ts: imports cache/shard.ts, past cache/mod.ts",
    ],
    [
      { "client/x.ts": 'import { serve } from "../server/process/serve.ts";' },
      "client/x.ts imports server/process/serve.ts",
    ],
    [
      { "main.ts": 'import { runBench } from "./client/bench/bench.ts";' },
      "main.ts: imports client/bench/bench.ts, past client/mod.ts",
    ],
    [
      { "server/contract/x.ts": 'import { GET } from "../../bench/workload.ts";' },
      "server/contract/x.ts imports bench/workload.ts",
    ],
    [{ "server/x/y.ts": "export const A = 1;" }, "server/x: is no room of the table"],
  ],
  [
    hasNoCircles,
    "no file imports itself, over others or at once",
    [
      {
        "cache/a.ts": 'import { b } from "./b.ts";',
        "cache/b.ts": 'import type { C } from "./c.ts";',
        "cache/c.ts": 'export { a } from "./a.ts";',
      },
      "cache/a.ts, cache/b.ts, cache/c.ts: import each other in a circle",
    ],
    [
      { "tests/a.ts": 'import { a } from "./a.ts";' },
      "tests/a.ts: import each other in a circle",
    ],
  ],
  [
    isEngineAlone,
    "cache/ has no Deno, no packages, no timers and no console",
    [{ "cache/x.ts": "Deno.exit(1);" }, "cache/x.ts: Deno"],
    [{ "cache/x.ts": "setTimeout(() => {}, 1);" }, "cache/x.ts: setTimeout"],
    [{ "cache/x.ts": "setInterval(() => {}, 1);" }, "cache/x.ts: setInterval"],
    [{ "cache/x.ts": 'console.log("a");' }, "cache/x.ts: console"],
    [{ "cache/x.ts": 'import os from "node:os";' }, "cache/x.ts: node:os"],
  ],
  [
    areCodecsPure,
    "codecs import contract/ only, and use no sockets",
    [
      { "server/codecs/x.ts": 'import { get } from "../commands/strings/values.ts";' },
      "server/codecs/x.ts: server/commands/strings/values.ts",
    ],
    [
      { "server/codecs/x.ts": 'import { Cache } from "../../cache/mod.ts";' },
      "server/codecs/x.ts: cache/mod.ts",
    ],
    [{ "server/codecs/x.ts": "await Deno.connect({ port: 1 });" }, "server/codecs/x.ts: Deno"],
    [{ "server/codecs/x.ts": "new WebSocket(url);" }, "server/codecs/x.ts: WebSocket"],
    [
      { "server/codecs/x.ts": 'import net from "node:net";' },
      "server/codecs/x.ts: node:net",
    ],
  ],
  [
    hasNoModuleState,
    "modules of the program keep nothing that changes",
    [{ "server/http/x.ts": "let count = 0;" }, "server/http/x.ts: let count"],
    [{ "cache/x.ts": "export let count = 0;" }, "cache/x.ts: export let count"],
    [
      { "server/commands/x.ts": "const batch = new KeyBatch();" },
      "server/commands/x.ts: const batch = new KeyBatch",
    ],
    [
      { "server/commands/x.ts": "const SEEN = new Map<string, number>();" },
      "server/commands/x.ts: const SEEN = new Map",
    ],
  ],
  [
    namesConstants,
    "constants are UPPER_CASE, bounds begin with max or min",
    [{ "client/x.ts": "const limit = 10;" }, "client/x.ts: const limit = 1"],
    [
      { "tools/x.ts": 'export const word: string = "a";' },
      'tools/x.ts: export const word: string = "',
    ],
    [{ "cache/x.ts": "const KEY_BYTES_MAX = 10;" }, "cache/x.ts: KEY_BYTES_MAX"],
    [{ "bench/x.ts": "function f(keyBytesMax: number) {}" }, "bench/x.ts: keyBytesMax"],
  ],
  [
    saysWhatItOwns,
    "files open with 2 to 6 lines of what they own",
    [{ "server/http/x.ts": "// One line.\nexport const A = 1;\n" }, "opens with 1 lines"],
    [{ "cache/x.ts": `${"// Too much.\n".repeat(7)}export const A = 1;\n` }, "opens with 7 lines"],
  ],
  [
    namesFiles,
    "files have names in snake_case that say what is inside",
    [{ "server/http/utils.ts": "" }, "utils.ts"],
    [{ "server/http/fooBar.ts": "" }, "fooBar.ts"],
  ],
  [
    staysSmall,
    "files have at most 300 lines, functions 60, folders 20 files",
    [{ "cache/x.ts": "x();\n".repeat(301) }, "cache/x.ts: 301 lines"],
    [
      { "cache/x.ts": `function long() {\n${"  x();\n".repeat(60)}}\n` },
      "cache/x.ts: long (line 1) has 62 lines",
    ],
    [
      Object.fromEntries(
        Array.from({ length: 21 }, (_, i) => [`server/changes/x${i}.ts`, OPENING]),
      ),
      "server/changes: 25 files",
    ],
  ],
  [
    onlyReExports,
    "std/ only re-exports",
    [{ "std/cli/mod.ts": "export const A = 1;" }, "std/cli/mod.ts: export const A = 1;"],
  ],
];

for (const [rule, criterion, ...violations] of RULES) {
  Deno.test(`${rule.name}(): ${criterion}`, () => {
    assertEquals(rule(sources), []);
    assert(violations.length > 0);
    for (const [texts, complaint] of violations) {
      const files = Object.entries(texts).map(([path, text]) => sourceOf(path, text));
      const found = rule([...sources.filter(({ path }) => !(path in texts)), ...files]);
      assert(found.some((what) => what.includes(complaint)), `${complaint} in ${found}`);
    }
  });
}

Deno.test("needsItsTable(): every import that the table allows is there", () => {
  assertEquals(needsItsTable(sources), []);
  const withoutRaw = sources.filter(({ path }) => !path.startsWith("server/raw/"));
  assert(needsItsTable(withoutRaw).includes("server/raw -> cache: is allowed and not needed"));
});

Deno.test("needsItsExceptions(): exceptions are needed and give a reason", () => {
  assertEquals(needsItsExceptions(sources), []);
  const few = sources.filter(({ path }) => !path.startsWith("cache/"));
  assertEquals(needsItsExceptions(few), ["cache: the exception is not needed, or has no reason"]);
});

/** What people and machines are told to run. */
async function commandsOf(paths: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, root))));
  return texts.flatMap((text, i) =>
    paths[i]!.endsWith(".md") ? text.match(/\bdeno (?:run|task|bench)[^`\n]*/g) ?? [] : [text]
  );
}

Deno.test("every file is imported, started, or part of a command that people are told", async () => {
  const pages = Array.from(Deno.readDirSync(new URL("docs/", root)))
    .filter(({ isFile }) => isFile)
    .map(({ name }) => `docs/${name}`);
  const commands = await commandsOf([
    "deno.json",
    ".ci/run",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    ...pages,
  ]);
  const files = sources.filter(({ path }) => !path.startsWith("std/"));
  assertEquals(unreachedOf(files, commands), []);
  const dead = sourceOf("server/http/dead.ts", `${OPENING}export const A = 1;\n`);
  const alone = sourceOf("bench/alone.ts", 'import "./alone.ts";\n');
  assertEquals(unreachedOf([...files, dead, alone], commands), [dead.path, alone.path]);
});

Deno.test("std/ has the names and versions that deno.json imports, and pins are exact", async () => {
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, root)));
  const { imports, scopes, links } = await read("deno.json");
  for (const link of links) {
    const { name, version } = await read(`${link}/deno.json`);
    assertEquals(imports[name], `jsr:${name}@${version}`);
  }
  for (const target of Object.values<string>({ ...imports, ...scopes["./tests/"] })) {
    assertEquals(/^(jsr|npm):(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/.test(target), true, target);
  }
});

Deno.test("roomOf() takes folders inside a room as part of it", () => {
  assertEquals(roomOf("server/commands/keys/scan.ts"), "server/commands");
  assertEquals(roomOf("server/mod.ts"), "server");
  assertEquals(roomOf("client/bench/load.ts"), "client");
  assertEquals(roomOf("main.ts"), "main.ts");
});

Deno.test("circlesOf() finds each circle once and nothing beside it", () => {
  const file = (path: string, ...imports: string[]): Source =>
    sourceOf(path, imports.map((name) => `import "./${name}";`).join("\n"));
  const files = [
    file("a.ts", "b.ts", "e.ts"),
    file("b.ts", "c.ts"),
    file("c.ts", "a.ts", "d.ts"),
    file("d.ts", "e.ts"),
    file("e.ts"),
    file("f.ts", "g.ts"),
    file("g.ts", "f.ts"),
  ];
  assertEquals(circlesOf(files), [["a.ts", "b.ts", "c.ts"], ["f.ts", "g.ts"]]);
});

Deno.test("longFunctions() finds declarations, methods and arrows of formatted source", () => {
  const body = "  x();\n".repeat(5);
  const table: [string, string | undefined][] = [
    [`export function a(b: number): void {\n${body}}\n`, "a"],
    [`async function* a(\n  b: number,\n): AsyncGenerator<number> {\n${body}}\n`, "a"],
    [`export const a = async (b: number) => {\n${body}};\n`, "a"],
    [`class C {\n  static a<T>(b: T): T {\n  ${body.replaceAll("\n", "\n  ")}}\n}\n`, "a"],
    [`class C {\n  #a() {\n  ${body.replaceAll("\n", "\n  ")}}\n}\n`, "#a"],
    [`if (a) {\n${body}}\n`, undefined],
    [`call(\n${body});\n`, undefined],
  ];
  for (const [text, name] of table) assertEquals(longFunctions(text, 4)[0]?.name, name, text);
  assertEquals(longFunctions(table[0]![0]!, 7), []);
});

Deno.test("importsOf() finds static, dynamic and re-exporting imports", () => {
  const text =
    'import { a } from "./a.ts";\nexport {\n  b,\n} from "../server/b.ts";\nimport "./c.ts";\n' +
    'const d = await import("./d.ts");\n// from "./e.ts"\nimport os from "node:os";\n';
  const found = ["cache/a.ts", "server/b.ts", "cache/c.ts", "cache/d.ts", "node:os"];
  assertEquals(importsOf("cache/x.ts", text), found);
});
