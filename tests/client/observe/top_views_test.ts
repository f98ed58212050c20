// The views of top: what they show, that they fit any terminal, and what keys do.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { keyNames } from "../../../client/observe/key_names.ts";
import { lineSequence, lineText } from "../../../client/observe/lines.ts";
import { textWidth } from "../../../client/observe/screen_text.ts";
import { TopState, VIEWS } from "../../../client/observe/top_state.ts";
import { topLines } from "../../../client/observe/top_views.ts";
import { CURVE, DIAGNOSIS, HOT, LIVE, SLOW } from "./facts.ts";

function newState(): TopState {
  const state = new TopState("http://127.0.0.1:7171");
  state.take(LIVE);
  state.hot = { facts: HOT, problem: null };
  state.slow = { facts: SLOW, problem: null };
  state.diagnosis = { facts: DIAGNOSIS, problem: null };
  state.curve = { facts: { memoryCurve: CURVE }, problem: null };
  return state;
}

function textOf(state: TopState, columns = 120, rows = 60): string {
  return topLines(state, { columns, rows }).map(lineText).join("\n");
}

/** The first words of a column of a view's table. */
function column(state: TopState, pattern: RegExp): string[] {
  return [...textOf(state).matchAll(pattern)].map(([, text]) => text!);
}

