// DUMP and RESTORE of streams with groups and what is pending, and what is damaged refused without a change. The walks of
// differential/ restore what either side has dumped.

import { assert, assertEquals } from "@std/assert";
import { checkShardLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { Crc64 } from "../../../../server/rdb/crc64.ts";
import { newCache } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

/** Lines that make a stream. */
const MADE: readonly string[] = [
  "XADD k 5-1 field value",
  "XADD k 5-3 field 12",
  "XADD k 7-0 other a field b",
  "XADD k 9-9 field z",
  "XDEL k 9-9",
  "XGROUP CREATE k g 5-1 ENTRIESREAD 1",
  "XGROUP CREATE k nobody $",
  "XREADGROUP GROUP g c COUNT 1 STREAMS k >",
  "XCLAIM k g d 0 5-3 7-0 TIME 1000 RETRYCOUNT 9 FORCE",
  "XGROUP DELCONSUMER k g c",
];

function checkAll({ shards }: ServerCache): void {
  for (const { memory } of shards) checkShardLocked(memory);
}

async function madeIn(cache: ServerCache): Promise<Speaker> {
  const speaker = new Speaker(cache);
  for (const line of MADE) assert(!(await speaker.say(line)).startsWith("-"), line);
  return speaker;
}

/** The bytes of the answer to DUMP. */
async function dumpOf(speaker: Speaker, key: string): Promise<Uint8Array<ArrayBuffer>> {
  await speaker.run(`DUMP ${key}`);
  const { value } = speaker.answerAs((bytes) => {
    const line = bytes.indexOf(10) + 1;
    return { value: bytes.slice(line, -2), end: bytes.length };
  });
  return value;
}

function word(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

Deno.test("DUMP of a stream is restored with its groups, consumers and what is pending, and dumped again the same", async () => {
  const cache = newCache();
  const speaker = await madeIn(cache);
  const payload = await dumpOf(speaker, "k");
  assertEquals(await speaker.say(`RESTORE r 0 ${word(payload)}`), "+OK");
  assertEquals((await dumpOf(speaker, "r")).toHex(), payload.toHex());
  const asked = (key: string) => speaker.say(`XINFO STREAM ${key} FULL COUNT 0`);
  assertEquals(await asked("r"), await asked("k"));
  assertEquals(await speaker.say(`RESTORE r 90000 ${word(payload)} REPLACE`), "+OK");
  assertEquals(await speaker.say("PTTL r"), ":90000");
  // What is made next does not meet what is there.
  await speaker.say("XGROUP CREATE r new 0");
  await speaker.say("XREADGROUP GROUP new x STREAMS r >");
  assertEquals((await speaker.say("XPENDING r g")).slice(0, 4), "[:2,");
  assertEquals((await speaker.say("XPENDING r new")).slice(0, 4), "[:3,");
  await speaker.say("XGROUP CREATE empty g 0 MKSTREAM");
  const empty = await dumpOf(speaker, "empty");
  assertEquals(await speaker.say(`RESTORE other 0 ${word(empty)}`), "+OK");
  assertEquals(await asked("other"), await asked("empty"));
  checkAll(cache);
});

Deno.test("RESTORE refuses streams that are damaged, at whichever byte, or stores what keeps the invariants", async () => {
  const cache = newCache();
  const speaker = await madeIn(cache);
  const payload = await dumpOf(speaker, "k");
  for (let at = 0; at < payload.length - 10; at++) {
    for (const bits of [1, 2, 0x40, 0x80, 0xff]) {
      const damaged = payload.slice();
      damaged[at]! ^= bits;
      const sum = new Crc64();
      sum.add(damaged, 0, damaged.length - 8);
      damaged.set(sum.bytes(), damaged.length - 8);
      const answer = await speaker.say(`RESTORE d 0 ${word(damaged)} REPLACE`);
      if (answer !== "+OK") {
        assert(
          /^-(ERR Bad data format|OOM|ERR too many|ERR value is too large)/.test(answer),
          answer,
        );
      }
    }
  }
  checkAll(cache);
});
