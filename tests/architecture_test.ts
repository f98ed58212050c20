/**
 * Tests of the rules of the code base that a compiler does not know: which way imports go, what
 * each folder may use, and how long and how named files and functions are.
 */

import { assertEquals } from "@std/assert";
import { importsOf, longFunctions, openingComment, readSources } from "./sources.ts";

const maxFileLines = 300;
const maxFunctionLines = 60;

/** Files and functions ("path#function") that may be longer, and why. Keep it short. */
const exceptions: ReadonlyMap<string, string> = new Map<string, string>([]);

const sources = await readSources([
  "main.ts",
  "cache",
  "client",
  "server",
  "bench",
  "tools",
  "tests",
  "std",
]);
const product = sources.filter(({ path }) => /^(main\.ts|cache\/|client\/|server\/)/.test(path));
const written = sources.filter(({ path }) => !path.startsWith("std/"));

/** Asserts that a rule finds nothing to say about any file. */
function assertRule(files: typeof sources, rule: (file: typeof sources[number]) => string[]): void {
  const broken = files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`));
  assertEquals(broken, []);
}

Deno.test("imports go one way: main -> server -> cache, main -> client", () => {
  const allowed: [RegExp, RegExp][] = [
    [/^cache\//, /^cache\//],
    [/^server\//, /^(server\/|cache\/mod\.ts$)/],
    [/^client\//, /^(client\/|server\/(units|nearest|version)\.ts$)/],
    [/^main\.ts$/, /^(main\.ts|client\/mod\.ts$|server\/|cache\/mod\.ts$)/],
  ];
  assertRule(product, ({ path, imports }) => {
    const [, targets] = allowed.find(([folder]) => folder.test(path))!;
    return imports.filter((target) => target.endsWith(".ts") && !targets.test(target));
  });
});

Deno.test("cache/ is the engine alone: no Deno, no Node, no packages", () => {
  const files = product.filter(({ path }) => path.startsWith("cache/"));
  assertRule(files, ({ code, imports }) => [
    ...code.match(/\bDeno\b/g) ?? [],
    ...imports.filter((target) => !target.startsWith("cache/")),
  ]);
});

// node:buffer is memory, and decodes Latin-1 faster than anything else.
Deno.test("server/codecs/ are pure: no cache, no sockets, no Deno", () => {
  const files = product.filter(({ path }) => path.startsWith("server/codecs/"));
  assertRule(files, ({ code, imports }) => [
    ...code.match(/\b(Deno|fetch|WebSocket|Worker)\b/g) ?? [],
    ...imports.filter((target) => !target.startsWith("server/") && target !== "node:buffer"),
  ]);
});

Deno.test("std/ only re-exports", () => {
  const reExport = /^export \{[\w\s,]+\} from "npm:deno-std@[\d.]+\/[\w/]+\.js";$/gm;
  const modules = sources.filter(({ path }) => /^std\/.*(?<!\.d)\.ts$/.test(path));
  assertRule(modules, ({ code }) => {
    const rest = code.replace(reExport, "").trim();
    return rest === "" ? [] : [rest];
  });
});

Deno.test("std/ has the names and versions that deno.json imports, and pins are exact", async () => {
  const root = new URL("../", import.meta.url);
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, root)));
  const { imports, links } = await read("deno.json");
  for (const link of links) {
    const { name, version } = await read(`${link}/deno.json`);
    assertEquals(imports[name], `jsr:${name}@${version}`);
  }
  for (const target of Object.values<string>(imports)) {
    assertEquals(/^(jsr|npm):(@\w+\/)?[\w-]+@\d+\.\d+\.\d+$/.test(target), true, target);
  }
});

Deno.test("files open with 2 to 6 lines of what they own", () => {
  const files = written.filter(({ path }) => !/^(tests|bench)\//.test(path));
  assertRule(files, ({ text }) => {
    const lines = openingComment(text);
    return lines.length >= 2 && lines.length <= 6 ? [] : [`${lines.length} lines`];
  });
});

Deno.test("files have names in snake_case that say what is inside", () => {
  assertRule(sources, ({ path }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const plain = /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.ts$/.test(name);
    return plain && !["utils.ts", "index.ts", "types.ts"].includes(name) ? [] : [name];
  });
});

Deno.test(`files have at most ${maxFileLines} lines`, () => {
  assertRule(written, ({ path, text }) => {
    const lines = text.split("\n").length - 1;
    return lines <= maxFileLines || exceptions.has(path) ? [] : [`${lines} lines`];
  });
});

Deno.test(`functions have at most ${maxFunctionLines} lines`, () => {
  assertRule(written, ({ path, text }) =>
    longFunctions(text, maxFunctionLines)
      .filter(({ name }) => !exceptions.has(`${path}#${name}`))
      .map(({ name, line, lines }) => `${name} (line ${line}) has ${lines} lines`));
});

Deno.test("exceptions are needed and give a reason", () => {
  for (const [where, reason] of exceptions) {
    const [path, name] = where.split("#");
    const text = sources.find((file) => file.path === path)?.text ?? "";
    const needed = name === undefined
      ? text.split("\n").length - 1 > maxFileLines
      : longFunctions(text, maxFunctionLines).some((found) => found.name === name);
    assertEquals([needed, reason.length > 20], [true, true], where);
  }
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
