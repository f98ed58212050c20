/**
 * Bloom filters beside what the tests of RedisBloom say of the same items, their rate of false positives, their
 * dumps, and that a large one is changed in place.
 */

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { type Answer, readFrom } from "../differential/answer.ts";
import { Speaker } from "../speaker.ts";

const encoder = new TextEncoder();

/** A client of a new cache of 64 MiB. */
function client(
  cache: ServerCache = newCache(newRegion(64 * 2 ** 20)),
  protocol: 2 | 3 = 2,
): Client {
  return new Client(cache, protocol);
}

class Client {
  readonly #speaker: Speaker;

  constructor(readonly cache: ServerCache, protocol: 2 | 3) {
    this.#speaker = new Speaker(cache, undefined, true, protocol);
  }

  say(line: string): Promise<string> {
    return this.#speaker.say(line);
  }

  async ask(...words: (string | Uint8Array)[]): Promise<Answer> {
    await this.#speaker.runWords(
      words.map((word) => typeof word === "string" ? encoder.encode(word) : word),
    );
    return this.#speaker.answerAs(readFrom).answer;
  }

  /** The number that answers this. */
  async number(line: string): Promise<number> {
    return Number((await this.ask(...line.split(" "))).text);
  }

  /** A fact of BF.INFO. */
  async fact(key: string, name: string): Promise<number> {
    return Number((await this.ask("BF.INFO", key, name)).items[0]!.text);
  }

  check(): void {
    for (const { memory } of this.cache.shards) checkShardLocked(memory);
  }
}

Deno.test("BF.ADD sets the bits that RedisBloom sets: as many items seem to be there already", async () => {
  const known: [reserve: string, adds: number, items: number, filters: number, size?: number][] = [
    ["0.01 10", 100, 99, 4],
    ["0.001 100", 4000, 3997, 6],
    ["0.01 4 EXPANSION 1", 100, 92, 23],
    ["0.01 4 EXPANSION 2", 100, 96, 5],
    ["0.01 4 EXPANSION 4", 100, 97, 4],
  ];
  const redis = client();
  for (const [i, [reserve, adds, items, filters]] of known.entries()) {
    assertEquals(await redis.say(`BF.RESERVE f${i} ${reserve}`), "+OK");
    for (let n = 0; n < adds; n++) await redis.say(`BF.ADD f${i} ${n}`);
    assertEquals([await redis.fact(`f${i}`, "ITEMS"), await redis.fact(`f${i}`, "FILTERS")], [
      items,
      filters,
    ]);
    for (let n = 0; n < adds; n++) assertEquals(await redis.number(`BF.EXISTS f${i} ${n}`), 1);
  }
  redis.check();
});

Deno.test("BF.EXISTS is wrong no more often than was asked for, also when filters were added", async () => {
  const redis = client();
  for (const [capacity, items] of [[10_000, 10_000], [500, 10_000]]) {
    for (const rate of [0.1, 0.01, 0.001]) {
      const key = `${capacity}:${rate}`;
      await redis.say(`BF.RESERVE ${key} ${rate} ${capacity}`);
      const words = Array.from({ length: items! }, (_, i) => `item:${i}`);
      for (let i = 0; i < items!; i += 500) {
        await redis.ask("BF.MADD", key, ...words.slice(i, i + 500));
      }
      let wrong = 0;
      const asked = 20_000;
      for (let i = 0; i < asked; i += 500) {
        const others = Array.from({ length: 500 }, (_, j) => `other:${i + j}`);
        const answers = await redis.ask("BF.MEXISTS", key, ...others);
        wrong += answers.items.filter(({ text }) => text === "1").length;
      }
      // Four deviations of a sample of this size above the rate.
      const most = rate + 4 * Math.sqrt(rate / asked);
      assert(wrong / asked <= most, `${key}: ${wrong / asked}`);
    }
  }
  redis.check();
});

