// Which uses of keys are counted and told: by whatever way a command comes to its keys, and with what becomes of them.

import { assertEquals } from "@std/assert";
import type { Shard } from "../../../cache/mod.ts";
import {
  type HotCounter,
  KeySamples,
  mixedHash,
  type SampledCommand,
  type SampleListener,
} from "../../../server/contract/keys/key_samples.ts";
import { CollectedReply } from "../../../server/codecs/collected_reply.ts";
import { execute } from "../../../server/commands/execute.ts";
import { GET, GET_AGAIN, GETMETA, GETMETA_AGAIN } from "../../../server/commands/table.ts";
import { argsOf, newCache } from "../fixture.ts";
import { Speaker } from "./speaker.ts";

/** Notes each key that is counted, and lets `gap` others pass before the next. */
class Noting implements HotCounter, SampleListener {
  readonly counted: string[] = [];
  readonly told: string[] = [];
  gap = 0;

  count(
    _: number,
    database: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    isWrite: boolean,
  ) {
    const key = new TextDecoder().decode(bytes.subarray(start, start + length));
    this.counted.push(`${isWrite ? "w" : "r"}${database}:${key}`);
    return this.gap;
  }

  usesOf(): number {
    return 0;
  }

  usedLocked(_: number, shard: Shard, address: number, { name, isWrite }: SampledCommand) {
    const bytes = address === 0 ? "gone" : shard.valueBytesLocked(address);
    this.told.push(`${name} ${isWrite ? "w" : "r"} ${bytes}`);
  }

  readUnlocked() {
    this.told.push("unlocked");
  }

  /** What was counted and told since the last call. */
  take(): [counted: string, told: string] {
    return [this.counted.splice(0).join(" "), this.told.splice(0).join(", ")];
  }
}

function noted() {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const noting = new Noting();
  const { samples } = speaker.context;
  samples.hot = noting;
  samples.listen(noting, 1);
  return { cache, speaker, noting, samples };
}

Deno.test("commands tell of their keys, by whatever way they come to them, and what became of those", async () => {
  const { cache, speaker, noting } = noted();
  const table: readonly (readonly [line: string, counted: string, told: string])[] = [
    ["GET k", "r0:k", "GET r gone"],
    ["SET k one", "w0:k", "SET w 3"],
    ["GET k", "r0:k", "GET r 3"],
    ["OBJECT ENCODING k", "r0:k", "OBJECT r 3"],
    ["MGET k no k", "r0:k r0:no r0:k", "MGET r 3, MGET r gone, MGET r 3"],
    ["MSET a 1 b 22", "w0:a w0:b", "MSET w 1, MSET w 2"],
    ["DEL a", "w0:a", "DEL w gone"],
    ["RENAME b c", "w0:b w0:c", "RENAME w gone, RENAME w 2"],
    ["COPY c c DB 3", "w0:c w3:c", "COPY w 2, COPY w 2"],
    ["MOVE k 4", "w0:k w4:k", "MOVE w gone, MOVE w 3"],
    ["PING", "", ""],
    ["MULTI", "", ""],
    ["SET k exec", "", ""],
    ["MGET c k", "", ""],
    ["EXEC", "w0:k r0:c r0:k", "SET w 4, MGET r 2, MGET r 4"],
    ["SELECT 3", "", ""],
    ["GET c", "r3:c", "GET r 2"],
    ["EVAL return\\x20redis.call('SET',KEYS[1],'lua') 1 k", "w3:k", "SET w 3"],
    ["PEXPIRE k -1", "w3:k", "PEXPIRE w gone"],
    ["MULTI", "", ""],
    ["EVAL return\\x20redis.call('SET',KEYS[1],'lua')\\x20 1 k", "", ""],
    ["EXEC", "w3:k", "SET w 3"],
    ["PEXPIRE k -1", "w3:k", "PEXPIRE w gone"],
    ["SELECT 0", "", ""],
  ];
  for (const [line, counted, told] of table) {
    await speaker.say(line);
    assertEquals(noting.take(), [counted, told], line);
  }
  await speaker.say("GET k");
  for (let i = 0; i < 3; i++) await speaker.say("GET k");
  noting.take();
  const key = new TextEncoder().encode("k");
  for (let i = 0; i < 20; i++) cache.hotReads.noteTaken(cache.hash(key, 0, 1));
  assertEquals(await speaker.say("GET k"), '"exec"');
  assertEquals(noting.take(), ["r0:k", "unlocked"], "without its lock");
});

Deno.test("KeySamples count one key in so many, within commands and over them", async () => {
  const { speaker, noting } = noted();
  noting.gap = 2;
  for (const line of ["MGET a b c d", "GET e", "GET f", "GET g", "MGET h i j", "MGET k l m"]) {
    await speaker.say(line);
  }
  assertEquals(noting.take()[0], "r0:a r0:d r0:g r0:j r0:m");
});

Deno.test("KeySamples tell of as many keys as they are asked for, in each shard, and of the same ones always", () => {
  const samples = new KeySamples();
  const keys = 200_000;
  const cache = newCache();
  const key = new TextEncoder();
  const hashes = Array.from(
    { length: keys },
    (_, i) => cache.hash(key.encode(`key:${i}`), 0, `key:${i}`.length),
  );
  assertEquals(hashes.some((hash) => samples.has(hash)), false, "nobody listens");
  samples.listen(new Noting(), 0.005);
  const byShard = new Array<number>(8).fill(0);
  for (const hash of hashes) if (samples.has(hash)) byShard[hash & 7]!++;
  for (const count of byShard) assertEquals(Math.abs(count - 125) < 45, true, `${byShard}`);
  samples.listen(new Noting(), 1);
  assertEquals(hashes.every((hash) => samples.has(hash)), true);
  assertEquals(mixedHash(hashes[0]!), mixedHash(hashes[0]!) | 0);
});

Deno.test("KeySamples count a large value once that HTTP reads in two tries", () => {
  const { speaker: { context }, noting } = noted();
  const reply = new CollectedReply();
  for (const command of [GET, GET_AGAIN, GETMETA, GETMETA_AGAIN, GET]) {
    reply.reset();
    execute(context, command, argsOf("k"), reply);
  }
  assertEquals(noting.take()[0], "r0:k r0:k r0:k");
});

Deno.test("KeySamples with nobody who counts let keys pass", () => {
  const samples = new KeySamples();
  samples.left = -1;
  const work = {
    hashes: new Int32Array(1),
    keyIndexes: new Int32Array(1),
    keyCount: 1,
    session: { database: 0 },
    cache: newCache(),
  };
  samples.countHot(work, GET, argsOf("k"));
  assertEquals(samples.left > 1e9, true);
});
