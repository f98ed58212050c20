// What scripts return and what goes wrong in them, by the answers of redis-server 7.0.15.

import { assertEquals } from "@std/assert";
import { ScriptHarness } from "./script_harness.ts";

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

const RETURNED: readonly (readonly [source: string, answer: string])[] = [
  ["return {KEYS, ARGV}", `*2\r\n*1\r\n${bulk("k")}*2\r\n${bulk("a")}${bulk("b")}`],
  ["return 3.99", ":3\r\n"],
  ["return -3.99", ":-3\r\n"],
  ["return 1e300", ":-9223372036854775808\r\n"],
  ["return 0/0", ":-9223372036854775808\r\n"],
  ["return 2^53", ":9007199254740992\r\n"],
  ["return 1, 2", ":1\r\n"],
  ["return", "$-1\r\n"],
  ["return true", ":1\r\n"],
  ["return false", "$-1\r\n"],
  ["return {1, 2, nil, 4}", "*2\r\n:1\r\n:2\r\n"],
  ["return {1, {'x', {}}, false}", `*3\r\n:1\r\n*2\r\n${bulk("x")}*0\r\n$-1\r\n`],
  ["return {ok = 'fine'}", "+fine\r\n"],
  ["return {err = 'MY bad'}", "-MY bad\r\n"],
  ["return {err = 1}", "*0\r\n"],
  ["return {double = 3.5}", bulk("3.5")],
  ["return {map = {a = 1}}", `*2\r\n${bulk("a")}:1\r\n`],
  ["return {set = {a = true}}", `*1\r\n${bulk("a")}`],
  ["return {big_number = '123'}", bulk("123")],
  ["return redis.error_reply('hello')", "-ERR hello\r\n"],
  ["return redis.error_reply('-MY hello')", "-MY hello\r\n"],
  ["return redis.status_reply('x')", "+x\r\n"],
  ["return redis.sha1hex('')", bulk("da39a3ee5e6b4b0d3255bfef95601890afd80709")],
  ["return cjson.encode({1, {a = 'b'}})", bulk('[1,{"a":"b"}]')],
  ["return tostring(1e15) .. tostring(0.1) .. tostring(2^53)", bulk("1e+150.19.007199254741e+15")],
  [
    "return string.format('%d|%015d|%-15d|%x', 2^40, 2^40, -2^40, -1)",
    bulk("1099511627776|001099511627776|-1099511627776 |ffffffffffffffff"),
  ],
  [
    "return string.format('%s %d %% %q', 'a%d', 1700000000000, 'b')",
    bulk('a%d 1700000000000 % "b"'),
  ],
  [
    "return tostring(tonumber('ffffffffff', 16)) .. tostring(tonumber('9', 8))",
    bulk("1099511627775nil"),
  ],
  ["return {err = 'x'}", "-x\r\n"],
  ["return {verbatim_string = {string = 'x', format = 'txt'}}", bulk("x")],
  ["return {verbatim_string = {string = 'x'}}", "*0\r\n"],
  ["math.randomseed(1) return math.random(1000000)", ":41631\r\n"],
  ["return _G._G == _G", ":1\r\n"],
  [
    "return redis.call('list', 3.3, 10, 1e20)",
    `*3\r\n${bulk("3.2999999999999998")}${bulk("10")}${bulk("1e+20")}`,
  ],
  [
    "return {pcall(redis.call, 'wrong')}",
    `*2\r\n$-1\r\n${bulk("WRONGTYPE Operation against a key")}`,
  ],
  ["return redis.pcall('wrong')", "-WRONGTYPE Operation against a key\r\n"],
];

Deno.test("LuaMachine.run() answers what a script returns as Redis does", async () => {
  const harness = await ScriptHarness.create();
  for (const [source, answer] of RETURNED) {
    assertEquals(harness.run(source, ["k"], ["a", "b"]), answer, source);
  }
});

