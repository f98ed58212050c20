// Streams in payloads and RDB files: what was written is read again, in pieces of any length; payloads of redis-server
// are read, and written again byte for byte; the commands that store a stream again do so; what is damaged is refused.

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { ByteInput, FormatError } from "../../../server/rdb/byte_input.ts";
import { RdbStream, READ_UNKNOWN } from "../../../server/rdb/rdb_stream.ts";
import { ByteSlot, RdbValues } from "../../../server/rdb/rdb_values.ts";
import { StreamParts } from "../../../server/rdb/stream_parts.ts";
import { hasRedis, RedisServer } from "../commands/redis_server.ts";
import { bytesOf, length, listpack, plain, time } from "../../client/transfer/rdb_writer.ts";
import { type ModelStream, readStream, visitParts, written } from "./stream_model.ts";

const encoder = new TextEncoder();
const MAX_ID = 2n ** 64n - 1n;

const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: 0n, max: MAX_ID }),
  fc.constant(MAX_ID),
);
const id = fc.tuple(number, number);
const text = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom("field", "12", "-5000", "x".repeat(300)).map((word) => encoder.encode(word)),
);
const names = fc.uniqueArray(text, { maxLength: 3, selector: (name) => name.toHex() });

function compareIds([ms, seq]: readonly bigint[], [otherMs, otherSeq]: readonly bigint[]): number {
  const difference = ms! === otherMs! ? seq! - otherSeq! : ms! - otherMs!;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const ids = (maxLength: number) =>
  fc.uniqueArray(id, { maxLength, selector: String }).map((all) => all.sort(compareIds));

const group = fc.record({
  name: text,
  last: id,
  read: fc.oneof(fc.constant(READ_UNKNOWN), fc.bigInt({ min: 0n, max: 1000n })),
  pending: ids(12).map((all) =>
    all.map((id, i) => ({ id, timeMs: 1_700_000_000_000 + i, deliveries: i % 3 * 100 }))
  ),
  consumers: names.map((all) => all.map((name) => ({ name, seenMs: 5, owned: [] }))),
}).map(({ consumers, pending, ...rest }) => {
  // Whose a pending entry is goes round.
  const owners = consumers.map((consumer, i) => ({
    ...consumer,
    owned: pending.filter((_, j) => j % consumers.length === i).map(({ id }) => id),
  }));
  return { ...rest, consumers: owners, pending: consumers.length === 0 ? [] : pending };
});

const stream: fc.Arbitrary<ModelStream> = fc.record({
  entries: fc.tuple(
    ids(250),
    fc.array(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), { minLength: 1 }),
  )
    .map(([all, fields]) =>
      all.filter((id) => compareIds(id, [0n, 0n]) > 0)
        .map((id, i) => ({ id, fields: fields[i % fields.length]!.flat() }))
    ),
  deleted: id,
  added: number,
  groups: fc.array(group, { maxLength: 3 }),
}).chain(({ entries, ...rest }) => {
  const last = entries.at(-1)?.id;
  return fc.record({
    ...{ entries: fc.constant(entries), deleted: fc.constant(rest.deleted) },
    ...{ added: fc.constant(rest.added), groups: fc.constant(rest.groups) },
    last: id.map((id) => last !== undefined && compareIds(id, last) < 0 ? last : id),
  });
});

Deno.test("RdbStream reads every stream that StreamWriter writes, in pieces of any length", () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 100 }), (model, step) => {
      const payload = written(model);
      assertEquals(readStream(payload), model);
      assertEquals(readStream(payload, step), model);
    }),
    { numRuns: 60, seed: 1914 },
  );
});

Deno.test("RdbStream refuses what is damaged, whichever byte it is, or reads something in its bounds", () => {
  const [model] = fc.sample(stream, { numRuns: 1, seed: 12 });
  const payload = written({ ...model!, entries: model!.entries.slice(0, 12) });
  for (let at = 1; at < payload.length - 10; at++) {
    for (const bits of [1, 0x80, 0xff]) {
      const damaged = payload.slice();
      damaged[at]! ^= bits;
      try {
        visitParts(damaged, ({ fields }) => assert(fields.length <= 1024 * 1024));
      } catch (error) {
        assert(error instanceof FormatError, String(error));
      }
    }
    assertThrows(() => readStream(payload.subarray(0, at + 9)), FormatError);
  }
});

/** A node of two entries, the second of them deleted, as versions before 7.0 have written it. */
const OLD = bytesOf(
  15,
  length(1),
  plain(bytesOf(0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1)),
  plain(listpack(
    ...["1", "1", "1", "f", "0"],
    ...["2", "0", "0", "v", "4"],
    ...["1", "1", "-1", "1", "g", "w", "6"],
  )),
  ...[length(1), length(7), length(3)],
  ...[length(3), plain("before"), length(0), length(1), length(0), length(0)],
  ...[plain("first"), length(5), length(1), length(1)],
  ...[new Uint8Array(16).fill(7), time(99), length(4)],
  ...[length(1), plain("c"), time(98), length(1), new Uint8Array(16).fill(7)],
  ...[plain("last"), length(7), length(3), length(0), length(0)],
  new Uint8Array(10),
);

Deno.test("RdbStream takes streams of Redis before 7.0: what was not counted then is told from what is there", () => {
  const { entries, groups, ...counts } = readStream(OLD);
  assertEquals(entries, [{ id: [5n, 1n], fields: [encoder.encode("f"), encoder.encode("v")] }]);
  assertEquals(counts, { last: [7n, 3n], deleted: [0n, 0n], added: 1n });
  assertEquals(groups.map(({ read }) => read), [0n, 1n, 1n]);
  assertEquals(groups[1]!.pending.length, 1);
  assertEquals(groups[1]!.consumers[0]!.owned.length, 1);
});

