// redis-cli's own looks at time: --latency, MONITOR, and LATENCY as it prints it, beside a redis-server where there
// is one.

import { assertEquals, assertMatch } from "@std/assert";
import { readLines } from "../../bench/child_servers.ts";
import { hasRedis, RedisServer } from "../server/commands/redis_server.ts";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

const redisIsThere = await hasRedis();

function start(port: number, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("redis-cli", {
    args: ["-h", "127.0.0.1", "-p", String(port), ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

async function cli(port: number, ...args: readonly string[]): Promise<string> {
  const { code, stdout } = await start(port, args).output();
  assertEquals(code, 0, args.join(" "));
  return new TextDecoder().decode(stdout);
}

/** What MONITOR shows of a command, without its time and address; names of commands in upper case, as we have them. */
function monitored(line: string): string {
  return line.replace(/^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\]/, "").toUpperCase();
}

Deno.test({
  name: "redis-cli --latency, MONITOR and LATENCY show of this server what they show of Redis",
  ignore: !redisIsThere,
  fn: async () => {
    const [server, port] = await startResp();
    await using _server = server;
    await using redis = await RedisServer.start();
    const [ours, theirs] = await Promise.all([port, redis.port].map(async (at) => {
      // It pings for a second.
      assertMatch(await cli(at, "--latency"), /^\d+ \d+ \d+\.\d\d \d+\n$/);
      assertEquals(await cli(at, "CONFIG", "SET", "latency-monitor-threshold", "1000"), "OK\n");
      await cli(at, "SET", "k", "v");
      const histogram = await cli(at, "LATENCY", "HISTOGRAM", "set");
      const monitor = start(at, ["MONITOR"]);
      const lines: string[] = [];
      const reading = readLines(monitor.stdout, (line) => lines.push(line));
      await until("redis-cli listens", () => lines.includes("OK"));
      await cli(at, "SET", 'a"\x01', "ü");
      await until("redis-cli hears of it", () => lines.length > 1);
      monitor.kill();
      await Promise.all([monitor.status, reading]);
      return [
        await cli(at, "LATENCY", "LATEST"),
        await cli(at, "LATENCY", "HISTORY", "command"),
        // Octaves differ: how long it took is the machine's affair.
        histogram.split("\n").slice(0, 4).join("\n"),
        monitored(lines[1]!),
      ];
    }));
    assertEquals(ours, theirs);
    assertMatch(await cli(port, "LATENCY", "DOCTOR"), /^Nothing took 1000 ms or longer/);
  },
});
