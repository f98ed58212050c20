// Scripts that try to leave something behind for those that follow, or to get at what they must not have.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ScriptHarness } from "./script_harness.ts";

/** Tables that all scripts share. */
const SHARED = [
  "_G",
  "string",
  "table",
  "math",
  "coroutine",
  "redis",
  "cjson",
  "cmsgpack",
  "struct",
  "bit",
  "getmetatable(_G)",
  "getmetatable('')",
  "getmetatable('').__index",
];

/** Ways to change one of them. */
const CHANGES = [
  "TABLE.left = 1",
  "TABLE[1] = 1",
  "rawset(TABLE, 'left', 1)",
  "setmetatable(TABLE, {})",
  "table.insert(TABLE, 1)",
];

Deno.test("no script can change a table that others see", async () => {
  const harness = await ScriptHarness.create();
  for (const shared of SHARED) {
    for (const change of CHANGES) {
      const source = change.replace("TABLE", shared);
      assertStringIncludes(harness.run(source), "Attempt to modify a readonly table", source);
      const look = `local t = ${shared} return {rawget(t, 'left') == nil, rawget(t, 1) == nil}`;
      assertEquals(harness.run(look), "*2\r\n:1\r\n:1\r\n", source);
    }
    // These have nothing to change in such a table.
    harness.run(`local t = ${shared} table.sort(t) table.remove(t) pcall(table.setn, t, 5)`);
    assertEquals(harness.run(`local t = ${shared} return #t`), ":0\r\n", shared);
  }
});

/** What a script may find behind a shared table by the functions that look past metatables. */
Deno.test("what stands behind a shared table is never handed out", async () => {
  const harness = await ScriptHarness.create();
  for (const shared of SHARED.filter((name) => name !== "getmetatable(_G)")) {
    const source = `local t = ${shared}
      local seen = {}
      local f, s = pairs(t)
      if s ~= t then seen[#seen + 1] = 'pairs' end
      for k, v in pairs(t) do if v == nil then seen[#seen + 1] = k end end
      table.foreach(t, function(k, v) if type(v) == 'table' then rawset(v, 'left', 1) end end)
      return seen`;
    const answer = harness.run(source);
    if (!answer.includes("readonly")) assertEquals(answer, "*0\r\n", shared);
  }
  assertEquals(
    harness.run("return {next(string) ~= nil, rawget(math, 'pi') == math.pi}"),
    "*2\r\n:1\r\n:1\r\n",
  );
});

/** A text that leaves something, and one that would find it. */
const TRACES: readonly (readonly [leave: string, look: string, answer: string])[] = [
  ["KEYS.left = 1 ARGV.left = 1", "return KEYS.left == nil and ARGV.left == nil", ":1\r\n"],
  ["redis.setresp(3)", "return {redis.call('nothing') == false}", "*1\r\n:1\r\n"],
  [
    "collectgarbage('stop')",
    "for i = 1, 2e5 do local t = {} end return collectgarbage('count') < 4096",
    ":1\r\n",
  ],
  ["cjson.encode_max_depth(1)", "return cjson.encode({{{1}}})", "$7\r\n[[[1]]]\r\n"],
  ["cjson.encode_number_precision(3)", "return cjson.encode(1.23456)", "$7\r\n1.23456\r\n"],
  [
    "cjson.encode_sparse_array(true)",
    "return {pcall(cjson.encode, {[1e6] = 1})}",
    "*2\r\n$-1\r\n$45\r\nCannot serialise table: excessively sparse array\r\n",
  ],
  [
    "local ok = coroutine.wrap(function() coroutine.yield() end)()",
    "return coroutine.running() == nil",
    ":1\r\n",
  ],
];

Deno.test("nothing that a script sets is seen by the next", async () => {
  const harness = await ScriptHarness.create();
  for (const [leave, look, answer] of TRACES) {
    harness.run(leave);
    assertEquals(harness.run(look).replace(/\$\d+(?=\r\nCannot)/, "$45"), answer, leave);
  }
});

Deno.test("random numbers differ from run to run, and a seed counts for its own run alone", async () => {
  const harness = await ScriptHarness.create();
  const source = "return math.random(2^30)";
  const numbers = new Set(Array.from({ length: 8 }, () => harness.run(source)));
  assertEquals(numbers.size, 8);
  const seeded = Array.from({ length: 2 }, () => {
    harness.run("math.randomseed(7)");
    return harness.run(source);
  });
  assertEquals(new Set(seeded).size, 2);
});

Deno.test("a script finds neither files nor clocks, neither bytecode nor the inside of Lua", async () => {
  const harness = await ScriptHarness.create();
  const missing = [
    "os",
    "io",
    "debug",
    "package",
    "require",
    "module",
    "dofile",
    "loadfile",
    "print",
    "getfenv",
    "setfenv",
    "newproxy",
  ];
  for (const name of missing) {
    assertEquals(harness.run(`return rawget(_G, '${name}') == nil`), ":1\r\n", name);
  }
  const dumped = "string.dump(function() return 1 end)";
  assertEquals(harness.run(`return loadstring(${dumped}) == nil`), ":1\r\n");
  assertEquals(
    harness.run(
      `local s = ${dumped} return load(function() local t = s s = nil return t end) == nil`,
    ),
    ":1\r\n",
  );
  assertStringIncludes(
    harness.run(`return select(2, loadstring(${dumped}))`),
    "unexpected symbol near 'char(27)'",
  );
});
