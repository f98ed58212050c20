// DUMP and RESTORE: byte for byte as redis-server 7.0.15 writes small values, payloads of other versions, and
// what is damaged refused without a change. Where there is a redis-server, payloads go both ways.

import { assert, assertEquals } from "@std/assert";
import { type Cache, checkShardLocked } from "../../../../cache/mod.ts";
import { CollectedReply } from "../../../../server/codecs/collected_reply.ts";
import { execute } from "../../../../server/commands/execute.ts";
import { commandOf } from "../../../../server/commands/table.ts";
import { Crc64 } from "../../../../server/rdb/crc64.ts";
import {
  bytesOf,
  int8,
  length,
  packed,
  type Part,
  plain,
  time,
} from "../../../client/transfer/rdb_writer.ts";
import { argsOf, contextOf, newCache, NOW_MS } from "../../fixture.ts";
import { wordsOf } from "../notation.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

/** Values that Redis keeps compact, and their payloads as redis-server 7.0.15 has written them. */
const WRITTEN: readonly (readonly [line: string, payload: string])[] = [
  ["SET k -300", "00c1d4fe0a00c6c48623febede2e"],
  ["SET k 12345678901", "000b31323334353637383930310a00304e52d727176510"],
  [`SET k ${"abc".repeat(20)}`, "00c30b3c0361626361e02d020162630a006f6029e4afd764ac"],
  ["RPUSH k a -5 70000", "12010212120000000300816102dffb02f270110104ff0a00a0931f46b1dbdb30"],
  ["SADD k 3 1 70000", "0b1404000000030000000100000003000000701101000a00499340ed54ef4afa"],
  ["SADD k a", "020101610a006296e97e44d21a6d"],
  ["HSET k f v", "100d0d0000000200816602817602ff0a0020f13d442354089d"],
  [
    "ZADD k 0.1 a 2 b",
    "11c31b240d24000000040081610293302e3130e005000731148162020201ff0a00ef7fb5d10ee3db1b",
  ],
  [
    "XADD k 1700000000000-1 field value other 12",
    "1301100000018bcfe5680000000000000000012e2e0000000c00010100010201856669656c6406856f746865720600010201" +
    "000100018576616c7565060c010501ff01810000018bcfe5680001810000018bcfe5680001000001000a00a65eb235758605" +
    "1d",
  ],
];
const CHECKSUM_BYTES = 8;

/** A payload with its version and checksum. */
function payloadOf(version: number, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  return summed(bytesOf(...parts, version, 0));
}

function summed(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const sum = new Crc64();
  sum.add(body, 0, body.length);
  return bytesOf(body, sum.bytes());
}

/** The payload of a key. */
function dumpOf(cache: Cache, key: string): Uint8Array {
  const reply = new CollectedReply();
  execute(contextOf(cache), commandOf("DUMP"), argsOf(key), reply);
  const start = reply.starts[0]!;
  return reply.bytes.slice(start, start + reply.lengths[0]!);
}