const RETURNED_3: readonly (readonly [source: string, answer: string])[] = [
  ["return true", ":1\r\n"],
  ["return {true, false, 1}", "*3\r\n:1\r\n_\r\n:1\r\n"],
  ["redis.setresp(3) return {true, false}", "*2\r\n#t\r\n#f\r\n"],
  ["return {double = 3.5}", ",3.5\r\n"],
  ["return {map = {a = {1, 2}}}", `%1\r\n${bulk("a")}*2\r\n:1\r\n:2\r\n`],
  ["return {set = {a = true}}", `~1\r\n${bulk("a")}`],
  ["return {verbatim_string = {string = 'x', format = 'txt'}}", "=5\r\ntxt:x\r\n"],
  ["redis.setresp(3) return redis.call('map', 'a', 'b')", `%1\r\n${bulk("a")}${bulk("b")}`],
  ["return redis.call('map', 'a', 'b')", `*2\r\n${bulk("a")}${bulk("b")}`],
  ["redis.setresp(3) return redis.call('set', 'a')", `~1\r\n${bulk("a")}`],
  ["redis.setresp(3) return redis.call('score')", ",1.5\r\n"],
  ["return redis.call('score')", bulk("1.5")],
  ["redis.setresp(3) return redis.call('yes')", "#t\r\n"],
  ["return redis.call('yes')", ":1\r\n"],
  ["redis.setresp(3) return redis.call('words')", "=14\r\ntxt:for people\r\n"],
  ["redis.setresp(3) return redis.call('nothing') == nil", "#t\r\n"],
  ["return redis.call('nothing') == false", ":1\r\n"],
];

Deno.test("LuaMachine.run() answers by both versions of the protocol, the client's and the script's", async () => {
  const harness = await ScriptHarness.create();
  harness.protocol = 3;
  for (const [source, answer] of RETURNED_3) {
    assertEquals(harness.run(source), answer, source);
  }
});

const FAILED: readonly (readonly [source: string, message: string])[] = [
  ["foo = 1", "ERR user_script:1: Attempt to modify a readonly table"],
  ["return foo", "ERR user_script:1: Script attempted to access nonexistent global variable 'foo'"],
  ["string.x = 1", "ERR user_script:1: Attempt to modify a readonly table"],
  ["rawset(string, 'x', 1)", "ERR Attempt to modify a readonly table"],
  ["setmetatable(_G, {})", "ERR Attempt to modify a readonly table"],
  ["getmetatable('').x = 1", "ERR user_script:1: Attempt to modify a readonly table"],
  ["error('x')", "ERR user_script:1: x"],
  ["error({err = 'My error'})", "My error"],
  ["error()", "ERR nil"],
  ["redis.call()", "ERR Please specify at least one argument for this redis lib call"],
  ["redis.call({})", "ERR Lua redis lib command arguments must be strings or integers"],
  ["redis.call('nope')", "ERR Unknown Redis command called from script"],
  ["redis.call('wrong')", "WRONGTYPE Operation against a key"],
  ["redis.sha1hex()", "ERR wrong number of arguments"],
  ["redis.log(7, 'x')", "ERR Invalid debug level."],
  ["redis.setresp(4)", "ERR RESP version must be 2 or 3."],
  ["local function f() return 1 + f() end return f()", "ERR user_script:1: stack overflow"],
  ["return #5", "ERR user_script:1: attempt to get length of a number value"],
];

Deno.test("LuaMachine.run() answers errors with the texts of Redis", async () => {
  const harness = await ScriptHarness.create();
  for (const [source, message] of FAILED) {
    const answer = harness.run(source).replace(
      / script: [0-9a-f]{40}, on @user_script:1\.\r\n$/,
      "",
    );
    assertEquals(answer, `-${message}`, source);
  }
});

Deno.test("LuaMachine.compile() says what is wrong with a text", async () => {
  const harness = await ScriptHarness.create();
  const prefix = "Error compiling script (new function): user_script:1:";
  assertEquals(harness.run("x x"), `${prefix} '=' expected near 'x'`);
  assertEquals(harness.run('return "'), `${prefix} unfinished string near '<eof>'`);
  assertEquals(harness.run("\x1bLua"), `${prefix} unexpected symbol near 'char(27)'`);
});
