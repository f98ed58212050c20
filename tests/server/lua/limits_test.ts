// Scripts that never end, or take all memory: the host ends the first, and Lua's own errors the others.
// Time is the number of times that the host was asked, so nothing here depends on a clock.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ScriptHarness } from "./script_harness.ts";

class Ended extends Error {}

/** How often the host is asked before it ends a script. */
const MAX_CHECKS = 30;

/** A harness that ends scripts. */
async function endingHarness(): Promise<ScriptHarness> {
  const harness = await ScriptHarness.create();
  endAfter(harness, MAX_CHECKS);
  return harness;
}

function endAfter(harness: ScriptHarness, checks: number): void {
  let left = checks;
  harness.check = () => {
    if (--left === 0) throw new Ended();
  };
}

const ENDLESS: readonly string[] = [
  "while true do end",
  "while true do pcall(function() while true do end end) end",
  "while true do xpcall(function() while true do end end, function() while true do end end) end",
  "coroutine.wrap(function() while true do end end)()",
  "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
  "error(setmetatable({}, {__newindex = function() while true do end end}))",
  "return string.find(('a'):rep(40), ('a?'):rep(40) .. ('a'):rep(40))",
  "return string.gsub(('a'):rep(100000), '.-b', '')",
  "return string.match(('x'):rep(200000), '(.-)(.-)(.-)(.-)y')",
  "for w in string.gmatch(('a'):rep(1000), '(' .. ('.-'):rep(10) .. ')b') do end",
  "return (('a'):rep(1000)):gsub('.', function() while true do end end)",
  "while true do string.rep('x', 5000000) end",
  "local s = ('x'):rep(5e6) while true do s:reverse() end",
  "local t = {} for i = 1, 100000 do t[i] = i % 7 end while true do table.sort(t) end",
  "while true do string.format('%99.99f', 1e308) end",
  "while true do collectgarbage() end",
  "while true do redis.call('ping') end",
  "while true do redis.call('large', 8000000) end",
  "while true do redis.call('number', 1) end",
  "local s = ('x'):rep(4e6) while true do redis.sha1hex(s) end",
  "local s = ('x'):rep(4e6) while true do redis.log(0, s) end",
  "local s = (' '):rep(4e6) while true do pcall(cjson.decode, s) end",
  "local s = ('x'):rep(4e6) while true do cjson.encode(s) end",
  "local s = ('x'):rep(4e6) while true do pcall(struct.unpack, s, s) end",
  "local s = ('x'):rep(4e6) while true do pcall(struct.size, s) end",
  "local s = ('x'):rep(4e6) while true do cmsgpack.unpack(s) end",
  "local s = ('1'):rep(4e6) while true do tonumber(s, 16) end",
  "local s = ('x'):rep(4e6) while true do string.format(s, 2^40) end",
  "local s = ('x'):rep(4e6) while true do pcall(function() return _G[s] end) end",
  "local s = ('9'):rep(4e6) while true do pcall(bit.tobit, s) end",
  "local t = {1} for i = 1, 60 do t = {t, t} end return cjson.encode(t)",
  "local t = {} for i = 1, 60 do t = {t, t} end return t",
  "local t = {} for i = 1, 60 do t = {map = {a = t, b = t}} end return t",
  "return load(function() return 'x = 1 ' end)",
];

Deno.test("LuaMachine.run() can be ended in any loop, also within one call of C, and another run begins anew", async () => {
  for (const source of ENDLESS) {
    const harness = await endingHarness();
    assertThrows(() => harness.run(source), Ended, "", source);
    endAfter(harness, MAX_CHECKS);
    assertEquals(harness.run("return redis.call('ping')"), "+PONG\r\n", source);
  }
});

Deno.test("LuaMachine.run() is ended before it answers, or answers all of it", async () => {
  const harness = await ScriptHarness.create();
  const script = harness.compile("local t = {} for i = 1, 1e5 do t[i] = i end return t");
  const outcomes = new Set<string>();
  for (let checks = 1; outcomes.size < 2; checks++) {
    endAfter(harness, checks);
    try {
      outcomes.add(harness.runCompiled(script).slice(0, 9));
    } catch (error) {
      assert(error instanceof Ended, String(error));
      outcomes.add("ended");
    }
  }
  assertEquals([...outcomes], ["ended", "*100000\r\n"]);
});

