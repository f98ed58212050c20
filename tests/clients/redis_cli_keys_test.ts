// redis-cli's own looks at keys: --bigkeys, --memkeys, --hotkeys and --scan, beside a redis-server where there is one.
// What they print is compared, but for the order in which keys are come upon.

import { assertEquals, assertMatch } from "@std/assert";
import { hasRedis, RedisServer } from "../server/commands/redis_server.ts";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

const redisIsThere = await hasRedis();
const FILL = [
  "SET small v",
  `SET string ${"x".repeat(500)}`,
  "SET hot v",
  `RPUSH list ${"a ".repeat(300)}`,
  "SADD set a b c d",
  "HSET hash f v g w",
  "ZADD zset 1 a 2 b 3 c",
  "XADD stream * f v",
  'SET "\\x00\\xff\\n<b>" v',
].join("\n");

/** Runs redis-cli; resolves with what it prints. */
async function cli(port: number, args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command("redis-cli", {
    args: ["-h", "127.0.0.1", "-p", String(port), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout } = await child.output();
  assertEquals(code, 0, args.join(" "));
  return new TextDecoder().decode(stdout);
}

/** The lines of a summary, in an order of their own. */
function summary(text: string): string[] {
  return text.slice(text.indexOf("summary")).split("\n").slice(1).toSorted();
}

Deno.test({
  name:
    "redis-cli --bigkeys, --memkeys, --hotkeys and --scan say of this server what they say of Redis",
  ignore: !redisIsThere,
  fn: async () => {
    const [server, port] = await startResp();
    await using _server = server;
    await using redis = await RedisServer.start("--maxmemory-policy", "allkeys-lfu");
    const looks: string[][] = [];
    for (const at of [port, redis.port]) {
      assertEquals(/ERR/.test(await cli(at, [], FILL)), false);
      await cli(at, [], "GET hot\n".repeat(400));
      const memory = await cli(at, ["--memkeys"]);
      assertMatch(memory, /Biggest +list found .*list.* has \d+ bytes/);
      // Another worker may have been asked for it, of which this one hears within a second.
      await until("the hottest key is found", async () => {
        const hot = await cli(at, ["--hotkeys"]);
        const hottest = hot.slice(hot.indexOf("Sampled")).split("\n")[1]!;
        return /counter: [1-9]\d\tkeyname: "hot"$/.test(hottest);
      });
      const big = await cli(at, ["--bigkeys"]);
      const scan = await cli(at, ["--scan", "--pattern", "*t*"]);
      looks.push([...summary(big), ...scan.split("\n").toSorted()]);
    }
    assertEquals(looks[0], looks[1]);
  },
});
