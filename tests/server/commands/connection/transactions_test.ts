// Transactions between threads: nobody sees a half of one, no update is lost under WATCH, and what
// is queued is bounded. What one client is answered stands in tables_server.ts.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  checkShardLocked,
  type Region,
  swapDatabasesLocked,
} from "../../../../cache/mod.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";
import { argsOf, newCache, newRegion } from "../../fixture.ts";
import type { AtomicOptions, AtomicResult } from "./atomic_worker.ts";
import { Speaker } from "../speaker.ts";
import { MemoryBudget } from "../../../../server/contract/memory_budget.ts";

const THREADS = 2;
const ROUNDS = 1500;

async function runThreads(region: Region): Promise<AtomicResult[]> {
  const url = new URL("./atomic_worker.ts", import.meta.url);
  const workers = Array.from({ length: THREADS }, () => new Worker(url, { type: "module" }));
  try {
    return await Promise.all(workers.map((worker, i) => {
      const { buffer } = region;
      const options: AtomicOptions = { buffer, actor: i + 1, accounts: 12, rounds: ROUNDS };
      return new Promise<AtomicResult>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(options);
      });
    }));
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

Deno.test("EXEC is atomic across threads, and WATCH loses no update", async () => {
  const region = newRegion();
  const results = await runThreads(region);
  assertEquals(results.map(({ wrong }) => wrong), [0, 0]);
  const watched = results.reduce((total, result) => total + result.watched, 0);
  assert(watched > ROUNDS / 2 && results.every(({ done }) => done > ROUNDS / 2));
  const cache = new Cache(region, 0);
  const speaker = new Speaker(cache);
  assertEquals(await speaker.say("GET counter"), JSON.stringify(String(watched)));
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("EXEC runs nothing where a watched key has changed, expired or gone", async () => {
  const cache = newCache();
  const [one, other] = [new Speaker(cache), new Speaker(cache)];
  await one.say("SET k v");
  const changes = ["SET k w", "EXPIRE k 10", "DEL k", "SET k v", "FLUSHALL", "SET k v PX 1"];
  for (const change of changes) {
    await one.say("WATCH k");
    await other.say(change);
    await one.say("MULTI");
    await one.say("SET touched yes");
    assertEquals(await one.say("EXEC"), "nil list", change);
  }
  assertEquals(await one.say("EXISTS touched"), ":0");
});

Deno.test("EXEC runs nothing where a watched key that was absent has come, or may have", async () => {
  const cache = newCache();
  const [one, other] = [new Speaker(cache), new Speaker(cache)];
  const changes = ["SET k v", "SET k v|DEL k", "SET k v PX 1|PEXPIRE k -1", "SET k v|FLUSHALL"];
  changes.push("SET other v|RENAME other k|DEL k", "SET k v NX|GETDEL k", "REPAIR");
  for (const change of changes) {
    await one.say("DEL k");
    assertEquals(await one.say("WATCH k"), "+OK");
    for (const line of change.split("|")) {
      if (line !== "REPAIR") await other.say(line);
      else for (const shard of cache.shards) shard.repairLocked();
    }
    await one.say("MULTI");
    await one.say("SET touched yes");
    assertEquals(await one.say("EXEC"), "nil list", change);
  }
  assertEquals(await one.say("EXISTS touched"), ":0");
});

Deno.test("EXEC runs where what others did left a watched key absent", async () => {
  const cache = newCache();
  const [one, other] = [new Speaker(cache), new Speaker(cache)];
  for (let i = 0; i < 50; i++) await other.say(`SET there:${i} v`);
  const overwrites = Array.from({ length: 50 }, (_, i) => `SET there:${i} w`);
  const changes = [overwrites.join("|"), "DEL there:1|DEL k", "GET k|EXPIRE k 10", "FLUSHALL"];
  for (const change of changes) {
    assertEquals(await one.say("WATCH k"), "+OK");
    for (const line of change.split("|")) await other.say(line);
    await one.say("MULTI");
    await one.say("INCR n");
    assert((await one.say("EXEC")).startsWith("[:"), change);
  }
});

Deno.test("EXEC answers BUSY and runs nothing when a shard cannot be had", async () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2, cache.now);
  const speaker = new Speaker(cache);
  const key = new TextEncoder().encode("k");
  const held = holdShard(other, other.hash(key, 0, key.length))!;
  for (const line of ["MULTI", "SET a 1", "SET k 1"]) await speaker.say(line);
  assert((await speaker.say("EXEC")).startsWith("-BUSY"));
  letGo(held);
  assertEquals(await speaker.say("MGET a k"), "[nil, nil]");
});