/** Bytes as a word of a line. */
function word(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function checkAll(cache: Cache): void {
  const work = {
    runLocked() {
      for (const { memory } of cache.shards) checkShardLocked(memory);
    },
  };
  assert(cache.withAllShards(work));
}

Deno.test("DUMP writes small values byte for byte as Redis 7.0, and RESTORE takes them", async () => {
  for (const [line, payload] of WRITTEN) {
    const cache = newCache();
    const speaker = new Speaker(cache);
    await speaker.say(line);
    assertEquals(dumpOf(cache, "k").toHex(), payload, line);
    assertEquals(await speaker.say(`RESTORE r 0 ${word(Uint8Array.fromHex(payload))}`), "+OK");
    assertEquals(dumpOf(cache, "r").toHex(), payload, line);
  }
});

/** Hashes with fields that expire, as Redis 7.4 writes them, and before. */
const WITH_TIMES: Part = [
  ...[24, time(NOW_MS + 5000), length(2)],
  ...[length(1), plain("f"), plain("v"), length(2), plain("g"), plain("w")],
];
const WITH_OLD_TIMES: Part = [
  ...[22, length(2), length(NOW_MS + 5000, 64), plain("f"), plain("v")],
  ...[length(NOW_MS + 5001, 64), plain("g"), plain("w")],
];

/** Payloads of types that Redis 7.0 reads or its successors write, and what is in them. */
const OTHERS: readonly (readonly [parts: Part, line: string, answer: string])[] = [
  [[1, length(2), plain("a"), int8(5)], "LRANGE k 0 -1", '["a", "5"]'],
  [
    [2, length(2, 32), plain("a", 64), packed("x", 30)],
    "SORT k ALPHA",
    `["a", "${"x".repeat(30)}"]`,
  ],
  [
    [3, length(2), plain("a"), 255, plain("b"), 3, "1.5"],
    "ZRANGE k 0 -1 WITHSCORES",
    '["a", "-inf", "b", "1.5"]',
  ],
  [[4, length(1), plain("f"), plain("v")], "HGETALL k", '["f", "v"]'],
  [[9, plain(bytesOf(1, 1, "f", 1, 0, "v", 255))], "HGETALL k", '["f", "v"]'],
  [
    [20, plain(bytesOf(11, 0, 0, 0, 2, 0, 1, 1, 0x81, "a", 2, 255).with(0, 12))],
    "SORT k ALPHA",
    '["1", "a"]',
  ],
  [WITH_OLD_TIMES, "HGETALL k", '["f", "v", "g", "w"]'],
  [WITH_TIMES, "HGETALL k", '["f", "v", "g", "w"]'],
];

Deno.test("RESTORE takes payloads in the encodings of other versions", async () => {
  for (const [parts, line, answer] of OTHERS) {
    const speaker = new Speaker(newCache());
    const payload = payloadOf(12, parts);
    assertEquals(await speaker.say(`RESTORE k 0 ${word(payload)}`), "+OK", line);
    assertEquals(await speaker.say(line), answer);
  }
});

Deno.test("DUMP and RESTORE keep the deadlines of fields", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  for (const parts of [WITH_OLD_TIMES, WITH_TIMES]) {
    const payload = payloadOf(12, parts);
    assertEquals(await speaker.say(`RESTORE k 0 ${word(payload)} REPLACE`), "+OK");
    assertEquals(dumpOf(cache, "k").toHex(), payloadOf(12, WITH_TIMES).toHex());
  }
});

Deno.test("RESTORE refuses what Redis refuses, and changes nothing", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const good = word(payloadOf(10, 0, plain("v")));
  const bad = "-ERR DUMP payload version or checksum are wrong";
  const damaged = "-ERR Bad data format";
  const lines: readonly (readonly [line: string, answer: string])[] = [
    ["SET k old", "+OK"],
    [`RESTORE k 0 ${good}`, "-BUSYKEY Target key name already exists."],
    [`RESTORE k x ${good} REPLACE`, "-ERR value is not an integer or out of range"],
    [`RESTORE k -1 ${good} REPLACE`, "-ERR Invalid TTL value, must be >= 0"],
    [`RESTORE k 0 ${good} FOO`, "-ERR syntax error"],
    [`RESTORE k 0 ${good} IDLETIME`, "-ERR syntax error"],
    [`RESTORE k 0 ${good} IDLETIME -1`, "-ERR Invalid IDLETIME value, must be >= 0"],
    [`RESTORE k 0 ${good} IDLETIME 1 FREQ 1`, "-ERR syntax error"],
    [`RESTORE k 0 ${good} FREQ 256`, "-ERR Invalid FREQ value, must be >= 0 and <= 255"],
    ["RESTORE k 0 short REPLACE", bad],
    [`RESTORE k 0 ${word(payloadOf(10, 0, plain("v")).with(1, 9))} REPLACE`, bad],
    [`RESTORE k 0 ${word(payloadOf(13, 0, plain("v")))} REPLACE`, bad],
    [`RESTORE k 0 ${word(payloadOf(10, 0, 9, "v"))} REPLACE`, damaged],
    [`RESTORE k 0 ${word(payloadOf(10, 6, plain("v")))} REPLACE`, damaged],
    [`RESTORE k 0 ${word(payloadOf(10, 2, length(0)))} REPLACE`, damaged],
    [
      `RESTORE k 0 ${
        word(payloadOf(10, 5, length(1), plain("a"), new Uint8Array(8).fill(255)))
      } REPLACE`,
      damaged,
    ],
    ["GET k", '"old"'],
    [`RESTORE k 5000 ${good} REPLACE`, "+OK"],
    ["GET k", '"v"'],
    ["PTTL k", ":5000"],
    [`RESTORE k ${NOW_MS + 7000} ${good} REPLACE ABSTTL IDLETIME 5`, "+OK"],
    ["PTTL k", ":7000"],
    [`RESTORE k 1 ${good} REPLACE ABSTTL FREQ 5`, "+OK"],
    ["EXISTS k", ":0"],
    [`RESTORE l 5000 ${word(payloadOf(10, 1, length(1), plain("a")))}`, "+OK"],
    ["PTTL l", ":5000"],
    ["DUMP nokey", "nil"],
  ];
  for (const [line, answer] of lines) assertEquals(await speaker.say(line), answer, line);
});

