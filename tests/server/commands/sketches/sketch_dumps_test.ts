/**
 * Bloom filters and Count-Min sketches as DUMP writes them and RESTORE reads them, in the form of RedisBloom, and in
 * exports.
 */

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import { ExportWalk } from "../../../../server/contract/export/export_walk.ts";
import { Crc64 } from "../../../../server/rdb/crc64.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { importedInto } from "../../http/transfer/import_all.ts";
import { type Answer, bytesOf, readFrom } from "../differential/answer.ts";
import { Speaker } from "../speaker.ts";

const encoder = new TextEncoder();

async function ask(speaker: Speaker, ...words: (string | Uint8Array)[]): Promise<Answer> {
  await speaker.runWords(
    words.map((word) => typeof word === "string" ? encoder.encode(word) : word),
  );
  return speaker.answerAs(readFrom).answer;
}

/** A cache with small sketches and large ones. */
async function filled(): Promise<Speaker> {
  const speaker = new Speaker(newCache(newRegion(64 * 2 ** 20)));
  await speaker.say("BF.RESERVE small 0.01 10 EXPANSION 3");
  await speaker.say("BF.RESERVE large 0.001 200000 NONSCALING");
  await speaker.say("CMS.INITBYDIM few 20 3");
  await speaker.say("CMS.INITBYDIM many 20000 7");
  for (let i = 0; i < 200; i++) {
    for (const key of ["small", "large"]) await speaker.say(`BF.ADD ${key} ${i}`);
    for (const key of ["few", "many"]) await speaker.say(`CMS.INCRBY ${key} ${i} ${i + 1}`);
  }
  await speaker.say("CMS.INCRBY many huge 9223372036854775807");
  return speaker;
}

const KEYS = ["small", "large", "few", "many"] as const;

/** Whether a client of another cache finds the same sketches there. */
async function assertSame(speaker: Speaker, other: Speaker): Promise<void> {
  for (const key of KEYS) {
    const isBloom = key === "small" || key === "large";
    const lines = [isBloom ? `BF.INFO ${key}` : `CMS.INFO ${key}`];
    for (let i = 0; i < 400; i++) lines.push(`${isBloom ? "BF.EXISTS" : "CMS.QUERY"} ${key} ${i}`);
    for (const line of lines) assertEquals(await other.say(line), await speaker.say(line), line);
    assertEquals(await other.say(`TYPE ${key}`), await speaker.say(`TYPE ${key}`));
  }
  assertEquals(await other.say("BF.ADD small new"), await speaker.say("BF.ADD small new"));
  for (const { memory } of other.context.cache.shards) checkShardLocked(memory);
}

Deno.test("RESTORE makes of what DUMP gives the same sketch, with its deadline", async () => {
  const speaker = await filled();
  const other = new Speaker(newCache(newRegion(64 * 2 ** 20)));
  for (const key of KEYS) {
    const payload = bytesOf((await ask(speaker, "DUMP", key)).text);
    assertEquals((await ask(other, "RESTORE", key, "60000", payload)).text, "OK");
    assertEquals(await other.say(`PTTL ${key}`), ":60000");
    assert((await ask(other, "RESTORE", key, "0", payload)).text.startsWith("BUSYKEY"));
    assertEquals((await ask(other, "RESTORE", key, "0", payload, "REPLACE")).text, "OK");
    assertEquals(await other.say(`PTTL ${key}`), ":-1");
  }
  await assertSame(speaker, other);
});

Deno.test("DUMP begins as RedisBloom's does: a module's type, its name and version, its numbers", async () => {
  const speaker = await filled();
  const few = bytesOf((await ask(speaker, "DUMP", "few")).text);
  // 7, then "CMSk-TYPE" in six bits each and version 0 in ten, as a number of 64 bits.
  const hex = [...few.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assertEquals(hex.slice(0, 4), "0781");
  const letters = BigInt(`0x${hex.slice(4, 20)}`);
  const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const text = Array.from(
    { length: 9 },
    (_, i) => set[Number(letters >> BigInt(58 - 6 * i) & 63n)],
  );
  assertEquals([text.join(""), letters & 1023n], ["CMSk-TYPE", 0n]);
  assertEquals([...few.subarray(10, 14)], [2, 20, 2, 3], "width and depth");
});

Deno.test("RESTORE refuses every sketch of which a byte was changed to what cannot be, and stays whole", async () => {
  const speaker = await filled();
  const other = new Speaker(newCache(newRegion(64 * 2 ** 20)));
  let refused = 0;
  for (const key of ["small", "few"]) {
    const payload = bytesOf((await ask(speaker, "DUMP", key)).text);
    for (let at = 0; at < payload.length - 10; at++) {
      for (const bit of [1, 64, 128]) {
        const damaged = payload.with(at, payload[at]! ^ bit);
        const sum = new Crc64();
        sum.add(damaged, 0, damaged.length - 8);
        damaged.set(sum.bytes(), damaged.length - 8);
        const { kind, text } = await ask(other, "RESTORE", "k", "0", damaged, "REPLACE");
        if (kind === "-") refused++;
        assert(text === "OK" || text === "ERR Bad data format", text);
        await other.say("BF.EXISTS k a");
        await other.say("CMS.QUERY k a");
      }
    }
    for (let length = 10; length < payload.length; length++) {
      assert((await ask(other, "RESTORE", "k", "0", payload.subarray(0, length))).kind === "-");
    }
  }
  assert(refused > 100);
  for (const { memory } of other.context.cache.shards) checkShardLocked(memory);
});

Deno.test("an export has sketches, and an import makes the same ones", async () => {
  const speaker = await filled();
  await speaker.say("PEXPIREAT few 1800000000000");
  const walk = new ExportWalk(speaker.context.cache);
  const parts: Uint8Array[] = [];
  for (let step = walk.step(); step !== "done"; step = walk.step()) {
    if (step === "tooLong") walk.grow();
    if (walk.output === null) continue;
    parts.push(walk.output);
    walk.shrink();
  }
  const other = new Speaker(newCache(newRegion(64 * 2 ** 20)));
  const all = Uint8Array.from(parts.flatMap((part) => [...part]));
  assertEquals(await importedInto(other.context.cache, all), {
    done: 4,
    stored: 4,
    failed: 0,
    skipped: {},
    unreadable: "",
  });
  assertEquals(await other.say("PEXPIRETIME few"), ":1800000000000");
  await assertSame(speaker, other);
});
