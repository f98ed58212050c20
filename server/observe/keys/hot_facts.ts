// The hottest keys of the whole server, from what its workers say of theirs. Pure: knows neither how one asks them nor
// who wants to know.

import type { CountedKey, HotAnswer } from "../../contract/keys/hot_answer.ts";
import type { HotFacts } from "../facts/key_facts.ts";
import { namedKey } from "./named_key.ts";

/** What was counted of one key by all workers. */
interface Sum {
  readonly key: CountedKey;
  count: number;
  writes: number;
}

/** The `most` hottest keys of all workers; `shardOf` says where a key with a hash is. */
export function hotFacts(
  answers: readonly HotAnswer[],
  most: number,
  shardOf: (hash: number) => number,
): HotFacts {
  const requests = sum(answers.map((answer) => answer.requests));
  // A worker that has begun later than others has counted for as long as it has been there.
  const perSecond = sum(answers.map((answer) => ratio(answer.requests, answer.seconds)));
  const keys = [...sumsByKey(answers).values()].sort((a, b) => b.count - a.count).slice(0, most);
  return {
    requests: Math.round(requests),
    seconds: rounded(Math.max(0, ...answers.map(({ seconds }) => seconds)), 1),
    keys: keys.map(({ key, count, writes }) => {
      const share = ratio(count, requests);
      return {
        ...namedKey(key.bytes, key.keyBytes, key.database),
        share: rounded(share, 5),
        perSecond: rounded(share * perSecond, 2),
        writeShare: rounded(Math.min(1, ratio(writes, count)), 3),
        shard: shardOf(key.hash),
      };
    }),
  };
}

/** After databases were exchanged, one key may have been counted twice in a worker, with two hashes. */
function sumsByKey(answers: readonly HotAnswer[]): Map<string, Sum> {
  const found = new Map<string, Sum>();
  for (const { keys } of answers) {
    for (const key of keys) {
      const name = `${key.database} ${key.keyBytes} ${key.bytes.toHex()}`;
      const total = found.get(name) ?? { key, count: 0, writes: 0 };
      total.count += key.count;
      total.writes += key.writes;
      found.set(name, total);
    }
  }
  return found;
}

function ratio(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function rounded(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