Deno.test("MULTI bounds how many commands and bytes are queued", async () => {
  const speaker = new Speaker(newCache());
  const tooLarge = "-ERR transaction is too large: at most 1000 commands and 1 MiB of arguments";
  const aborted = "-EXECABORT Transaction discarded because of previous errors.";
  await speaker.say("MULTI");
  for (let i = 0; i < 1000; i++) assertEquals(await speaker.say("INCR n"), "+QUEUED");
  assertEquals(await speaker.say("INCR n"), tooLarge);
  assertEquals(await speaker.say("EXEC"), aborted);
  await speaker.say("MULTI");
  assertEquals(await speaker.say(`SET k ${"x".repeat(1024 * 1024)}`), tooLarge);
  assertEquals(await speaker.say("EXEC"), aborted);
  assertEquals(await speaker.say("EXISTS n k"), ":0");
});

Deno.test("EXEC refuses what would have to wait, and runs the rest", async () => {
  const speaker = new Speaker(newCache());
  for (const line of ["MULTI", "INFO", "INCR n"]) await speaker.say(line);
  const refused = "-ERR Command not allowed inside a transaction";
  assertEquals(await speaker.say("EXEC"), `[${refused}, :1]`);
});

Deno.test("EXEC refuses what comes after 16 MiB of values copied", async () => {
  const tooLong =
    "-ERR transaction takes too long: its commands before this one have copied more than 16 MiB, " +
    "or asked as much about the server";
  const speaker = new Speaker(newCache(newRegion(2 ** 26)));
  const half = 512 * 1024;
  const make = `SETRANGE k ${half - 1} x`;
  await speaker.say("MULTI");
  for (let i = 0; i < 20; i++) {
    await speaker.say(make);
    await speaker.say("DEL k");
  }
  const refused = Array.from({ length: 9 }, () => tooLong);
  const done = Array.from({ length: 31 }, (_, i) => i % 2 === 0 ? `:${half}` : ":1");
  assertEquals(await speaker.say("EXEC"), `[${[...done, ...refused].join(", ")}]`);
  // What is changed in place copies no more than it writes.
  await speaker.say("MULTI");
  for (let i = 0; i < 40; i++) await speaker.say(make);
  const all = Array.from({ length: 40 }, () => `:${half}`);
  assertEquals(await speaker.say("EXEC"), `[${all.join(", ")}]`);
  await speaker.say("MULTI");
  await speaker.say("INCR n");
  assertEquals(await speaker.say("EXEC"), "[:1]");
});

Deno.test("EXEC refuses what comes after GETRANGEs that pass over 64 MiB of values", async () => {
  const speaker = new Speaker(newCache(newRegion(2 ** 26)));
  const half = 512 * 1024;
  await speaker.say(`SETRANGE k ${half - 1} x`);
  await speaker.say("MULTI");
  for (let i = 0; i < 200; i++) await speaker.say("GETRANGE k -1 -1");
  const answers = (await speaker.say("EXEC")).split("-ERR transaction takes too long: ");
  assertEquals([answers[0], answers.length - 1], [`[${'"x", '.repeat(128)}`, 72]);
});

Deno.test("EXEC refuses what comes after 64 commands about the server", async () => {
  const speaker = new Speaker(newCache());
  const patterns = "maxmemory *a*b*c*d ".repeat(50);
  for (const line of [`CONFIG GET ${patterns}`, "COMMAND LIST FILTERBY PATTERN *a*b*c*d"]) {
    await speaker.say("MULTI");
    for (let i = 0; i < 200; i++) await speaker.say(line);
    const answer = await speaker.say("EXEC");
    const refused = answer.split("-ERR transaction takes too long: ").length - 1;
    assert(refused >= 200 - 65 && refused < 200 - 55, `${refused} of 200 refused: ${line}`);
  }
});

Deno.test("EXEC ends although databases are exchanged each time that its keys are hashed", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const hash = cache.hash.bind(cache);
  let count = 0;
  cache.hash = (...args) => {
    if (++count > 100) throw new Error("EXEC hashes its keys again and again");
    swapDatabasesLocked(cache, 1, 2);
    return hash(...args);
  };
  for (const line of ["MULTI", "SET k v", "GET k"]) await speaker.say(line);
  assertEquals(await speaker.say("EXEC"), '[+OK, "v"]');
});

