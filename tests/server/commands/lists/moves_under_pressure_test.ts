// Moves between collections where there is too little memory for all: what takes an element in may evict the
// collection that it comes from, or lie in the same shard.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../bench/workload.ts";
import { checkShardLocked, readStats } from "../../../../cache/mod.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { Speaker } from "../speaker.ts";

const KEYS = 60;
const MEMORY_BYTES = 800_000;

/** One client of a small cache, and random keys and members. */
class Pressed {
  readonly region = newRegion(MEMORY_BYTES);
  readonly cache = newCache(this.region);
  readonly speaker = new Speaker(this.cache);
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  say(line: string): Promise<string> {
    return this.speaker.say(line);
  }

  key(kind: string): string {
    return `${kind}${this.random.below(KEYS)}`;
  }

  member(): string {
    const { random } = this;
    const length = random.below(20) === 0 ? 3000 : random.below(4) === 0 ? 300 : 20;
    return `${random.below(1e6)}`.padEnd(length, "-");
  }

  members(): string {
    return Array.from({ length: 1 + this.random.below(30) }, () => this.member()).join(" ");
  }

  get evictions(): number {
    return readStats(this.cache).evictions;
  }

  check(): void {
    for (const { memory } of this.cache.shards) checkShardLocked(memory);
  }
}

/** An answer that is none: memory is short, or there is nothing to move. */
function isNone(answer: string): boolean {
  return answer === "nil" || answer === ":0" || answer.startsWith("-OOM ");
}

Deno.test("LMOVE has what it answers at the target's end, whatever had to go for it", async () => {
  const pressed = new Pressed(7171);
  let moved = 0;
  for (let i = 0; i < 3000; i++) {
    const [source, target] = [pressed.key("l"), pressed.key("l")];
    await pressed.say(`RPUSH ${pressed.key("l")} ${pressed.members()}`);
    const all = await pressed.say(`LRANGE ${source} 0 -1`);
    const before = pressed.evictions;
    const answer = await pressed.say(`LMOVE ${source} ${target} LEFT RIGHT`);
    if (isNone(answer)) continue;
    const found = await pressed.say(`LINDEX ${target} -1`);
    const rest = await pressed.say(`LRANGE ${source} 0 -1`);
    const isCut = pressed.evictions > before;
    assert(found === answer || found === "nil" && isCut, `${i}: ${found}`);
    if (source === target) continue;
    assert(rest === all.replace(`${answer}, `, "") || rest === "[]", `${i}: ${rest}`);
    assert(rest !== "[]" || isCut || all === `[${answer}]`, `${i}: ${all}`);
    moved++;
    if (i % 100 === 0) pressed.check();
  }
  pressed.check();
  assert(moved > 2000);
  assert(pressed.evictions > 300);
});

Deno.test("SMOVE and the forms that store leave sets that are right, whatever had to go", async () => {
  const pressed = new Pressed(42);
  let stored = 0;
  for (let i = 0; i < 2000; i++) {
    const [source, other, target] = [pressed.key("s"), pressed.key("s"), pressed.key("s")];
    const member = pressed.member();
    await pressed.say(`SADD ${source} ${member} ${pressed.members()}`);
    const answer = await pressed.say(`SMOVE ${source} ${other} ${member}`);
    if (answer === ":1" && source !== other) {
      assertEquals(await pressed.say(`SISMEMBER ${source} ${member}`), ":0");
    }
    const before = pressed.evictions;
    const count = await pressed.say(`SUNIONSTORE ${target} ${source} ${other}`);
    if (isNone(count)) continue;
    const found = await pressed.say(`SCARD ${target}`);
    assert(found === count || found === ":0" && pressed.evictions > before, `${i}: ${found}`);
    stored++;
    if (i % 100 === 0) pressed.check();
  }
  pressed.check();
  assert(stored > 500);
  assert(pressed.evictions > 300);
});
