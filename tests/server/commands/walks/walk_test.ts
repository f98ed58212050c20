// Random commands, many of them malformed, are answered as by redis-server. More of them, with other
// seeds, when walk.ts is run as a program.

import { assertEquals } from "@std/assert";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { isSame, walk } from "./walk.ts";

Deno.test({
  name: "random commands are answered as by redis-server",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    for (const seed of [1, 2, 3]) assertEquals(await walk(redis, 3000, seed), null);
  },
});

Deno.test("isSame() allows what two clocks explain, and nothing else", () => {
  const table: [line: string, own: string, redis: string, expected: boolean][] = [
    ["GET k", '"1"', '"1"', true],
    ["GET k", '"1"', '"2"', false],
    ["INCR k", ":100000", ":100001", false],
    ["PTTL k", ":100000", ":100001", true],
    ["PTTL k", ":100000", ":200000", false],
    ["TTL k", ":-1", ":-2", false],
    ["EXEC", "[:100000, +OK]", "[:100001, +OK]", true],
    ["EXEC", "[:1, +OK]", "[:2, +OK]", false],
    ["PEXPIRETIME k", ":281474976710655", ":281474976710700", true],
    ["EXPIRETIME k", ":281474976711", ":9223372036854775", true],
    ["PEXPIRETIME k", ":4000000000000", ":9223372036854775", false],
    ["KEYS *", '["a", "b"]', '["b", "a"]', true],
    ["KEYS *", '["a", "b"]', '["a", "c"]', false],
    ["SCAN 0 COUNT 1000", '["0", ["a", "b"]]', '["0", ["b", "a"]]', true],
    ["SCAN 0 COUNT 1000", '["0", ["a"]]', '["0", ["b"]]', false],
    ["SCAN 0 COUNT 1", '["7", ["a"]]', '["4", ["b"]]', true],
    ["SCAN 7", "-ERR invalid cursor", '["0", []]', false],
  ];
  for (const [line, own, redis, expected] of table) {
    assertEquals(isSame(line, own, redis), expected, `${line}: ${own} ${redis}`);
  }
});
