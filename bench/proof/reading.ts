/**
 * Reads what a server has under keys of any type, as states that can be compared with those of a journal.
 */

import { type StreamState, streamText, textOf, type Type } from "./collection_edits.ts";
import type { KeyState } from "./journal.ts";
import { type Answer, Refusal, type RespClient } from "./resp_client.ts";

/** How a key is read, by what TYPE answers. */
const READ_BY: Readonly<Record<string, (key: string) => readonly string[]>> = {
  string: (key) => ["GET", key],
  list: (key) => ["LRANGE", key, "0", "-1"],
  set: (key) => ["SMEMBERS", key],
  hash: (key) => ["HGETALL", key],
  zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
  stream: (key) => ["XINFO", "STREAM", key, "FULL", "COUNT", "0"],
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
  if (type === "stream") return streamText(streamOf(answer as readonly Answer[]));
  return type === "string" ? answer as string | null : textOf(type as Type, answer as string[]);
}

/** What XINFO STREAM FULL tells of a stream: names and values, in turn. */
function streamOf(told: readonly Answer[]): StreamState {
  const valueBehind = (name: string) => told[told.indexOf(name) + 1];
  return {
    lastId: valueBehind("last-generated-id") as string,
    maxDeletedId: valueBehind("max-deleted-entry-id") as string,
    added: valueBehind("entries-added") as number,
    entries: valueBehind("entries") as StreamState["entries"],
  };
}