/** Commands that make a stream under the key s, in random turns. */
function* history(seed: number): Generator<string> {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const fields = ["a 1", "a xyz", "b -70000 c 5", `long ${"y".repeat(700)}`, "a 1 b 2", "A 1"];
  let [ms, seq] = [5, 0];
  for (let i = 0; i < 350; i++) {
    if (random(4) === 0) [ms, seq] = [ms + 1 + random(1000), random(100_000)];
    yield `XADD s ${ms}-${++seq} ${fields[random(seed % 2 === 0 ? 2 : fields.length)]}`;
  }
  yield "XGROUP CREATE s g 0";
  yield `XGROUP CREATE s other ${ms}-${seq} ENTRIESREAD 7`;
  yield "XGROUP CREATE s nobody $";
  yield "XREADGROUP GROUP g one COUNT 9 STREAMS s >";
  yield "XREADGROUP GROUP g two COUNT 100 STREAMS s >";
  yield "XREADGROUP GROUP g one COUNT 5 STREAMS s 0";
  yield "XGROUP CREATECONSUMER s other idle";
}

/**
 * A payload whose nodes are not packed. How Redis packs a string depends on those before: it does not clear the table
 * in which it notes what it has seen.
 */
function unpacked(payload: Uint8Array<ArrayBuffer>): Uint8Array {
  const input = ByteInput.over(payload, payload.length - 10);
  input.at = 1;
  const values = new RdbValues(input);
  const slot = new ByteSlot();
  const nodes: Uint8Array[] = [];
  for (let left = 2 * values.length().next().value!; left > 0; left--) {
    values.string(slot, payload.length * 100).next();
    nodes.push(slot.bytes.slice(0, slot.length));
  }
  return bytesOf(payload[0]!, ...nodes, payload.subarray(input.at, input.end));
}

/** What a redis-server answers to DUMP, alone. */
async function dumpOf(redis: RedisServer, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const { value } = await redis.exchange(
    [encoder.encode("DUMP"), encoder.encode(key)],
    (bytes, at) => {
      const line = bytes.indexOf(10, at);
      const size = line < 0
        ? NaN
        : Number(new TextDecoder().decode(bytes.subarray(at + 1, line - 1)));
      const end = line + 1 + size + 2;
      return end <= bytes.length ? { value: bytes.slice(line + 1, line + 1 + size), end } : null;
    },
  );
  return value;
}

const redisIsThere = await hasRedis();

Deno.test({
  name: `A payload of redis-server is written again byte for byte, but for how nodes are packed${
    redisIsThere ? "" : " (skipped: no redis-server)"
  }`,
  ignore: !redisIsThere,
  async fn() {
    await using redis = await RedisServer.start();
    for (const seed of [2, 3, 5, 8]) {
      await redis.say("FLUSHALL");
      for (const line of history(seed)) await redis.say(line);
      const payload = await dumpOf(redis, "s");
      const [theirs, ours] = [payload, written(readStream(payload))].map(unpacked);
      const place = theirs!.findIndex((byte, i) => byte !== ours![i]);
      assertEquals([place, ours!.length], [-1, theirs!.length], `seed ${seed}`);
    }
  },
});

Deno.test({
  name: `StreamParts writes the commands that store a stream again${
    redisIsThere ? "" : " (skipped: no redis-server)"
  }`,
  ignore: !redisIsThere,
  async fn() {
    await using redis = await RedisServer.start();
    const key = encoder.encode("copy");
    for (const [seed, ...more] of [[3], [4, "XTRIM s MAXLEN 0"], [6, "XDEL s 5-1 5-2"]] as const) {
      await redis.say("FLUSHALL");
      for (const line of [...history(seed), ...more]) await redis.say(line);
      const parts = new StreamParts();
      parts.commands.begin(key, 0, key.length, 0);
      visitParts(await dumpOf(redis, "s"), (stream: RdbStream) => parts.add(stream));
      assert(parts.end());
      for (const command of parts.commands.commands) {
        const { answer } = await redis.exchange(wordsOfCommand(command), (bytes, at) => {
          return bytes.at(-1) === 10
            ? { answer: String.fromCharCode(bytes[at]!), end: bytes.length }
            : null;
        });
        assert(answer !== "-", new TextDecoder().decode(command));
      }
      const [made, copied] = [
        await redis.say("XINFO STREAM s FULL COUNT 0"),
        await redis.say("XINFO STREAM copy FULL COUNT 0"),
      ];
      const told = (text: string) =>
        text.replace(/"seen-time", :\d+/g, "").replace(/"radix-tree-\w+", :\d+/g, "");
      // What is pending and deleted cannot be claimed.
      if (more.length === 0) assertEquals(told(copied), told(made));
      else assertEquals(told(copied).split('"groups"')[0], told(made).split('"groups"')[0]);
    }
  },
});

/** The words of an encoded command. */
function wordsOfCommand(command: Uint8Array): Uint8Array[] {
  const words: Uint8Array[] = [];
  let at = command.indexOf(10) + 1;
  while (at < command.length) {
    const line = command.indexOf(10, at);
    const size = Number(new TextDecoder().decode(command.subarray(at + 1, line - 1)));
    words.push(command.subarray(line + 1, line + 1 + size));
    at = line + 1 + size + 2;
  }
  return words;
}