Deno.test("RESTORE takes or refuses a payload with any byte changed, and the shards stay whole", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  const payloads = [
    ...WRITTEN.map(([, hex]) => Uint8Array.fromHex(hex).slice(0, -CHECKSUM_BYTES)),
    ...OTHERS.map(([parts]) => bytesOf(parts, 12, 0)),
  ];
  for (const body of payloads) {
    for (let at = 0; at < body.length - 2; at++) {
      for (const flip of [1, 0x80, 0xff, 0x10]) {
        const damaged = summed(body.with(at, body[at]! ^ flip));
        const answer = await speaker.say(`RESTORE k 0 ${word(damaged)} REPLACE`);
        assert(["+OK", "-ERR Bad data format"].includes(answer), answer);
      }
    }
  }
  checkAll(cache);
});

/** Values of all types, small and large. */
function values(): string[] {
  const numbers = Array.from({ length: 700 }, (_, i) => `${i * 7919 % 1000}-${i}`);
  return [
    "SET a hello",
    "SET b 2147483648",
    `SET c ${"x".repeat(5000)}`,
    `RPUSH d 1 a -5 4095 -4096 4096 -8388608 2147483648 99999999999999999999 ${"z".repeat(5000)}`,
    `RPUSH e ${numbers.join(" ")}`,
    "SADD f 1 -70000 9223372036854775807",
    `SADD g ${numbers.join(" ")}`,
    `HSET h a 1 b ${"v".repeat(64)}`,
    `HSET i ${numbers.flatMap((number) => [number, number]).join(" ")}`,
    "ZADD j 1 a 2.5 b -inf c inf d 1e20 e 0.1 f",
    `ZADD k ${numbers.flatMap((number, i) => [i / 3, number]).join(" ")}`,
  ];
}

/** The bytes of a bulk string, once it is there. */
function bulkOf(bytes: Uint8Array): { value: Uint8Array; end: number } | null {
  const head = /^\$(\d+)\r\n/.exec(String.fromCharCode(...bytes.subarray(0, 20)));
  if (head === null) return null;
  const start = head[0].length;
  const end = start + Number(head[1]) + 2;
  return end > bytes.length ? null : { value: bytes.slice(start, end - 2), end };
}

/** What is under a key, in an order that two servers share. */
const CONTENTS: Readonly<Record<string, (key: string) => string>> = {
  "+string": (key) => `GET ${key}`,
  "+list": (key) => `LRANGE ${key} 0 -1`,
  "+set": (key) => `SORT ${key} ALPHA`,
  "+hash": (key) => `HGETALL ${key}`,
  "+zset": (key) => `ZRANGE ${key} 0 -1 WITHSCORES`,
};

function inOrder(answer: string, type: string): string {
  return type === "+hash" ? (answer.match(/"[^"]*", "[^"]*"/g) ?? []).sort().join() : answer;
}

Deno.test({
  name: "payloads go to redis-server and come from there, and mean the same",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    const cache = newCache();
    const speaker = new Speaker(cache);
    for (const line of values()) {
      assertEquals(await speaker.say(line), await redis.say(line), line.slice(0, 40));
      const key = line.split(" ")[1]!;
      const { value: theirs } = await redis.exchange(wordsOf(`DUMP ${key}`), bulkOf);
      assertEquals(await redis.say(`RESTORE from:${key} 0 ${word(dumpOf(cache, key))}`), "+OK");
      assertEquals(await speaker.say(`RESTORE from:${key} 0 ${word(theirs)}`), "+OK");
      const type = await redis.say(`TYPE ${key}`);
      const all = [];
      for (const each of [key, `from:${key}`]) {
        const question = CONTENTS[type]!(each);
        for (const one of [speaker, redis]) {
          assertEquals(await one.say(`TYPE ${each}`), type);
          all.push(inOrder(await one.say(question), type));
        }
        const encoding = `OBJECT ENCODING ${each}`;
        assertEquals(await speaker.say(encoding), await redis.say(encoding), key);
      }
      assertEquals(new Set(all).size, 1, key);
    }
  },
});
