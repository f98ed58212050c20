// What is said of slow commands: their first key wherever it stands among the arguments, escaped and cut, and who has
// waited for the disk.

import { assertEquals } from "@std/assert";
import { findCommand } from "../../../../server/commands/find.ts";
import { askerOf, runOf, whenOnDisk } from "../../../../server/commands/server/slow_runs.ts";
import { Args } from "../../../../server/contract/args.ts";
import type { Asker } from "../../../../server/contract/log/slow_requests.ts";
import { Session } from "../../../../server/contract/session.ts";
import { NOW_MS } from "../../fixture.ts";

const encoder = new TextEncoder();

function run(...words: string[]) {
  const [name, ...rest] = words;
  const args = new Args();
  for (const word of rest) args.pushText(word);
  const bytes = encoder.encode(name);
  const session = new Session(7, "resp", "127.0.0.1:50000", "", NOW_MS, true);
  session.name = "worker-a";
  return runOf(session, findCommand(bytes, 0, bytes.length)!, args);
}

Deno.test("runOf() finds the first key of a command and how many keys it has", () => {
  const table: readonly [string[], string | null, number][] = [
    [["GET", "a"], "a", 1],
    [["MGET", "a", "b", "c"], "a", 3],
    [["MSET", "a", "1", "b", "2"], "a", 2],
    [["XREAD", "COUNT", "2", "STREAMS", "s", "t", "0", "0"], "s", 2],
    [["EVAL", "return 1", "2", "a", "b", "c"], "a", 2],
    [["EVAL", "return 1", "0"], null, 0],
    [["EVAL", "return 1", "9", "a"], null, 0],
    [["EVAL", "return 1", "x"], null, 0],
    [["KEYS", "*"], null, 0],
    [["DBSIZE"], null, 0],
  ];
  for (const [words, key, keys] of table) {
    const found = run(...words);
    assertEquals([found.key, found.keys], [key, keys], words.join(" "));
  }
});

Deno.test("runOf() escapes and cuts keys", () => {
  assertEquals(run("GET", "\x1b[2J\r\n\u202e").key, "\\x1b[2J\\r\\n\\u202e");
  assertEquals(run("GET", "k".repeat(100)).key, "k".repeat(64) + "...");
  const { protocol, address, clientName, command, trace } = run("GET", "a");
  assertEquals(
    [protocol, address, clientName, command, trace],
    ["resp", "127.0.0.1:50000", "worker-a", "GET", null],
  );
});

Deno.test("whenOnDisk() tells of a long wait for the disk, whatever came of it", async () => {
  const session = new Session(7, "text", "here", "", NOW_MS, true);
  const told: [string, Asker][] = [];
  const listener = (fromMs: number) => ({
    slowerThanUs: Infinity,
    fromUs: Infinity,
    noteCommand: () => {},
    fromMs,
    noteWait: (what: string, _: number, asker: Asker) => void told.push([what, asker]),
  });
  const wait = (isDurable: boolean, fromMs: number) =>
    whenOnDisk(Promise.resolve(isDurable), listener(fromMs), () => askerOf(session));
  assertEquals([await wait(true, Infinity), told], [true, []]);
  assertEquals(await wait(false, 0), false);
  assertEquals(told.map(([what, { protocol, address }]) => [what, protocol, address]), [
    ["disk", "text", "here"],
  ]);
});
