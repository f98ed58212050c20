/**
 * Reads what a server has under keys of any type, as states that can be compared with those of a journal.
 */

import { textOf, type Type } from "./collection_edits.ts";
import type { KeyState } from "./journal.ts";
import { type Answer, Refusal, type RespClient } from "./resp_client.ts";

/** How a key is read, by what TYPE answers. */
const READ_BY: Readonly<Record<string, (key: string) => readonly string[]>> = {
  string: (key) => ["GET", key],
  list: (key) => ["LRANGE", key, "0", "-1"],
  set: (key) => ["SMEMBERS", key],
  hash: (key) => ["HGETALL", key],
  zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
  none: (key) => ["EXISTS", key],
};

/** What a server has under these keys: values and deadlines. */
export async function readAll(
  client: RespClient,
  keys: readonly string[],
): Promise<Map<string, KeyState>> {
  const states = new Map<string, KeyState>();
  if (keys.length === 0) return states;
  const types = await client.ask(...keys.map((key) => ["TYPE", key]));
  const answers = await client.ask(
    ...keys.flatMap((key, i) => [READ_BY[String(types[i])]!(key), ["PEXPIRETIME", key]]),
  );
  for (const [i, key] of keys.entries()) {
    const [value, deadlineMs] = [answers[2 * i]!, answers[2 * i + 1]!];
    if (value instanceof Refusal) throw new Error(`Cannot read ${key}: ${value.text}`);
    const text = valueOf(String(types[i]), value);
    if (text !== null) {
      states.set(key, { value: text, deadlineMs: Math.max(0, deadlineMs as number) });
    }
  }
  return states;
}

function valueOf(type: string, answer: Answer): string | null {
  if (type === "none") return null;
  return type === "string" ? answer as string | null : textOf(type as Type, answer as string[]);
}
