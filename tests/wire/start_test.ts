// How the program starts and refuses to: help, version, configuration, and everything that has to be
// put right first, each with one line on stderr and exit code 2.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runToEnd, TestServer } from "./server.ts";
import project from "../../deno.json" with { type: "json" };

const CERT = new URL("./fixtures/for_tests_only_cert.pem", import.meta.url).pathname;
const KEY = new URL("./fixtures/for_tests_only_key.pem", import.meta.url).pathname;
const BASE = ["--port", "0", "--memory", "16MiB", "--workers", "1"];

/** Asserts that the program refuses to start with one line of this form. */
async function assertRefused(args: readonly string[], line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await runToEnd(args);
  assertMatch(stderr, /^slabkv: [^\n]+\n$/);
  assertMatch(stderr, line);
  assertEquals([code, stdout], [2, ""]);
}

Deno.test("--help, --version and --print-config print and exit 0", async () => {
  const help = await runToEnd(["--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "--max-in-flight");
  const version = await runToEnd(["--version"]);
  assertEquals([version.code, version.stderr], [0, ""]);
  const how = /^slabkv (\S+) \((source|packed|compiled)(, commit \S+)?, Deno 2\.\d+\.\d+\)\n$/;
  assertEquals(how.exec(version.stdout)?.[1], project.version);
  const config = await runToEnd(["--port", "7272", "--print-config", "--token", "s3cret"]);
  assertEquals([config.code, config.stderr], [0, ""]);
  assertStringIncludes(config.stdout, "7272");
  assertEquals(config.stdout.includes("s3cret"), false);
});

Deno.test("a bad flag, value or combination is one line and exit code 2", async () => {
  await assertRefused(["--memry", "64MiB"], /--memry.*--memory/);
  await assertRefused(["--port", "seventy"], /--port/);
  await assertRefused(["--max-key", "0"], /--max-key/);
  await assertRefused(["--memory", "10"], /from 8MiB to .* such as 64MiB, 512MB or 1\.5GiB\n$/);
  await assertRefused(
    ["--memory", "9MB", "--max-value-bytes", "2MiB"],
    /Cannot use --max-value-bytes 2MiB: with --memory 9MB key and value have \d+ bytes together/,
  );
  await assertRefused(["--tls-cert", CERT], /Cannot use --tls-cert alone: give --tls-key too/);
  await assertRefused(["--host", "0.0.0.0"], /--token.*--allow-remote/);
});

Deno.test("a bad variable is one line and exit code 2", async () => {
  const { code, stderr } = await runToEnd([], { SLABKV_WORKERS: "many" });
  assertMatch(stderr, /^slabkv: [^\n]*SLABKV_WORKERS[^\n]*\n$/);
  assertEquals(code, 2);
});

Deno.test("more memory than there is is one line and exit code 2", async () => {
  await assertRefused(
    ["--memory", "1TiB"],
    /Cannot use --memory 1TiB: the (machine|container) has /,
  );
});

Deno.test("certificates that cannot be used are one line and exit code 2", async () => {
  const folder = await Deno.makeTempDir();
  const garbage = `${folder}/garbage.pem`;
  const hollow = `${folder}/hollow.pem`;
  try {
    await Deno.writeTextFile(garbage, "this is no certificate\n");
    const text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    await Deno.writeTextFile(hollow, text);
    const tls = (cert: string, key: string) => [...BASE, "--tls-cert", cert, "--tls-key", key];
    await assertRefused(tls(`${folder}/none.pem`, KEY), /Cannot read the file of --tls-cert: /);
    await assertRefused(tls(CERT, folder), /Cannot read the file of --tls-key: /);
    await assertRefused(tls(garbage, KEY), /Cannot use the file of --tls-cert: .* PEM format/);
    await assertRefused(tls(hollow, KEY), /Cannot listen with --tls-cert and --tls-key: /);
    await assertRefused(tls(CERT, CERT), /Cannot listen with --tls-cert and --tls-key: /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a port in use is one line and exit code 2, even with another instance on it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const inUse = /Cannot listen on 127\.0\.0\.1:\d+: the port is in use\. Stop what listens there/;
  const args = ["--memory", "16MiB"];
  await assertRefused([...args, "--port", String(port)], inUse);
  await using server = await TestServer.start(["--workers", "2"]);
  await assertRefused([...args, "--port", String(server.port)], inUse);
  assertEquals(await server.ask("GET /health"), '200 {"status":"healthy"}');
});

Deno.test({
  name: "of instances that start at once, and share one of their ports, one comes up",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const shared = (listener.addr as Deno.NetAddr).port;
  listener.close();
  const starts = Array.from(
    { length: 4 },
    () =>
      TestServer.start(["--resp-port", String(shared)]).then(
        (server) => server,
        (error: Error) => error.message,
      ),
  );
  const results = await Promise.all(starts);
  const servers = results.filter((result) => result instanceof TestServer);
  try {
    assertEquals(servers.length, 1);
    for (const result of results) {
      if (typeof result === "string") assertStringIncludes(result, "the port is in use");
    }
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
  }
});

Deno.test({
  name: "a socket path in use is one line and exit code 2",
  ignore: Deno.build.os === "windows",
}, async () => {
  const folder = await Deno.makeTempDir();
  const [socket, file] = [`${folder}/slabkv.sock`, `${folder}/file`];
  try {
    await Deno.writeTextFile(file, "precious");
    await using _server = await TestServer.start(["--unix", socket]);
    await assertRefused(
      [...BASE, "--unix", socket],
      /the socket is in use\. Choose another --unix/,
    );
    await assertRefused([...BASE, "--unix", file], /the file exists and is no socket/);
    assertEquals(await Deno.readTextFile(file), "precious");
    await assertRefused(
      [...BASE, "--unix", `${folder}/none/a.sock`],
      /slabkv: Cannot listen on .*/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("with --log-format json a start that fails says so in JSON", async () => {
  for (
    const [args, env] of [
      [["--log-format", "json", "--memroy", "1GiB"], {}],
      [["--log-format=json", "--unix-mode", "660"], {}],
      [["--port", "0", "--unix", "/"], { SLABKV_LOG_FORMAT: "json" }],
    ] as const
  ) {
    const { code, stdout, stderr } = await runToEnd(args, env);
    assertEquals([code, stdout], [2, ""]);
    const { level, event, message } = JSON.parse(stderr);
    assertEquals([level, event, typeof message], ["error", "refused", "string"]);
  }
});

Deno.test({
  name: "without permissions the program ends with 2 and one line that says how to start it",
  ignore: Deno.env.get("SLABKV_BIN") !== undefined,
}, async () => {
  const args = ["run", "--no-prompt", "--quiet", "main.ts"];
  const cwd = new URL("../../", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  assertEquals(code, 2);
  const message =
    /^slabkv: Cannot run: Requires env access, [^\n]+\. Or use `deno task start`, which allows [^\n]+\n$/;
  assertMatch(new TextDecoder().decode(stderr), message);
});
