/**
 * Tests of the configuration from the outside: a command line, variables and a machine go in, and
 * a configuration, a text or one exact message comes out.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type Config,
  jsonBodyLimit,
  keyByteLimit,
  storeBodyLimit,
} from "../../../server/config/config.ts";
import { parseConfig } from "../../../server/config/parse.ts";
import { optionsMarkdown } from "../../../server/config/text.ts";
import { OPTION_ROWS, variableName } from "../../../server/config/options.ts";
import { GIB, MIB } from "../../../server/config/units.ts";

const machine = { totalMemoryBytes: 16 * GIB, cpus: 4 };

function configOf(args: string[], env: Record<string, string> = {}): Config {
  const result = parseConfig(args, env, machine);
  assert(result.kind === "run", JSON.stringify(result));
  return result.config;
}

function textOf(args: string[], env: Record<string, string> = {}): string {
  const result = parseConfig(args, env, machine);
  assert(result.kind === "help" || result.kind === "print", JSON.stringify(result));
  return result.text;
}

function messageOf(args: string[], env: Record<string, string> = {}, limits = machine): string {
  const result = parseConfig(args, env, limits);
  assert(result.kind === "error", JSON.stringify(result));
  return result.message;
}

Deno.test("parseConfig() reads every option from a flag and from its variable", () => {
  const table: [string, string, Partial<Config>][] = [
    ["host", "[::1]", { host: "::1" }],
    ["port", "0", { port: 0 }],
    ["unix", "/run/slabkv.sock", { unixPath: "/run/slabkv.sock" }],
    ["websocket", "true", { websocket: true }],
    ["memory", "512MiB", { memoryBytes: 512 * MIB }],
    ["average-item", "4KiB", { averageItemBytes: 4096 }],
    ["workers", "2", { workers: 2 }],
    ["max-key", "511", { maxKeyChars: 511 }],
    ["max-value", "1", { maxValueChars: 1 }],
    ["max-value-bytes", "2MiB", { maxValueBytes: 2 * MIB }],
    ["max-body", "1MB", { maxBodyBytes: 1_000_000 }],
    ["max-in-flight", "5", { maxInFlight: 5 }],
    ["concurrency-limit", "6", { maxInFlight: 6 }],
    ["body-timeout", "500ms", { bodyTimeoutMs: 500 }],
    ["body-memory", "128MiB", { bodyMemoryBytes: 128 * MIB }],
    ["miss-status", "404", { missStatus: 404 }],
    ["token", "s3cret", { token: "s3cret" }],
    ["allow-host", "a.example, [::1]:80", { allowHosts: ["a.example", "[::1]:80"] }],
    ["allow-origin", "https://a.example", { allowOrigins: ["https://a.example"] }],
    ["allow-remote", "true", { allowRemote: true }],
    ["compress", "1", { compress: true }],
    ["drain-timeout", "1m", { drainTimeoutMs: 60_000 }],
    ["log-format", "json", { logFormat: "json" }],
    ["log-level", "warn", { logLevel: "warn" }],
    ["slow", "20ms", { slowMs: 20 }],
  ];
  for (const [flag, value, expected] of table) {
    const wanted = { ...configOf([]), ...expected };
    assertEquals(configOf([`--${flag}=${value}`]), wanted, flag);
    assertEquals(configOf([], { [variableName(flag)]: value }), wanted, flag);
  }
  const { tlsCertPath, tlsKeyPath } = configOf(["--tls-cert", "c.pem", "--tls-key", "k.pem"]);
  assertEquals([tlsCertPath, tlsKeyPath], ["c.pem", "k.pem"]);
  const { allowRemote, compress } = configOf(["--allow-remote", "--compress"]);
  assertEquals([allowRemote, compress], [true, true]);
});

Deno.test("parseConfig() lets flags win over variables, and takes an empty one as unset", () => {
  const env = { SLABKV_PORT: "1", SLABKV_COMPRESS: "true", SLABKV_TOKEN: "", HOME: "/" };
  const { port, compress, token } = configOf(["--port", "2", "--compress=false"], env);
  assertEquals([port, compress, token], [2, false, undefined]);
});

Deno.test("parseConfig() leaves alone what Kubernetes sets for a service named slabkv", () => {
  const { port } = configOf([], {
    SLABKV_SERVICE_HOST: "10.0.0.1",
    SLABKV_SERVICE_PORT: "7171",
    SLABKV_SERVICE_PORT_HTTP: "7171",
    SLABKV_PORT: "tcp://10.0.0.1:7171",
    SLABKV_PORT_7171_TCP: "tcp://10.0.0.1:7171",
    SLABKV_PORT_7171_TCP_ADDR: "10.0.0.1",
  });
  assertEquals(port, 7171);
});

Deno.test("parseConfig() says in one line what to change on the command line", () => {
  const number = "expected a whole number from 0 to 65535";
  const table: [string[], string][] = [
    [["--memroy", "1GiB"], "Unknown option --memroy: did you mean --memory? See --help"],
    [["--memroy=1GiB"], "Unknown option --memroy: did you mean --memory? See --help"],
    [["--zzzzzzzz"], "Unknown option --zzzzzzzz: see --help"],
    [["-x"], "Unknown option -x: see --help"],
    [["start"], 'Unexpected argument "start": options begin with --, see --help'],
    [
      ["--token", "a", "s3cret"],
      `Unexpected argument (not shown, since it may be the token): options begin with --, see --help`,
    ],
    [["--tokn", "s3cret"], "Unknown option --tokn: did you mean --token? See --help"],
    [["--", "7"], 'Unexpected argument "7": options begin with --, see --help'],
    [
      ["--compress", "--", "--port"],
      'Unexpected argument "--port": options begin with --, see --help',
    ],
    [["--compress", "yes"], 'Unexpected argument "yes": options begin with --, see --help'],
    [["--port"], `Option --port has no value: ${number}`],
    [["--port="], `Option --port has no value: ${number}`],
    [["--port", "--compress"], `Option --port has no value: ${number}`],
    [["--port", "-1"], `Option --port has no value: ${number}`],
    [["--port", "65536"], `Cannot use --port "65536": ${number}`],
    [["--port", "1", "--port", "1"], "Option --port is given twice: give it once"],
    [["--compress=yes"], 'Cannot use --compress "yes": expected true or false'],
    [
      ["--workers", "0"],
      'Cannot use --workers "0": expected "auto" or a whole number from 1 to 64',
    ],
    [["--miss-status", "204"], 'Cannot use --miss-status "204": expected 200 or 404'],
    [
      ["--body-timeout", "10"],
      'Cannot use --body-timeout "10": expected a duration from 100ms to 10m, such as 500ms, 30s or 1m',
    ],
    [["--tls-cert", "c.pem"], "Cannot use --tls-cert alone: give --tls-key too"],
    [["--unix-mode", "660"], "Cannot use --unix-mode alone: give --unix too"],
    [
      ["--unix", "/a", "--resp-unix-mode", "0660"],
      "Cannot use --resp-unix-mode alone: give --resp-unix too",
    ],
    [["--tls-key", "k.pem"], "Cannot use --tls-key alone: give --tls-cert too"],
  ];
  for (const [args, message] of table) assertEquals(messageOf(args), message);
  const twice = messageOf(["--max-in-flight", "1", "--concurrency-limit", "1"]);
  assertEquals(twice, "Option --max-in-flight is given twice: give it once");
});

Deno.test("parseConfig() says in one line what to change in the environment", () => {
  const table: [Record<string, string>, string][] = [
    [
      { SLABKV_MEMROY: "1" },
      "Unknown variable SLABKV_MEMROY: did you mean SLABKV_MEMORY? See --help",
    ],
    [{ SLABKV_PORT: "x" }, 'Cannot use SLABKV_PORT "x": expected a whole number from 0 to 65535'],
    [
      { SLABKV_MAX_IN_FLIGHT: "1", SLABKV_CONCURRENCY_LIMIT: "1" },
      "Cannot use both SLABKV_MAX_IN_FLIGHT and SLABKV_CONCURRENCY_LIMIT: unset one",
    ],
  ];
  for (const [env, message] of table) assertEquals(messageOf([], env), message);
});

Deno.test("parseConfig() lets variables of the test suite and of the client stand", () => {
  for (const name of ["SLABKV_BIN", "SLABKV_SOAK", "SLABKV_URL", "SLABKV_CA"]) {
    assertEquals(parseConfig([], { [name]: "x" }, machine).kind, "run", name);
  }
});

Deno.test("parseConfig() refuses more memory than the machine or container has", () => {
  const small = { totalMemoryBytes: 4 * GIB + 1, cpus: 1 };
  const contained = { ...small, containerMemoryBytes: GIB };
  const args = ["--memory", "5GiB"];
  assertEquals(messageOf(args, {}, small), "Cannot use --memory 5GiB: the machine has 4GiB");
  assertEquals(messageOf(args, {}, contained), "Cannot use --memory 5GiB: the container has 1GiB");
  assertEquals(parseConfig(["--memory", "4GiB"], {}, small).kind, "run");
});

Deno.test("parseConfig() wants a token or consent to listen beyond this machine", () => {
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "cache.example"]) {
    const message = messageOf(["--host", host]);
    assertMatch(message, /--token.*--allow-remote/);
    assertEquals(configOf(["--host", host, "--token", "t"]).host, host);
    assertEquals(configOf(["--host", host, "--allow-remote"]).host, host);
  }
});

Deno.test("parseConfig() needs memory for one body of the longest kind", () => {
  const message = messageOf(["--max-body", "128MiB"]);
  assertEquals(
    message,
    "Cannot use --body-memory 64MiB: one body may take 128MiB; raise it, or lower --max-body",
  );
});

Deno.test("parseConfig() never shows the token", () => {
  const args = ["--token", "hunter2"];
  assertMatch(textOf([...args, "--print-config"]), /^--token +\(set\) +--token$/m);
  for (const text of [textOf([...args, "--help"]), textOf([...args, "--print-config"])]) {
    assert(!text.includes("hunter2"));
  }
  assert(!messageOf(["--token", "hunter2 hunter2"]).includes("hunter2"));
  assert(!messageOf([], { SLABKV_TOKEN: "hunter2 hunter2" }).includes("hunter2"));
});

Deno.test("parseConfig() answers --help and --version whatever else is wrong", () => {
  for (const help of ["--help", "-h"]) {
    const text = textOf([help, "--zork"]);
    for (const { option } of OPTION_ROWS) assertStringIncludes(text, `--${option.flag}`);
    for (const line of text.split("\n")) assert(line.length <= 100, line);
  }
  for (const version of ["--version", "-V"]) {
    assertEquals(parseConfig([version, "--port", "x"], {}, machine), { kind: "version" });
  }
});

Deno.test("parseConfig() prints values and where they come from", () => {
  const text = textOf(["--print-config", "--memory", "1GiB"], { SLABKV_ALLOW_HOST: "a,b" });
  assertMatch(text, /^--memory +1GiB +--memory$/m);
  assertMatch(text, /^--allow-host +a,b +SLABKV_ALLOW_HOST$/m);
  assertMatch(text, /^--port +7171 +default$/m);
});

Deno.test("optionsMarkdown() has two lines for each option: what it is, and what it takes", () => {
  const lines = optionsMarkdown().trimEnd().split("\n");
  assertEquals(lines.length, 2 * OPTION_ROWS.length);
  OPTION_ROWS.forEach(({ option: { flag, description } }, index) => {
    assertMatch(lines[2 * index]!, new RegExp(`^- \\*\\*\`--${flag}[ \`]`));
    assertEquals(lines[2 * index]!.endsWith(`: ${description}.`), true, flag);
    assertMatch(lines[2 * index + 1]!, /^ {2}`SLABKV_[A-Z_]+`, default .+, accepts .+$/);
  });
});

Deno.test("parseConfig() gives a result for any command line", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--", "-", "--port", "--token", "--compress", "--compress=", "1", "true"),
    fc.string().map((text) => `--${text}`),
    fc.constantFrom("--__proto__=1", "--constructor.x", "--port.x=1", "-h=", "--no-port"),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (args) => {
    const result = parseConfig(args, {}, machine);
    return result.kind !== "error" || !result.message.endsWith(".");
  }));
});

Deno.test("body limits leave space for the longest key and value", () => {
  const config = configOf(["--max-value", "100000", "--max-value-bytes", "2MiB"]);
  const escaped = "\\ud83d\\ude00";
  const body = `{"key":"${escaped.repeat(256)}","value":"${escaped.repeat(100_000)}","ttl":1}`;
  assert(jsonBodyLimit(config) >= body.length);
  assertEquals(storeBodyLimit(config), 2 * MIB);
  assertEquals(jsonBodyLimit(configOf([])), 65_536);
  assertEquals(keyByteLimit(configOf([])), 1024);
});