Deno.test("top's overview has rates, hit ratio, latency, memory, workers, keys and slow commands", () => {
  const text = textOf(newState());
  for (
    const part of [
      ...["slabkv 1.2.3  ready  up 1 d 3 h  http://127.0.0.1:7171", "Memory is too small"],
      ...["35,767/s  http 1,200  resp 34,567", "90.0 %  hits 9,000/s  misses 1,000/s"],
      ...["p50 1.5 µs  p99 20 µs  p99.9 1.50 ms", "715 MiB of 954 MiB (75.0 %)"],
      ...["with memory  0.5x 71.0 %  1x 80.0 %  2x 85.5 %  Twice the memory pays"],
      ...["evicted 20/s (memory 20)", "1.23 cores used", "snapshot 1 min 1 s ago"],
      ...["WORKER  REQUESTS/S", "SHARE  PER SECOND", "TOOK  CLIENT", "\\x1b[2J"],
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("top's views fit terminals of every size, and send them no escapes of others", () => {
  const sizes = [[20, 4], [40, 10], [80, 24], [81, 25], [200, 70]] as const;
  for (const view of VIEWS) {
    for (const [columns, rows] of sizes) {
      const state = newState();
      state.view = view;
      const lines = topLines(state, { columns, rows });
      assert(lines.length <= rows, `${view} ${columns}x${rows}: ${lines.length} lines`);
      for (const line of lines) {
        // deno-lint-ignore no-control-regex
        const sent = lineSequence(line, columns, true).replaceAll(/\x1b\[(?:0|[1-9]\d?)m/g, "");
        assert(textWidth(sent) <= columns, `${view} ${columns}x${rows}: ${sent}`);
        assertEquals(/[\p{Cc}\p{Cf}\p{Cs}]/u.exec(sent), null, sent);
      }
    }
  }
});

Deno.test("on 80 columns and 24 rows, top shows help, what is wrong and what to do whole", () => {
  const state = newState();
  state.take({ ...LIVE, workers: LIVE.workers.slice(0, 1) });
  const [finding] = DIAGNOSIS.findings;
  const problem = `Items are evicted, ${"more and more of them ".repeat(4)}each second.`;
  const advice = `Start it anew ${"with more memory ".repeat(5)}than now.`;
  const findings = [{ ...finding!, problem, advice }, finding!];
  state.diagnosis = { facts: { ...DIAGNOSIS, findings }, problem: null };
  const text = textOf(state, 80, 24).replaceAll("\n", " ");
  assertStringIncludes(text, `${problem} (and 1 more: slabkv diagnose) ${advice} `);
  assertStringIncludes(text, "SHARE  PER SECOND");
  state.diagnosis = { facts: DIAGNOSIS, problem: null };
  state.press("?");
  const lines = topLines(state, { columns: 80, rows: 24 }).map(lineText);
  for (const line of lines) assert(textWidth(line) <= 80, line);
});

Deno.test("s and r sort top's lists, each view by its columns", () => {
  const state = newState();
  state.press("4");
  const workers = () => column(state, /^ +(\d)  +[\d,]+ +[\d.]+ %/gm).join("");
  assertEquals(workers(), "123456");
  state.press("s");
  state.press("s");
  assertEquals(workers(), "654321");
  state.press("r");
  assertEquals(workers(), "123456");
  state.press("3");
  const groups = () => column(state, /^(string|sorted-set|all) /gm);
  assertEquals(groups(), ["string", "sorted-set", "all"]);
  state.press("s");
  assertEquals(groups(), ["sorted-set", "string", "all"]);
  state.press("4");
  assertEquals(workers(), "654321");
});

Deno.test("keys change the view, pause, help, move and end top", () => {
  const state = newState();
  const views = ["right", "left", "left", "2"].map((key) => (state.press(key), state.view));
  assertEquals(views, ["keys", "overview", "workers", "keys"]);
  state.press("p");
  state.take({ ...LIVE, state: "draining" });
  assertStringIncludes(textOf(state), "Paused: p goes on");
  assertEquals(state.live?.state, "ready");
  state.press("?");
  assertStringIncludes(textOf(state), "sorts the other way round");
  state.press("x");
  assertEquals(textOf(state).includes("sorts the other way round"), false);
  state.press("?");
  state.press("3");
  assertEquals([state.showsHelp, state.view], [false, "latency"]);
  state.press("2");
  for (let i = 0; i < 100; i++) state.press("down");
  const small = textOf(state, 80, 10);
  assertStringIncludes(small, "SHARE");
  assertStringIncludes(small, "\\xff\\x00… (database 3)");
  assertEquals(state.scroll, 7);
  assertEquals([state.press("z"), state.press("q")], [false, true]);
});

Deno.test("no keys, in whatever order, let top's views outgrow the screen", () => {
  const keys = fc.constantFrom(
    ...[
      "1",
      "2",
      "3",
      "4",
      "5",
      "s",
      "r",
      "p",
      "?",
      "x",
      "up",
      "down",
      "left",
      "right",
      "page down",
      "home",
    ],
  );
  const facts = fc.constantFrom(LIVE, { ...LIVE, workers: [], latency: {}, persistence: null });
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 200 }),
    rows: fc.integer({ min: 4, max: 60 }),
  });
  fc.assert(fc.property(fc.array(keys, { maxLength: 30 }), facts, size, (pressed, live, size) => {
    const state = newState();
    for (const key of pressed) {
      state.press(key);
      state.take(live);
      assert(topLines(state, size).length <= size.rows);
    }
  }));
});

Deno.test("top says that a server is lost, or has nothing to tell of", () => {
  const state = newState();
  state.problem = "Cannot reach it";
  state.hot = { facts: null, problem: "it has no /stats/hot" };
  state.slow = { facts: { slowerThanUs: 10_000, commands: [] }, problem: null };
  const text = textOf(state);
  assertStringIncludes(text, "Lost: Cannot reach it. Trying again");
  assertStringIncludes(text, "Hot keys: it has no /stats/hot");
  assertStringIncludes(text, "No command was slow");
  assertStringIncludes(textOf(new TopState("unix:/s")), "Waiting for the first facts");
});

Deno.test("keyNames() knows letters, arrows of both kinds and Ctrl-C, and passes over what it does not know", () => {
  const bytes = new TextEncoder().encode(
    "q\x1b[A\x1bOB\x1b[5~\x1b[1;5C\x1b[<0;1;1M\t\x03\x1b\x01é",
  );
  assertEquals(keyNames(bytes), ["q", "up", "down", "page up", "right", "q", "escape", "é"]);
});
