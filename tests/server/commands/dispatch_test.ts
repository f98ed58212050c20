// Who may run what, how commands are found, and what is counted of them.

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RegionState } from "../../../cache/mod.ts";
import { CommandFinder, findCommand } from "../../../server/commands/find.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import type { Command } from "../../../server/contract/command.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { configOf, newCache, NOW_MS } from "../fixture.ts";
import { Speaker } from "./speaker.ts";

const encoder = new TextEncoder();

function find(name: string): string | undefined {
  const bytes = encoder.encode(`x${name}x`);
  return findCommand(bytes, 1, bytes.length - 2)?.name;
}

Deno.test("findCommand() finds every command in any case, and nothing else", () => {
  for (const { name } of COMMANDS) {
    const mixed = Array.from(name, (char, i) => i % 2 === 0 ? char : char.toLowerCase()).join("");
    for (const text of [name, name.toLowerCase(), mixed]) assertEquals(find(text), name);
    for (
      const text of [`${name}X`, name.slice(1), `${name.slice(0, -1)}\0`, `${name.slice(0, -1)}!`]
    ) {
      assert(find(text) !== name, text);
    }
  }
  for (const text of ["", "X".repeat(12), "X".repeat(100), "GE\0T", "ge4", "\u0147ET"]) {
    assertEquals(find(text), undefined, text);
  }
});

const NAMES = ["ZREVRANGEBYSCORE", "ZREVRANGEBYSCALE", "GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"]
  .concat("GEORADIUS_RO", "BF.ADD", "CMS.INITBYPROB", "GET", "TWELVELETTER");

function finderOf(...names: readonly string[]): CommandFinder {
  return new CommandFinder(names.map((name, id): Command => ({ ...COMMANDS[0]!, name, id })));
}

function findWith(finder: CommandFinder, name: string): string | undefined {
  const bytes = new TextEncoder().encode(`x${name}x`);
  return finder.find(bytes, 1, bytes.length - 2)?.name;
}

Deno.test("CommandFinder finds names of more than twelve letters, with points and lines, in any case", () => {
  const finder = finderOf(...NAMES);
  for (const name of NAMES) {
    assertEquals(findWith(finder, name), name);
    assertEquals(findWith(finder, name.toLowerCase()), name);
    for (const other of [`${name}X`, name.slice(0, -1), `${name.slice(0, -1)}~`]) {
      assertEquals(findWith(finder, other) === name, false, other);
    }
  }
});

Deno.test("CommandFinder takes no other byte for a point or a line", () => {
  const finder = finderOf(...NAMES);
  for (const name of ["BF\x0eADD", "bf\x0eadd", "GEORADIUS\x7fRO", "CMS\x2dINITBYPROB"]) {
    assertEquals(findWith(finder, name), undefined, name);
  }
});

Deno.test("CommandFinder refuses names that it could not find", () => {
  for (const name of ["", "get", "GE T", "1X", ".X", "X".repeat(25)]) {
    assertThrows(() => finderOf(name), RangeError, `Cannot enter command ${name}`);
  }
});

Deno.test("dispatch() answers NOAUTH until AUTH or HELLO has given the token", async () => {
  const server = new LocalServer(configOf("--token", "secret"), NOW_MS);
  const noAuth = "-NOAUTH Authentication required.";
  const wrong = "-WRONGPASS invalid username-password pair or user is disabled.";
  const cache = newCache();
  for (const right of ["AUTH secret", "AUTH default secret", "HELLO 2 AUTH default secret"]) {
    const speaker = new Speaker(cache, server, false);
    for (const line of ["GET k", "PING", "MULTI", "CLIENT ID"]) {
      assertEquals(await speaker.say(line), noAuth, line);
    }
    const aborted = `-EXECABORT Transaction discarded because of: ${noAuth.slice(1)}`;
    assertEquals(await speaker.say("EXEC"), aborted);
    for (const line of ["AUTH wrong", "AUTH other secret", 'AUTH ""', "AUTH secretx"]) {
      assertEquals(await speaker.say(line), wrong, line);
    }
    assertMatch(await speaker.say("HELLO 3"), /^-NOAUTH HELLO must be called/);
    assert(!(await speaker.say(right)).startsWith("-"));
    assertEquals(await speaker.say("GET k"), "nil");
    assertEquals(await speaker.say("RESET"), "+RESET");
    assertEquals(await speaker.say("GET k"), noAuth);
  }
});

