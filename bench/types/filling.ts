/**
 * Fills servers with collections of the sizes that are measured, and says how much memory a server has in use.
 * Throws where an answer is an error.
 */

import { Refusal, RespClient } from "../proof/resp_client.ts";
import {
  APPENDED_STRINGS,
  idOf,
  listCount,
  memberOf,
  SIZES,
  STRING_BYTES,
  valueOf,
} from "./operations.ts";

/** The types that have members. */
export const TYPES = ["list", "set", "hash", "sorted set", "stream"] as const;
/** One of them. */
export type Type = typeof TYPES[number];

/** Members of one command. */
const CHUNK = 100;
/** Commands that are sent before answers are awaited. */
const PIPELINE = 100;

type Command = readonly string[];

/** Sends commands in pipelines; throws on the first error. */
async function sendAll(client: RespClient, commands: Iterable<Command>): Promise<void> {
  let some: Command[] = [];
  const flush = async () => {
    for (const answer of await client.ask(...some)) {
      if (answer instanceof Refusal) throw new Error(`Cannot fill: ${answer.text}`);
    }
    some = [];
  };
  for (const command of commands) {
    some.push(command);
    if (some.length === PIPELINE) await flush();
  }
  await flush();
}

/** The commands that add members `from` up to `to` to a collection. */
function additionsOf(type: Type, key: string, from: number, to: number): Command[] {
  const ids = Array.from({ length: to - from }, (_, i) => from + i);
  if (type === "stream") return ids.map((id) => ["XADD", key, idOf(id), "f", memberOf(id)]);
  return [addition(type, key, ids)];
}

function addition(type: Type, key: string, ids: readonly number[]): Command {
  if (type === "list") return ["RPUSH", key, ...ids.map(memberOf)];
  if (type === "set") return ["SADD", key, ...ids.map(memberOf)];
  if (type === "hash") return ["HSET", key, ...ids.flatMap((id) => [memberOf(id), valueOf(id)])];
  return ["ZADD", key, ...ids.flatMap((id) => [String(id), memberOf(id)])];
}

/** The commands that make collections of `size` members under these keys, all growing together. */
function* additions(type: Type, keys: readonly string[], size: number): Generator<Command> {
  for (let from = 0; from < size; from += CHUNK) {
    for (const key of keys) yield* additionsOf(type, key, from, Math.min(size, from + CHUNK));
  }
}

/** Makes collections of one type and size. */
export async function makeCollections(
  client: RespClient,
  type: Type,
  keys: readonly string[],
  size: number,
): Promise<void> {
  await sendAll(client, additions(type, keys, size));
}

/** Makes everything that the operations need. */
export async function fill(port: number, isTiny: boolean): Promise<void> {
  using client = await RespClient.connect(port);
  for (const size of SIZES) {
    const lists = Array.from(
      { length: listCount(size, isTiny) },
      (_, i) => `list:${size}:${String(i).padStart(12, "0")}`,
    );
    const length = isTiny ? Math.min(size, 1_000) : size;
    await makeCollections(client, "list", lists, length);
    await makeCollections(client, "set", [`set:${size}`], length);
    await makeCollections(client, "hash", [`hash:${size}`], length);
    await makeCollections(client, "sorted set", [`zset:${size}`], length);
    await makeCollections(client, "stream", [`stream:${size}`], length);
  }
  await fillStrings(port);
}

/** Makes the strings that are changed in place, as they were. */
export async function fillStrings(port: number): Promise<void> {
  using client = await RespClient.connect(port);
  const value = "x".repeat(STRING_BYTES);
  const keys = Array.from({ length: APPENDED_STRINGS }, (_, i) => String(i).padStart(12, "0"));
  for (const key of keys) await sendAll(client, [["SET", `string:${key}`, value]]);
  await sendAll(client, [["SET", "bits", value]]);
}

/** Bytes that a server says are in use. */
export async function usedBytes(port: number): Promise<number> {
  using client = await RespClient.connect(port);
  const [info] = await client.ask(["INFO", "memory"]);
  const bytes = Number(/^used_memory:(\d+)/m.exec(String(info))?.[1]);
  if (!(bytes >= 0)) throw new Error("Cannot measure: INFO does not say what memory is in use");
  return bytes;
}