Deno.test("BF.LOADCHUNK makes of what BF.SCANDUMP gives the same filter, in few pieces or many", async () => {
  const from = client();
  const to = client();
  await from.say("BF.RESERVE small 0.01 10");
  await from.say("BF.RESERVE large 0.001 1000000");
  for (let i = 0; i < 300; i++) {
    await from.say(`BF.ADD small ${i}`);
    await from.say(`BF.ADD large ${i}`);
  }
  for (const key of ["small", "large"]) {
    let pieces = 0;
    for (let iterator = "0";;) {
      const [next, data] = (await from.ask("BF.SCANDUMP", key, iterator)).items;
      iterator = next!.text;
      if (iterator === "0") break;
      const bytes = Uint8Array.from(data!.text, (char) => char.charCodeAt(0));
      assertEquals((await to.ask("BF.LOADCHUNK", key, iterator, bytes)).text, "OK");
      pieces++;
    }
    assertEquals(pieces, key === "small" ? 6 : 3);
    assertEquals(await to.say(`BF.INFO ${key}`), await from.say(`BF.INFO ${key}`));
    for (let i = 0; i < 300; i++) assertEquals(await to.number(`BF.EXISTS ${key} ${i}`), 1);
    for (let i = 0; i < 300; i++) {
      const [line, other] = [`BF.EXISTS ${key} x${i}`, `BF.ADD ${key} x${i}`];
      assertEquals(await to.number(line), await from.number(line));
      assertEquals(await to.number(other), await from.number(other));
    }
  }
  to.check();
});

Deno.test("BF.LOADCHUNK refuses every header of which a byte was changed to what cannot be", async () => {
  const redis = client();
  await redis.say("BF.RESERVE f 0.01 10");
  await redis.say("BF.ADD f a");
  const header = (await redis.ask("BF.SCANDUMP", "f", "0")).items[1]!;
  const bytes = Uint8Array.from(header.text, (char) => char.charCodeAt(0));
  assertEquals(bytes.length, 20 + 53);
  const refused: [at: number, byte: number, why: string][] = [
    [0, 2, "items that no filter has"],
    [8, 2, "more filters than follow"],
    [8, 0, "no filter"],
    [12, 16, "an option that there is not"],
    [20, 1, "bytes that are not those of the bits"],
    [28, 1, "bits that are not whole words"],
    [23, 255, "more bits than there is memory"],
    [44 + 7, 0x7f, "an error rate above 1"],
    [60, 200, "hashes that are not those of the rate"],
    [72, 40, "a power above the bits"],
  ];
  for (const [at, byte, why] of refused) {
    const answer = await redis.ask("BF.LOADCHUNK", "g", "1", bytes.with(at, byte));
    assertEquals(answer, { kind: "-", text: "ERR received bad data", items: [] }, why);
  }
  for (let length = 0; length < bytes.length; length++) {
    const answer = await redis.ask("BF.LOADCHUNK", "g", "1", bytes.subarray(0, length));
    assertEquals(answer.text, "ERR received bad data");
  }
  assertEquals((await redis.ask("BF.LOADCHUNK", "g", "1", bytes)).text, "OK");
});

Deno.test("Over version 3 of the protocol BF answers yes and no, and BF.INFO a map", async () => {
  const redis = client(undefined, 3);
  const answers = ["BF.ADD f a", "BF.EXISTS f b", "BF.CARD f"].map((line) => line.split(" "));
  const found: string[] = [];
  for (const words of answers) found.push(show(await redis.ask(...words)));
  found.push(show(await redis.ask("BF.MADD", "f", "a", "b")));
  found.push(show(await redis.ask("BF.INFO", "f", "ITEMS")));
  assertEquals(found, ["#t", "#f", ":1", "*[#f #t]", "%[+Number of items inserted :2]"]);
});

function show({ items, kind, text }: Answer): string {
  return items.length === 0 ? kind + text : `${kind}[${items.map(show).join(" ")}]`;
}

Deno.test("BF.MADD refuses what would hold the lock too long, and names the limit", async () => {
  const redis = client();
  await redis.say("BF.RESERVE deep 1e-300 10");
  const items = Array.from({ length: 200 }, (_, i) => `${i}`);
  const refused = await redis.ask("BF.MADD", "deep", ...items);
  assert(refused.text.startsWith("ERR too many items at once, nothing has changed"), refused.text);
  assertEquals(await redis.number("BF.CARD deep"), 0);
  assertEquals((await redis.ask("BF.MADD", "deep", ...items.slice(0, 15))).items.length, 15);
});
