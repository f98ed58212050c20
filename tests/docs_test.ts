/**
 * Holds the documents to the rules of docs_rules.ts, and each rule to a text that breaks it. What an
 * API or a command answers is tested where it is implemented.
 */

import { assertEquals } from "@std/assert";
import { ROOM_IMPORTS } from "./architecture_rules.ts";
import {
  anchorsOf,
  deadLinks,
  declaredIn,
  longLines,
  MAX_LINE_CHARS,
  paddedRows,
  readTexts,
  unknownNames,
  unknownPages,
  unknownSources,
} from "./docs_rules.ts";

const root = new URL("../", import.meta.url);
const texts = await readTexts([".md", ".ts"]);
const pages = texts.filter(({ path }) => path.endsWith(".md"));

/** Whether there is a file or folder with this path from the root. */
function exists(path: string): boolean {
  try {
    return path === "" || Deno.statSync(new URL(path, root)).size >= 0;
  } catch {
    return false;
  }
}

Deno.test(`Markdown and TypeScript have no line of more than ${MAX_LINE_CHARS} characters`, () => {
  const found = texts.flatMap(({ path, text }) => longLines(text).map((line) => `${path}:${line}`));
  assertEquals(found, []);
});

Deno.test("tables in Markdown are not padded", () => {
  const found = pages.flatMap(({ path, text }) =>
    paddedRows(text).map((line) => `${path}:${line}`)
  );
  assertEquals(found, []);
});

Deno.test("longLines() counts characters, and finds a line that has one too many", () => {
  assertEquals(longLines(`a\n${"é".repeat(160)}\n${"😀".repeat(160)}\n`), []);
  assertEquals(longLines(`a\n${"é".repeat(161)}\n`), [2]);
});

Deno.test("paddedRows() finds padded cells and long rules, outside code only", () => {
  const compact = "| a | b |\n| --- | ---: |\n| 1 | 2 |\n";
  assertEquals(paddedRows(compact), []);
  assertEquals(paddedRows(`${compact}\`\`\`text\n| a  | b |\n\`\`\`\n`), []);
  assertEquals(paddedRows("| a  | b |\n| --- | --- |\n| 1 | 2 |\n"), [1]);
  assertEquals(paddedRows("| a | b |\n| --- | --- |\n|  1 | 2 |\n"), [3]);
  assertEquals(paddedRows("| a | b |\n| --- | ------: |\n| 1 | 2 |\n"), [2]);
});

Deno.test("links in Markdown lead to files and headings that are there", () => {
  assertEquals(deadLinks(pages, exists), []);
});

/** Endings of the names of all that names other files. */
const NAMING = [
  ".ts",
  ".json",
  ".sh",
  ".yaml",
  ".yml",
  ".toml",
  ".service",
  ".conf",
  "Dockerfile",
  "/run",
];

Deno.test("code, scripts and settings name pages that are there", async () => {
  const files = (await readTexts(NAMING)).filter(({ path }) => !path.startsWith("tests/docs_"));
  assertEquals(unknownPages(files, exists), []);
});

Deno.test("code, workflows and settings name sources and scripts that are there", async () => {
  // These make sources up.
  const inventive = /^tests\/(?:docs_|architecture_test|tools\/sbom_test)/;
  const files = (await readTexts(NAMING)).filter(({ path }) => !inventive.test(path));
  assertEquals(unknownSources(files, exists), []);
});

Deno.test("ARCHITECTURE.md and CONTRIBUTING.md name files and functions that are there", () => {
  const sources = texts.filter(({ path }) =>
    path.endsWith(".ts") && !path.startsWith("tests/docs_")
  );
  const named = pages.filter(({ path }) => /^(ARCHITECTURE|CONTRIBUTING)\.md$/.test(path));
  assertEquals(unknownNames(named, declaredIn(sources), exists), []);
});

/** Most rooms in one row of the table. */
const MAX_ROW_ROOMS = 8;

Deno.test("ARCHITECTURE.md has the table of rooms that architecture_rules.ts holds", () => {
  const { text } = pages.find(({ path }) => path === "ARCHITECTURE.md")!;
  const cells = (imports: readonly string[]) =>
    imports.map((name) => `\`${name}\``).join(", ") || "nothing";
  // What would be too long for a line goes on in the next row.
  const rows = Object.entries(ROOM_IMPORTS).flatMap(([room, imports]) => [
    `| \`${room}\` | ${cells(imports.slice(0, MAX_ROW_ROOMS))} |`,
    ...imports.length > MAX_ROW_ROOMS ? [`| | ${cells(imports.slice(MAX_ROW_ROOMS))} |`] : [],
  ]);
  const found = text.slice(text.indexOf("| room | may import |")).split("\n\n")[0]!.split("\n");
  assertEquals(found.slice(2), rows);
});

Deno.test("deadLinks() finds files and headings that are not there", () => {
  const a = { path: "a.md", text: "# A\n\n## B `c`, d\n\n[x\ny](docs/b.md#e) [`z`](#b-c-d)\n" };
  const b = { path: "docs/b.md", text: "# E\n\n[a](../a.md) [h](https://example.org/none)\n" };
  const known = (path: string) => path === "a.md" || path === "docs/b.md";
  assertEquals(deadLinks([a, b], known), []);
  const broken = "# E\n\n[a](a.md) [b](../a.md#f) [c](#g)\n\n`[d](d.md)`\n";
  const found = ["docs/b.md: a.md", "docs/b.md: ../a.md#f", "docs/b.md: #g"];
  assertEquals(deadLinks([a, { path: "docs/b.md", text: broken }], known), found);
});

Deno.test("anchorsOf() names headings as GitHub does", () => {
  const text =
    "# A\n\n## `GET /x?k=v`: read it\n\n```sh\n# no heading\n```\n\n## A\n\n### [B](b.md) & c_d\n";
  assertEquals([...anchorsOf(text)], ["a", "get-xkv-read-it", "a-1", "b--c_d"]);
});

Deno.test("unknownPages() finds names of pages that are not there", () => {
  const text = "// See docs/a.md, b.md and https://example.org/c.md.\n";
  assertEquals(unknownPages([{ path: "x.ts", text }], (path) => path === "docs/a.md"), [
    "x.ts: b.md",
  ]);
});

Deno.test("unknownSources() finds names of sources that are not there, also in expressions", () => {
  const text =
    "- run: deno test tests/a_test.ts\n'^tests/b_test\\.ts$' ../tests/c.ts https://x/tests/d.ts\n";
  assertEquals(unknownSources([{ path: "x.yml", text }], (path) => path === "tests/a_test.ts"), [
    "x.yml: tests/b_test.ts",
  ]);
});

Deno.test("unknownNames() finds made-up files, folders, functions and methods", () => {
  const source =
    "export class A<B> {\n  async b(c: B): Promise<void> {\n  }\n  #d(): void {}\n}\n" +
    "export function e(): void {}\nconst f = (a: number) => a;\n";
  const declared = declaredIn([{ path: "a.ts", text: source }]);
  const known = (path: string) => path === "x/y.ts" || path === "x/";
  const namesOf = (text: string) => unknownNames([{ path: "p.md", text }], declared, known);
  assertEquals(
    namesOf("`x/y.ts`, `x/`, `A.b()`, `#d()`, `b()`, `e()`, `f()`, `a/b: c`, `Deno.serve`"),
    [],
  );
  for (const name of ["x/z.ts", "z/", "A.e()", "B.b()", "c()", "#b()", "z()"]) {
    assertEquals(namesOf(`So \`${name}\` it is.`), [`p.md: ${name}`]);
  }
});
