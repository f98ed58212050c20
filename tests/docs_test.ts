/**
 * Holds the documents to the rules of docs_rules.ts, and each rule to a text that breaks it. What an
 * API or a command answers is tested where it is implemented.
 */

import { assertEquals } from "@std/assert";
import { longLines, MAX_LINE_CHARS, paddedRows, readTexts } from "./docs_rules.ts";

const texts = await readTexts([".md", ".ts"]);
const pages = texts.filter(({ path }) => path.endsWith(".md"));

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