Deno.test("INFO shows what tools read", async () => {
  const cache = newCache();
  cache.region.state = RegionState.ready;
  const speaker = new Speaker(cache);
  for (const line of ["SET k v EX 10", "GET k", "GET x", "GET", "MGET a b"]) {
    await speaker.say(line);
  }
  const text: string = JSON.parse(await speaker.say("INFO everything"));
  const fields = new Map(text.split("\r\n").map((line) => line.split(/:(.*)/) as [string, string]));
  const wanted: Record<string, string> = {
    redis_version: "7.4.0",
    role: "master",
    connected_clients: "0",
    maxmemory_policy: "allkeys-lfu",
    keyspace_hits: "1",
    keyspace_misses: "3",
    evicted_keys: "0",
    expired_keys: "0",
    loading: "0",
    db0: "keys=1,expires=1,avg_ttl=10000",
  };
  for (const [field, value] of Object.entries(wanted)) {
    assertEquals(fields.get(field), value, field);
  }
  for (const field of ["slabkv_version", "used_memory", "maxmemory", "uptime_in_seconds"]) {
    assert(fields.has(field), field);
  }
  assertMatch(
    fields.get("cmdstat_get")!,
    /^calls=2,usec=\d+,usec_per_call=[\d.]+,rejected_calls=1,failed_calls=0$/,
  );
  const section: string = JSON.parse(await speaker.say("INFO keyspace"));
  assertEquals(section, "# Keyspace\r\ndb0:keys=1,expires=1,avg_ttl=10000\r\n");
  assertEquals(
    JSON.parse(await speaker.say("INFO commandstats")).startsWith("# Commandstats"),
    true,
  );
  await speaker.say("CONFIG RESETSTAT");
  assert(!(await speaker.say("INFO commandstats")).includes("cmdstat_get"));
});

Deno.test("SET stores where the version or the value is the one given", async () => {
  const speaker = new Speaker(newCache());
  assertEquals(await speaker.say("SET k 1 IFVERSION 0"), "+OK");
  const [, version] = /:(\d+)/.exec(await speaker.say("GETMETA k"))!;
  assertEquals(await speaker.say("SET k 2 IFVERSION 0"), "nil");
  assertEquals(await speaker.say(`SET k 2 IFVERSION ${version}`), "+OK");
  assertEquals(await speaker.say("SET k 3 IFEQ 1"), "nil");
  assertEquals(await speaker.say("SET k 3 IFEQ 1 GET"), '"2"');
  assertEquals(await speaker.say("SET k 3 IFEQ 2"), "+OK");
  assertEquals(await speaker.say("SET x 3 IFEQ 2"), "nil");
  assertEquals(await speaker.say("SET k 3 IFEQ 2 NX"), "-ERR syntax error");
  assertEquals(await speaker.say("GET k"), '"3"');
});

Deno.test("keys and values that are too long are refused", async () => {
  const speaker = new Speaker(newCache());
  const badKey = "-ERR key is empty or too long, see --max-key";
  for (const key of ['""', "k".repeat(1025)]) {
    for (const line of [`SET ${key} v`, `INCR ${key}`, `MSET a 1 ${key} v`, `APPEND ${key} x`]) {
      assertEquals(await speaker.say(line), badKey, line);
    }
    assertEquals(await speaker.say(`GET ${key}`), "nil");
  }
  assertEquals(await speaker.say(`SET ${"k".repeat(1024)} v`), "+OK");
  assertMatch(await speaker.say("SETRANGE big 1048576 x"), /^-ERR string exceeds maximum/);
  assertMatch(await speaker.say(`SET big ${"x".repeat(512 * 1024)}`), /^-ERR value is too large/);
  assertEquals(await speaker.say("EXISTS a big"), ":0");
});