Deno.test("LuaMachine.compile() can be ended, too", async () => {
  const harness = await endingHarness();
  assertThrows(() => harness.run("x = 1 ".repeat(1_000_000)), Ended);
});

const GREEDY: readonly string[] = [
  "return string.rep('x', 1e9)",
  "local s = 'x' while true do s = s .. s end",
  "local t = {} while true do t[#t + 1] = {} end",
  "local t = {} for i = 1, 1e9 do t[i] = i end",
  "collectgarbage('stop') while true do local t = {} end",
  "local s = {} for i = 1, 100 do s[i] = ('x'):rep(1e6) .. i end return s",
];

Deno.test("LuaMachine.run() says that memory ran out, and what follows has all of it", async () => {
  const harness = await ScriptHarness.create();
  for (const source of GREEDY) {
    assertStringIncludes(harness.run(source), "not enough memory", source);
    assertEquals(harness.run("return #('x'):rep(5e6)"), ":5000000\r\n", source);
  }
});

Deno.test("LuaMachine.run() goes on where a script catches that memory ran out", async () => {
  const harness = await ScriptHarness.create();
  const source = "return {pcall(string.rep, 'x', 1e9)}";
  assertEquals(harness.run(source), "*2\r\n$-1\r\n$17\r\nnot enough memory\r\n");
});

const DEEP: readonly (readonly [source: string, answer: string])[] = [
  ["local function f() return f() + 1 end return f()", "stack overflow"],
  ["local function f() return pcall(f) end return f()", ":1"],
  ["local function f() return coroutine.wrap(f)() end return f()", "C stack overflow"],
  ["local function f(s) return (s:gsub('.', f)) end return f('a')", "C stack overflow"],
  ["return string.find(('a'):rep(1000000), ('a?'):rep(500000))", "stack overflow"],
  ["local t = {} t[1] = t return t", "reached lua stack limit"],
  ["local t = {} t.map = {a = t} return t", "reached lua stack limit"],
  ["local t = {} for i = 1, 100000 do t = {t} end return t", "reached lua stack limit"],
  ["local f = loadstring('return ' .. ('('):rep(100000)) return f == nil", ":1"],
  ["return cjson.decode(('['):rep(100000))", "Found too many nested data structures"],
  ["return unpack({}, 1, 1e8)", "too many results to unpack"],
];

Deno.test("LuaMachine.run() survives what is too deep", async () => {
  const harness = await ScriptHarness.create();
  for (const [source, answer] of DEEP) {
    assertStringIncludes(harness.run(source), answer, source);
    assertEquals(harness.run("return redis.call('ping')"), "+PONG\r\n", source);
  }
});

Deno.test("LuaMachine.run() refuses a result that no answer may hold", async () => {
  const harness = await ScriptHarness.create();
  const source = "local s = ('x'):rep(1e6) local t = {} for i = 1, 9 do t[i] = s end return t";
  assertStringIncludes(harness.run(source), "-ERR answer would be too large");
  assert(harness.run(source.replace("9", "8")).startsWith("*8\r\n$1000000\r\n"));
});

Deno.test("LuaMachine.run() runs scripts that were compiled before its instance was made anew", async () => {
  const harness = await ScriptHarness.create();
  const scripts = ["return 1", "return 2", "while true do end", "return 4"]
    .map((source) => harness.compile(source));
  for (let round = 0; round < 3; round++) {
    endAfter(harness, MAX_CHECKS);
    assertEquals(harness.runCompiled(scripts[1]!), ":2\r\n");
    assertThrows(() => harness.runCompiled(scripts[2]!), Ended);
    assertEquals(harness.runCompiled(scripts[3]!), ":4\r\n");
    assertEquals(harness.runCompiled(scripts[0]!), ":1\r\n");
  }
});

Deno.test("LuaMachine.compile() takes more scripts than its memory holds at a time", async () => {
  const harness = await ScriptHarness.create();
  const source = "local a = {1, 2, 3} ".repeat(150);
  const scripts = Array.from({ length: 3000 }, (_, i) => harness.compile(`${source} return ${i}`));
  for (const i of [0, 1500, 2999]) assertEquals(harness.runCompiled(scripts[i]!), `:${i}\r\n`);
  // One alone may take more than is kept.
  const large = harness.compile(`${"redis.sha1hex('') ".repeat(220_000)} return 7`);
  assertEquals(harness.runCompiled(large), ":7\r\n");
});
