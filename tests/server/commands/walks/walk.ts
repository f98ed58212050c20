// Sends random lines to slabkv and to a redis-server, one after the other, and stops at the first
// answer that differs. As a program: `deno run -A tests/server/commands/walks/walk.ts [lines] [seed]`.

import { Random } from "../../../../bench/workload.ts";
import { MAX_DEADLINE_MS } from "../../../../cache/mod.ts";
import { findCommand } from "../../../../server/commands/find.ts";
import { Args } from "../../../../server/contract/args.ts";
import { placeKeys } from "../../../../server/contract/keys/key_places.ts";
import { newCache, newRegion } from "../../fixture.ts";
import { wordsOf } from "../notation.ts";
import { RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";
import { RandomLines } from "./random_lines.ts";

/** Commands whose answers depend on the time of day: two servers may be this far apart. */
const TIMED = /^(p?ttl|p?expiretime|exec)\b/i;
/** What has words of its own here. */
const OWN = /^object (help|freq)$/i;
/** What expires while the walk goes on: damaged lines may ask for that. */
const SOON = /^(p?setex|p?expire) \S+ [1-9]\d{0,4}( |$)|\b(ex|px|exat|pxat) [1-9]\d{0,4}( |$)/i;
/** What is refused inside MULTI here. */
const NOT_IN_MULTI = /^(keys|scan)\b/i;
const MAX_APART = 3000;
/** The answers where a deadline is farther away than one can be here. */
const FARTHEST: readonly number[] = [MAX_DEADLINE_MS, MAX_DEADLINE_MS - Date.now()]
  .flatMap((ms) => [ms, Math.floor(ms / 1000)]);

/** The same text for answers that mean the same here and there. */
function normal(line: string, answer: string): string {
  if (/^(keys|scan)\b/i.test(line) && answer.startsWith("[")) {
    return answer.replace(/\[("[^[\]]*")\]/, (_, list: string) => `[${sorted(list)}]`);
  }
  return answer.replaceAll("(proto-max-bulk-len)", "(--max-value-bytes)");
}

function sorted(list: string): string {
  return list.split(", ").sort().join(", ");
}

/** Whether two answers are the same, as far as two clocks can be. */
export function isSame(line: string, own: string, other: string): boolean {
  const [a, b] = [normal(line, own), normal(line, other)];
  if (a === b) return true;
  // What a cursor means is each server's own, and so which keys come first.
  const isPart = /^scan (?!0 )/i.test(line) || !b.startsWith('["0"');
  if (/^scan/i.test(line) && isPart) return a.startsWith("[") && b.startsWith("[");
  if (!TIMED.test(line)) return false;
  const integer = /:(-?\d+)/g;
  if (a.replace(integer, ":") !== b.replace(integer, ":")) return false;
  const others = [...b.matchAll(integer)].map(([, digits]) => Number(digits));
  return [...a.matchAll(integer)].every(([, digits], i) => {
    const [mine, theirs] = [Number(digits), others[i]!];
    if (mine === theirs || mine > 50_000 && Math.abs(mine - theirs) <= MAX_APART) return true;
    return theirs > mine && FARTHEST.some((far) => Math.abs(far - mine) < 100 * MAX_APART);
  });
}

/** Whether one of the keys is empty, which is refused here. */
function hasEmptyKey(line: string): boolean {
  const [name, ...words] = wordsOf(line);
  const command = findCommand(name!, 0, name!.length);
  if (command === null || command.keys === null) return false;
  const args = new Args();
  for (const word of words) args.pushBytes(word, 0, word.length);
  const indexes = new Int32Array(args.count);
  return indexes.subarray(0, placeKeys(command.keys, args, indexes))
    .some((index) => args.lengths[index] === 0);
}

/** Where two servers differ. */
export interface Difference {
  readonly before: readonly string[];
  readonly line: string;
  readonly own: string;
  readonly redis: string;
}

/** Sends `count` lines to both. Returns what differs first, or null. */
export async function walk(
  redis: RedisServer,
  count: number,
  seed: number,
): Promise<Difference | null> {
  const speaker = new Speaker(newCache(newRegion(), Date.now));
  const lines = new RandomLines(new Random(seed));
  const before: string[] = [];
  await redis.say("RESET");
  await redis.say("FLUSHALL");
  for (let i = 0; i < count; i++) {
    const line = lines.next();
    if (OWN.test(line) || SOON.test(line) || hasEmptyKey(line)) continue;
    if (NOT_IN_MULTI.test(line) && speaker.session.transaction?.isOpen) continue;
    const [own, other] = [await speaker.say(line), await redis.say(line)];
    if (!isSame(line, own, other)) return { before: before.slice(-20), line, own, redis: other };
    before.push(`${line} -> ${own}`);
  }
  return null;
}

if (import.meta.main) {
  const [count = 100_000, seed = 7171] = Deno.args.map(Number);
  await using redis = await RedisServer.start();
  const found = await walk(redis, count, seed);
  if (found === null) console.log(`${count} lines, no difference`);
  else {
    console.error(JSON.stringify(found, null, 1));
    Deno.exitCode = 1;
  }
}