Deno.test("commands with several keys end although databases are exchanged each time these are hashed", async () => {
  const region = newRegion();
  const cache = newCache(region);
  const other = new Cache(region, 2);
  const all = Int32Array.from(other.shards.keys());
  const speaker = new Speaker(cache);
  await speaker.say("SELECT 1");
  const hash = cache.hash.bind(cache);
  let count = 0;
  cache.hash = (...args) => {
    if (++count > 50) throw new Error("MSET hashes its keys again and again");
    // Waits in vain where all locks are held.
    other.withShards(all, all.length, { runLocked: () => swapDatabasesLocked(other, 1, 2) });
    return hash(...args);
  };
  assertEquals(await speaker.say("MSET a 1 b 2 c 3"), "+OK");
  cache.hash = hash;
  assertEquals(await speaker.say("MGET a b c"), '["1", "2", "3"]');
  for (const shard of cache.shards) checkShardLocked(shard.memory);
});

Deno.test("WATCH bounds how many keys are watched", async () => {
  const speaker = new Speaker(newCache());
  const tooMany = "-ERR too many watched keys: at most 1000 until EXEC, DISCARD or UNWATCH";
  const keys = Array.from({ length: 999 }, (_, i) => `k${i}`).join(" ");
  assertEquals(await speaker.say(`WATCH ${keys}`), "+OK");
  assertEquals(await speaker.say("WATCH a b"), tooMany);
  assertEquals(await speaker.say("WATCH a"), "+OK");
  assertEquals(await speaker.say("UNWATCH"), "+OK");
  assertEquals(await speaker.say("WATCH a b"), "+OK");
});

Deno.test("what is queued and watched is taken from the client's memory and given back", async () => {
  const region = newRegion();
  const speaker = new Speaker(newCache(region));
  const budget = new MemoryBudget(region, 1, 256 * 1024);
  speaker.session.account = budget.open({ giveUp() {} }, 256 * 1024);
  const none =
    "-OOM too much memory is in use for clients, nothing has changed, try again or see --body-memory";
  const set = `SET k ${"x".repeat(1000)}`;
  for (const end of ["DISCARD", "EXEC", "RESET"]) {
    await speaker.say("WATCH a b c");
    await speaker.say("MULTI");
    let queuedCount = 0;
    let mostBytes = 0;
    let answer = await speaker.say(set);
    for (; answer === "+QUEUED"; answer = await speaker.say(set)) {
      queuedCount++;
      mostBytes = budget.takenBytes;
    }
    assert(queuedCount > 150 && queuedCount < 260, `${queuedCount} were queued`);
    assert(mostBytes > 128 * 1024);
    assertEquals(answer, none);
    // None of it will run, so none of it is kept, like what is queued from here on.
    assertEquals(await speaker.say(set), "+QUEUED");
    assert(budget.takenBytes < 1024, `${budget.takenBytes} bytes`);
    const aborted = "-EXECABORT Transaction discarded because of previous errors.";
    const answers = { DISCARD: "+OK", EXEC: aborted, RESET: "+RESET" };
    assertEquals(await speaker.say(end), answers[end as keyof typeof answers]);
    assertEquals(budget.takenBytes, 0, end);
  }
  const keys = Array.from({ length: 999 }, (_, i) => `${"k".repeat(240)}${i}`).join(" ");
  assertEquals(await speaker.say(`WATCH ${keys}`), none);
  assertEquals(await speaker.say("WATCH a"), "+OK");
  assertEquals(await speaker.say("UNWATCH"), "+OK");
  assertEquals(budget.takenBytes, 0);
});

Deno.test("a queued command of many empty arguments counts with what they take", async () => {
  const speaker = new Speaker(newCache());
  const args = argsOf(...Array.from({ length: 30_000 }, () => ""));
  await speaker.say("MULTI");
  const { transaction } = speaker.session;
  let kept = 0;
  while (transaction!.enqueue(1, args) === "kept") kept++;
  assertEquals(kept, 8);
});

Deno.test("EXEC answers no more texts than one answer may hold", async () => {
  const speaker = new Speaker(newCache());
  await speaker.say("MULTI");
  const docs = `COMMAND DOCS ${"get ".repeat(150)}`;
  for (let i = 0; i < 900; i++) assertEquals(await speaker.say(docs), "+QUEUED");
  const answer = await speaker.say("EXEC");
  const refused = answer.split("-ERR ").length - 1;
  assert(refused > 10 && refused < 900, `${refused} were refused`);
  assert(answer.length < 20 * 2 ** 20);
});
