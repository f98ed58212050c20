// What whoever watches a start sees of its loading.

import { assert, assertEquals } from "@std/assert";
import { LoadLine, loadLine } from "../../../../server/process/data/load_line.ts";
import { Log } from "../../../../server/process/log/log.ts";

const HALF = { items: 1_234_567, bytes: 2 ** 30, totalBytes: 2 ** 31, percent: 50 };

function setUp(hasTerminal: boolean) {
  let nowMs = 1000;
  const lines: string[] = [];
  const drawn: string[] = [];
  const log = new Log({
    format: "text",
    now: () => 0,
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
  });
  const terminal = { columns: () => 80, write: (text: string) => void drawn.push(text) };
  const line = new LoadLine(hasTerminal ? terminal : undefined, log, () => nowMs);
  return { line, lines, drawn, pass: (ms: number) => nowMs += ms };
}

Deno.test("LoadLine draws a bar in its place on a terminal, and wipes it away", () => {
  const { line, lines, drawn, pass } = setUp(true);
  pass(3000);
  line.show(HALF);
  line.end();
  const bar = `[${"#".repeat(16)}${"-".repeat(16)}]`;
  assertEquals(drawn, [
    `\rloading ${bar}  50.0 %, 1,234,567 items, 3 s left\x1b[K`,
    "\r\x1b[K",
  ]);
  assertEquals(lines, []);
});

Deno.test("LoadLine writes a line of the log every ten seconds where there is no terminal", () => {
  const { line, lines, drawn, pass } = setUp(false);
  for (let i = 0; i < 250; i++) {
    pass(100);
    line.show(HALF);
  }
  line.end();
  const text = "1970-01-01T00:00:00.000Z info  loading: 1024 of 2048 MiB, 50 %, 1,234,567 items";
  assertEquals([lines, drawn], [[text, text], []]);
});

Deno.test("loadLine() fits any terminal, and tells the time that is left once it can", () => {
  for (let columns = 0; columns < 200; columns++) {
    assert(loadLine(HALF, 1000, columns).length < Math.max(1, columns));
  }
  const begun = { items: 0, bytes: 1, totalBytes: 2 ** 30, percent: 0 };
  assert(!loadLine(begun, 1000, 100).includes("left"));
  assert(loadLine({ ...HALF, bytes: 2 ** 27 }, 60_000, 100).endsWith(", 15 min left"));
  assert(loadLine({ items: 0, bytes: 0, totalBytes: 0, percent: 0 }, 0, 100).includes("0.0 %"));
});
