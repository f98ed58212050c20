// Conversations about scripts: what is refused and with which words, what commands answer inside, and that the effects of
// one are there afterwards.

import type { Tables } from "../table_shape.ts";

/** The words of EVAL, or another command, with a script. */
function evaluate(script: string, rest = "0", command = "EVAL"): string {
  return `${command} ${script.replaceAll(" ", "\\x20").replaceAll("\n", "\\x0a")} ${rest}`;
}

const ONE_SHA = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
const UNKNOWN_SHA = "ffffffffffffffffffffffffffffffffffffffff";
const NO_SCRIPT = "-NOSCRIPT No matching script. Please use EVAL.";
const WRONG_COUNT = "-ERR Wrong number of args calling Redis command from script";
const UNKNOWN = "-ERR Unknown Redis command called from script";
const REFUSED_CALLS = [
  "multi",
  "exec",
  "blpop','k','0",
  "watch','k",
  "auth','x",
  "hello",
  "eval','x','0",
  "script','flush",
  "save",
  "client','id",
  "config','get','x",
  "debug','x",
  "shutdown",
  "subscribe','a",
  "function','list",
];

/** Conversations about scripts. */
export const SCRIPT_TABLES: Tables = {
  "malformed calls of scripts": [
    ["EVAL x abc", "-ERR value is not an integer or out of range"],
    ["EVAL x -1", "-ERR Number of keys can't be negative"],
    ["EVAL x 1", "-ERR Number of keys can't be greater than number of args"],
    ["EVALSHA abc abc", NO_SCRIPT],
    ["EVALSHA abc 2 a", NO_SCRIPT],
    [`EVALSHA ${UNKNOWN_SHA} 0`, NO_SCRIPT],
    [`EVALSHA ${UNKNOWN_SHA} abc`, "-ERR value is not an integer or out of range"],
    [`EVALSHA ${UNKNOWN_SHA} -1`, "-ERR Number of keys can't be negative"],
    ["EVAL_RO x", "-ERR wrong number of arguments for 'eval_ro' command"],
    [
      evaluate("foo bar"),
      "-ERR Error compiling script (new function): user_script:1: '=' expected near 'bar'",
    ],
    [
      "SCRIPT LOAD return)",
      "-ERR Error compiling script (new function): user_script:1: unexpected symbol near ')'",
    ],
  ],
  "what scripts may say in their first line": [
    [evaluate("#!lua"), "-ERR Invalid script shebang"],
    [evaluate("#!js\nreturn 1"), "-ERR Unexpected engine in script shebang: #!js"],
    [evaluate("#!lua foo=1\nreturn 1"), "-ERR Unknown lua shebang option: foo=1"],
    [evaluate("#!lua flags=foo\nreturn 1"), "-ERR Unexpected flag in script shebang: foo"],
    [evaluate("#!lua flags=\nreturn 1"), ":1"],
    [evaluate("#!lua flags=no-writes,allow-oom,allow-stale,no-cluster\nreturn 1"), ":1"],
    [
      evaluate("#!lua\nreturn 1", "0", "EVAL_RO"),
      "-ERR Can not execute a script with write flag using *_ro command.",
    ],
    [evaluate("#!lua flags=no-writes\nreturn 1", "0", "EVAL_RO"), ":1"],
    [
      evaluate("#!lua flags=no-writes\nreturn redis.call('set',KEYS[1],1)", "1 k"),
      "-ERR Write commands are not allowed from read-only scripts. script: " +
      "09df4a3e444c0e50177ffdb0bcf1de90d8be8418, on @user_script:2.",
    ],
    ["EXISTS k", ":0"],
  ],
  "SCRIPT and EVALSHA": [
    ["SCRIPT FLUSH", "+OK"],
    [`SCRIPT EXISTS ${ONE_SHA}`, "[:0]"],
    [`EVALSHA ${ONE_SHA} 0`, NO_SCRIPT],
    ["SCRIPT LOAD return\\x201", `"${ONE_SHA}"`],
    [`SCRIPT EXISTS ${UNKNOWN_SHA} ${ONE_SHA} ${ONE_SHA.toUpperCase()} x`, "[:0, :1, :1, :0]"],
    [`EVALSHA ${ONE_SHA} 0`, ":1"],
    [`EVALSHA ${ONE_SHA.toUpperCase()} 0`, ":1"],
    [`EVALSHA_RO ${ONE_SHA} 0`, ":1"],
    ["SCRIPT FLUSH ASYNC", "+OK"],
    [`EVALSHA ${ONE_SHA} 0`, NO_SCRIPT],
    [evaluate("return 1"), ":1"],
    [`EVALSHA ${ONE_SHA} 0`, ":1"],
    ["SCRIPT FLUSH SYNC", "+OK"],
    ["SCRIPT FLUSH FOO", "-ERR SCRIPT FLUSH only support SYNC|ASYNC option"],
    ["SCRIPT FLUSH SYNC x", "-ERR SCRIPT FLUSH only support SYNC|ASYNC option"],
    ["SCRIPT KILL", "-NOTBUSY No scripts in execution right now."],
    ["SCRIPT DEBUG NO", "+OK"],
    ["SCRIPT FOO", "-ERR unknown subcommand 'FOO'. Try SCRIPT HELP."],
    ["SCRIPT LOAD", "-ERR wrong number of arguments for 'script|load' command"],
  ],
  "commands in scripts": [
    [evaluate("return redis.call('set',KEYS[1],ARGV[1])", "1 k v"), "+OK"],
    [evaluate("return redis.call('get',KEYS[1])", "1 k"), '"v"'],
    [evaluate("return redis.call('get','k')"), '"v"'],
    [evaluate("return {redis.call('get','none'),1,false,true,3.9}"), "[nil, :1, nil, :1, :3]"],
    [evaluate("return redis.call('hset',KEYS[1],'a',1,'b',2)", "1 h"), ":2"],
    [evaluate("return redis.call('hgetall',KEYS[1])", "1 h"), '["a", "1", "b", "2"]'],
    [
      evaluate("return redis.pcall('incr',KEYS[1]).err", "1 k"),
      '"ERR value is not an integer or out of range"',
    ],
    [
      evaluate("return redis.call('incr',KEYS[1])", "1 k"),
      "-ERR value is not an integer or out of range script: " +
      "6f5ade10a69975e903c6d07b10ea44c6382381a5, on @user_script:1.",
    ],
    [
      evaluate("return redis.pcall('lpush',KEYS[1],1)", "1 k"),
      "-WRONGTYPE Operation against a key holding the wrong kind of value",
    ],
    [evaluate("return redis.pcall('nosuch')"), UNKNOWN],
    [evaluate("return redis.pcall('get')"), WRONG_COUNT],
    [evaluate("return redis.pcall('client')"), WRONG_COUNT],
    [evaluate("return redis.pcall('client','foo')"), UNKNOWN],
    [evaluate("return redis.pcall('client','id','x')"), WRONG_COUNT],
    ...REFUSED_CALLS.map((call): [string, string] => [
      evaluate(`return redis.pcall('${call}')`),
      "-ERR This Redis command is not allowed from script",
    ]),
    [
      evaluate("return redis.pcall('set',KEYS[1],1)", "1 k", "EVAL_RO"),
      "-ERR Write commands are not allowed from read-only scripts.",
    ],
    [evaluate("return redis.call('get',KEYS[1])", "1 k", "EVAL_RO"), '"v"'],
    [evaluate("redis.call('set','new','x') return redis.call('dbsize')"), ":3"],
    [evaluate("return #redis.call('keys','*')"), ":3"],
    [evaluate("return redis.call('scan',0,'COUNT',1000)[1]"), '"0"'],
    [
      evaluate("redis.call('select',3) redis.call('set','k','three') return redis.call('get','k')"),
      '"three"',
    ],
    ["GET k", '"v"'],
    ["SELECT 3", "+OK"],
    ["GET k", '"three"'],
    ["SELECT 0", "+OK"],
    [
      evaluate("redis.call('rename',KEYS[1],KEYS[2]) return redis.call('get',KEYS[2])", "2 k l"),
      '"v"',
    ],
    [evaluate("return redis.call('rpush',KEYS[1],'a','b','c')", "1 q"), ":3"],
    [evaluate("return redis.call('lrange',KEYS[1],0,-1)", "1 q"), '["a", "b", "c"]'],
    [evaluate("return redis.call('flushall')"), "+OK"],
    ["DBSIZE", ":0"],
  ],
  "scripts in transactions": [
    ["MULTI", "+OK"],
    [evaluate("return redis.call('incr',KEYS[1])", "1 n"), "+QUEUED"],
    ["GET n", "+QUEUED"],
    [evaluate("redis.call('select',2) return redis.call('incr','m')"), "+QUEUED"],
    ["GET m", "+QUEUED"],
    ["SCRIPT LOAD return\\x201", "+QUEUED"],
    [`EVALSHA ${ONE_SHA} 0`, "+QUEUED"],
    ["EXEC", `[:1, "1", :1, nil, "${ONE_SHA}", :1]`],
    ["WATCH n", "+OK"],
    [evaluate("return redis.call('incr',KEYS[1])", "1 n"), ":2"],
    ["MULTI", "+OK"],
    ["PING", "+QUEUED"],
    ["EXEC", "nil list"],
    ["MULTI", "+OK"],
    ["EVALSHA abc", "-ERR wrong number of arguments for 'evalsha' command"],
    ["EXEC", "-EXECABORT Transaction discarded because of previous errors."],
  ],
};
