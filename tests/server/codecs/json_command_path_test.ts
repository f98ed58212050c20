// Commands in paths: their parts, bodies and queries, and what is refused.

import { assertEquals } from "@std/assert";
import { CommandProblem, decodePathCommand } from "../../../server/codecs/json_command.ts";

Deno.test("decodePathCommand() reads parts of the path, the body and the query", () => {
  const table: [string, string, string, string[]][] = [
    ["ping", "", "", ["ping"]],
    ["set/foo/bar", "", "", ["set", "foo", "bar"]],
    ["set/foo/bar", "EX=100&NX", "", ["set", "foo", "bar", "EX", "100", "NX"]],
    ["set/foo", "EX=100", "b/a r", ["set", "foo", "b/a r", "EX", "100"]],
    ["set/a%2Fb/gr%C3%BCn+1", "", "", ["set", "a/b", "grün+1"]],
    ["set/k/", "", "", ["set", "k", ""]],
    ["echo", "a+b=c=d&_token=x", "", ["echo", "a b", "c=d"]],
  ];
  for (const [path, query, body, command] of table) {
    assertEquals(decodePathCommand(path, query, new TextEncoder().encode(body)), command);
  }
});

Deno.test("decodePathCommand() refuses what is not UTF-8, and too many arguments", () => {
  const none = new Uint8Array();
  const table: [string, string, Uint8Array, string][] = [
    ["get/%FF", "", none, "ERR path is not valid, send UTF-8, percent-encoded"],
    ["get/%", "", none, "ERR path is not valid, send UTF-8, percent-encoded"],
    ["set/k", "EX=%E0", none, "ERR path is not valid, send UTF-8, percent-encoded"],
    ["set/k", "", new Uint8Array([255]), "ERR body is not valid UTF-8"],
    [`del${"/k".repeat(30_001)}`, "", none, "ERR too many arguments, send at most 30000"],
  ];
  for (const [path, query, body, message] of table) {
    assertEquals(decodePathCommand(path, query, body), new CommandProblem(message));
  }
});
