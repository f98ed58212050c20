/**
 * Holds the documents to the rules of docs_rules.ts, and each rule to a text that breaks it. What an
 * API or a command answers is tested where it is implemented.
 */

import { assertEquals } from "@std/assert";
import {
  anchorsOf,
  deadLinks,
  longLines,
  MAX_LINE_CHARS,
  paddedRows,
  readTexts,
  unknownPages,
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

Deno.test("code, scripts and settings name pages that are there", async () => {
  const endings = [
    ".ts",
    ".json",
    ".sh",
    ".yaml",
    ".yml",
    ".service",
    ".conf",
    "Dockerfile",
    "/run",
  ];
  const files = (await readTexts(endings)).filter(({ path }) => !path.startsWith("tests/docs_"));
  assertEquals(unknownPages(files, exists), []);
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
