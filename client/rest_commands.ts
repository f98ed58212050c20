/**
 * The commands for which the server has no route of its own: ttl, keys and flush. They send commands of
 * the Redis protocol as REST. Strings come in base64, since keys are any bytes.
 *
 * @module
 */

import { accessOf, type ClientContext, EXIT } from "./context.ts";
import type { Access } from "./connection.ts";
import { exchange, refusal } from "./exchange.ts";
import { encodeKey } from "./key_path.ts";
import { ACCESS } from "./options.ts";
import { ClientError, writeAll } from "./platform.ts";
import { parseObject } from "./server_commands.ts";

/** What PTTL answers: the key is not there, or it never expires. */
const ABSENT = -2;
const NEVER = -1;
/** Keys that one SCAN looks for. */
const SCAN_KEYS = "1000";

/** `ttl KEY`: prints the seconds that the item has left, or "never". */
export async function ttl(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const key = operands[0]!;
  encodeKey(key); // throws the same error as the others if this is no key
  const server = await accessOf(context);
  const leftMs = numberIn(server, await command(server, ["PTTL", key]));
  const isFound = leftMs !== ABSENT;
  const seconds = leftMs === NEVER ? null : leftMs / 1000;
  if (values.get(ACCESS.json)) {
    const fields = isFound ? { key, found: true, ttl: seconds } : { key, found: false };
    await writeAll(platform.stdout, `${JSON.stringify(fields)}\n`);
  } else if (isFound) await writeAll(platform.stdout, `${seconds ?? "never"}\n`);
  if (isFound) return EXIT.ok;
  await writeAll(platform.stderr, `slabkv: No value found for key ${JSON.stringify(key)}\n`);
  return EXIT.miss;
}

/** `keys [PATTERN]`: prints all keys, or those that match, one per line. */
export async function keys(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const server = await accessOf(context);
  const isJson = values.get(ACCESS.json);
  let cursor = "0";
  do {
    const scan = ["SCAN", cursor, "MATCH", operands[0] ?? "*", "COUNT", SCAN_KEYS];
    const answer = await command(server, scan);
    const [next, found] = Array.isArray(answer) ? answer : [];
    if (typeof next !== "string" || !Array.isArray(found)) throw unexpected(server);
    cursor = new TextDecoder().decode(Uint8Array.fromBase64(next));
    const lines = found.map((key) => Uint8Array.fromBase64(String(key)));
    await writeAll(platform.stdout, isJson ? jsonLines(lines) : plainLines(lines));
  } while (cursor !== "0");
  return EXIT.ok;
}

/** `flush`: deletes everything. */
export async function flush(context: ClientContext): Promise<number> {
  await command(await accessOf(context), ["FLUSHALL"]);
  if (context.values.get(ACCESS.json)) {
    await writeAll(context.platform.stdout, '{"flushed":true}\n');
  }
  return EXIT.ok;
}

/** Runs one command on the server. Returns its result, with strings in base64. */
async function command(server: Access, words: readonly string[]): Promise<unknown> {
  const body = new TextEncoder().encode(JSON.stringify(words));
  const headers = "upstash-encoding: base64\r\n";
  const answer = await exchange(server, { method: "POST", path: "/", body, headers });
  if (answer.status !== 200) throw refusal(server, answer);
  return parseObject(new TextDecoder().decode(answer.body), server.target.url).result;
}

function numberIn(server: Access, result: unknown): number {
  if (typeof result === "number") return result;
  throw unexpected(server);
}

function unexpected({ target: { url } }: Access): ClientError {
  return new ClientError(`${url} answered something else than slabkv does: is --url right?`);
}

/** The keys byte for byte, each with a newline. */
function plainLines(keys: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(keys.reduce((sum, key) => sum + key.length + 1, 0));
  let at = 0;
  for (const key of keys) {
    bytes.set(key, at);
    bytes[at + key.length] = 0x0a;
    at += key.length + 1;
  }
  return bytes;
}

/** The keys as one JSON object each, in base64 where they are not UTF-8. */
function jsonLines(keys: readonly Uint8Array[]): string {
  return keys.map((key) => {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(key);
      return `${JSON.stringify({ key: text })}\n`;
    } catch {
      return `${JSON.stringify({ base64: key.toBase64() })}\n`;
    }
  }).join("");
}
