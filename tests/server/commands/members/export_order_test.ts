// Members that come in the order in which sets, hashes and sorted sets are walked, as from an export: they must find
// space where they were.

import { assertEquals, assertLess } from "@std/assert";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const MEMBERS = 12_000;
const PER_COMMAND = 600;

async function fill(speaker: Speaker, command: string, members: readonly string[]): Promise<void> {
  for (let i = 0; i < members.length; i += PER_COMMAND) {
    await speaker.say(`${command} ${members.slice(i, i + PER_COMMAND).join(" ")}`);
  }
}

async function bytesOf(speaker: Speaker, key: string): Promise<number> {
  return Number((await speaker.say(`MEMORY USAGE ${key}`)).slice(1));
}

const KINDS = {
  set: { add: "SADD", walk: "SMEMBERS", size: "SCARD", entry: (i: number) => `m${i * 7919}` },
  hash: { add: "HSET", walk: "HGETALL", size: "HLEN", entry: (i: number) => `m${i * 7919} v${i}` },
};

for (const [name, { add, walk, size, entry }] of Object.entries(KINDS)) {
  Deno.test(`a ${name} takes less memory where its members come in the order of a walk`, async () => {
    const speaker = new Speaker(newCache(newRegion(64 * 2 ** 20)));
    await fill(speaker, `${add} a`, Array.from({ length: MEMBERS }, (_, i) => entry(i)));
    const walked: string[] = JSON.parse(await speaker.say(`${walk} a`));
    await fill(speaker, `${add} b`, walked);
    assertEquals(await speaker.say(`${size} b`), `:${MEMBERS}`);
    assertEquals(JSON.parse(await speaker.say(`${walk} b`)).sort(), walked.toSorted());
    assertLess(await bytesOf(speaker, "b"), 0.9 * await bytesOf(speaker, "a"));
  });
}
