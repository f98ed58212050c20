// EVALSHA with arguments and stored values that @upstash/ratelimit would not send. What it does send
// is tested with the package itself, in tests/clients/.

import { assertEquals } from "@std/assert";
import { checkShardLocked, MAX_DEADLINE_MS } from "../../../../cache/mod.ts";
import { commandOf, DEL, GET, GETMETA, SET } from "../../../../server/commands/table.ts";
import { newCache, NOW_MS } from "../../fixture.ts";
import { failureOf, run } from "../commands.ts";

const EVALSHA = commandOf("EVALSHA");
const FIXED_LIMIT = "b2efc02798c8e9b471a10f9b1d5745db89923ff3";
const FIXED_REMAINING = "823cb2a5a902d69681244f5e28e5ebb8f2a89edd";
const SLIDING_LIMIT = "74740bb3d7792848093cdef586b6b6037c455fd6";
const SLIDING_REMAINING = "7ca36169e0fc9caedd81b4eef8e99854c157f9b5";
const CACHED_LIMIT = "1861a700bafe96c833a483af6b1c28a8897cfdb0";
const CACHED_REMAINING = "eb82f0e853d2fc9a236fa9bfbe704fda6ac2fc36";

Deno.test("EVALSHA enforces a limit whose window is longer than a deadline can be", () => {
  const cache = newCache();
  for (const window of [2 ** 48, 2 ** 53, 2 ** 62]) {
    const key = `k${window}`;
    const call = () => run(cache, EVALSHA, FIXED_LIMIT, "1", key, "2", String(window), "1");
    assertEquals([call(), call(), call()], [[1, 2], [2, 2], [3, 2]]);
    assertEquals(run(cache, GETMETA, key).slice(-1), [MAX_DEADLINE_MS - NOW_MS]);
    assertEquals(run(cache, DEL, key), [1]);
  }
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("EVALSHA refuses windows and numbers of which no deadline and no count can be made", () => {
  const cache = newCache();
  const calls = [
    [FIXED_LIMIT, "1", "k", "2", "1e300", "1"],
    [FIXED_LIMIT, "1", "k", "2", "0", "1"],
    [FIXED_LIMIT, "1", "k", "2", "-1", "1"],
    [FIXED_LIMIT, "1", "k", "Infinity", "1000", "1"],
    [FIXED_LIMIT, "1", "k", "1e300", "1000", "1"],
    [SLIDING_LIMIT, "2", "k", "l", "2", "5", "0", "1"],
    [SLIDING_REMAINING, "2", "k", "l", "2", "5", "0"],
    [CACHED_LIMIT, "1", "k", "1e19", "1"],
    [FIXED_LIMIT, "1", "", "2", "1000", "1"],
    [FIXED_LIMIT, "1", "k".repeat(1500), "2", "1000", "1"],
    [CACHED_LIMIT, "1", "k".repeat(2000), "1000", "1"],
    [SLIDING_LIMIT, "2", "", "l", "2", "5", "1000", "1"],
  ];
  for (const call of calls) {
    assertEquals(run(cache, EVALSHA, ...call), ["refused"], call.join(" ").slice(0, 80));
  }
  const tooLong = [
    [CACHED_LIMIT, "1", "k", "9223372036854775807", "1"],
    [FIXED_LIMIT, "1", "k", "2", "9223372036854775807", "1"],
    [SLIDING_LIMIT, "2", "k", "l", "2", "5", "4611686018427387904", "1"],
  ];
  for (const call of tooLong) assertEquals(run(cache, EVALSHA, ...call), ["badExpire"]);
  assertEquals(run(cache, GET, "k"), ["miss"]);
  const sent = [FIXED_LIMIT, "1", "", "2", "1000", "1"];
  assertEquals(failureOf(cache, EVALSHA, ...sent)!.message.startsWith("key is empty"), true);
});

Deno.test("EVALSHA answers integers of 64 bits, whatever the keys hold", () => {
  const cache = newCache();
  run(cache, SET, "endless", "Infinity");
  run(cache, SET, "huge", "1e300");
  run(cache, SET, "most", "9223372036854775807");
  run(cache, SET, "least", "-9223372036854775808");
  const most = 2n ** 63n - 1n;
  const least = -(2n ** 63n);
  const answers: [string[], (number | bigint)[]][] = [
    [[FIXED_REMAINING, "1", "endless", "5"], [5, 5]],
    [[FIXED_REMAINING, "1", "huge", "5"], [5, 5]],
    [[FIXED_REMAINING, "2", "none", "endless", "5"], [5, 5]],
    [[FIXED_REMAINING, "2", "none", "most", "5"], [most, most]],
    [[FIXED_REMAINING, "2", "least", "most", "5"], [most, most]],
    [[FIXED_REMAINING, "1", "most", "-9223372036854775808"], [least, least]],
    [[SLIDING_REMAINING, "2", "most", "most", "5", "0", "1000"], [least, 5]],
    [[CACHED_REMAINING, "1", "endless"], [0]],
    [[CACHED_REMAINING, "1", "most"], [most]],
  ];
  for (const [call, expected] of answers) {
    const found = run(cache, EVALSHA, ...call).filter((outcome) => typeof outcome !== "string");
    assertEquals(found, expected, call.join(" "));
  }
});
