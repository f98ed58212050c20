// ttl, keys, flush, version and the other names of commands, against a real server.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestServer } from "../wire/server.ts";
import { run } from "./fixture.ts";
import { versionLine } from "../../server/config/version.ts";

Deno.test("ttl, keys and flush tell of keys and delete them; set and delete are put and del", async () => {
  await using server = await TestServer.start();
  const env = { SLABKV_PORT: String(server.port) };
  const client = (...args: string[]) => run(args, { env });
  const miss = 'slabkv: No value found for key "a"\n';
  const table: [string, number, string | RegExp, string][] = [
    ["ttl a", 1, "", miss],
    ["ttl a --json", 1, '{"key":"a","found":false}\n', miss],
    ["set a 1 --ttl 60", 0, "", ""],
    ["ttl a", 0, /^(60|59(\.\d+)?)\n$/, ""],
    ["set a 1 --ttl 1d", 0, "", ""],
    ["ttl a", 0, /^(86400|86399(\.\d+)?)\n$/, ""],
    ["ttl a --json", 0, /^\{"key":"a","found":true,"ttl":86\d{3}(\.\d+)?\}\n$/, ""],
    ["set a 1", 0, "", ""],
    ["ttl a", 0, "never\n", ""],
    ["ttl a --json", 0, '{"key":"a","found":true,"ttl":null}\n', ""],
    ["keys", 0, "a\n", ""],
    ["keys --json", 0, '{"key":"a"}\n', ""],
    ["keys b*", 0, "", ""],
    ["delete a", 0, "", ""],
    ["delete a", 1, "", miss],
    ["put b 2", 0, "", ""],
    ["flush --json", 0, '{"flushed":true}\n', ""],
    ["keys", 0, "", ""],
    ["version", 0, `${versionLine()}\n`, ""],
  ];
  for (const [line, code, stdout, stderr] of table) {
    const found = await client(...line.split(" "));
    assertEquals([found.code, found.stderr], [code, stderr], line);
    if (typeof stdout === "string") assertEquals(found.stdout, stdout, line);
    else assertMatch(found.stdout, stdout, line);
  }
});

Deno.test("keys prints all of many keys, byte for byte", async () => {
  await using server = await TestServer.start();
  const env = { SLABKV_URL: `http://127.0.0.1:${server.port}` };
  const names = Array.from({ length: 2500 }, (_, i) => `ключ ${i}`);
  const commands = JSON.stringify(names.map((name) => ["SET", name, "1"]));
  await server.ask(`POST /pipeline ${commands}`);
  const { stdout } = await run(["keys"], { env });
  assertEquals(stdout.split("\n").slice(0, -1).sort(), names.sort());
  assertEquals((await run(["keys", "ключ 24?"], { env })).stdout.split("\n").length, 11);
  await server.ask("PUT /store/%FF%0A 1");
  assertEquals((await run(["keys", "[^к]*"], { env })).bytes, new Uint8Array([255, 10, 10]));
  assertEquals((await run(["keys", "[^к]*", "--json"], { env })).stdout, '{"base64":"/wo="}\n');
});

Deno.test("a bad SLABKV_PORT, a bad --ttl and an unknown command say what is wrong", async () => {
  const table: [string, Record<string, string>, string][] = [
    [
      "get k",
      { SLABKV_PORT: "http" },
      'Cannot use SLABKV_PORT "http": expected a port from 1 to 65535',
    ],
    ["get k", { SLABKV_PORT: "70000" }, 'Cannot use SLABKV_PORT "70000"'],
    ["put k v --ttl 1w", {}, 'Cannot use --ttl "1w": expected seconds, or a duration such as'],
    ["put k v --ttl 0", {}, 'Cannot use --ttl "0"'],
    ["put k v --ttl 40000d", {}, 'Cannot use --ttl "40000d"'],
    ["sett k v", {}, 'Unknown command "sett": did you mean set?'],
    ["help sett", {}, 'Unknown command "sett": did you mean set?'],
  ];
  for (const [line, env, message] of table) {
    const { code, stderr } = await run(line.split(" "), { env });
    assertEquals(code, 2, line);
    assertStringIncludes(stderr, message);
  }
  assertEquals((await run(["help", "set"])).stdout, (await run(["help", "put"])).stdout);
});
