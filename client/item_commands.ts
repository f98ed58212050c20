/**
 * The commands about one item: get, put, del and incr. Values are bytes, so they use the raw routes.
 * Only incr, whose value is always text, uses a JSON route.
 *
 * @module
 */

import type { ClientAnswer } from "./answer_reader.ts";
import { accessOf, type ClientContext, EXIT } from "./context.ts";
import { exchange, refusal } from "./exchange.ts";
import { ClientError, readAll, writeAll } from "./platform.ts";
import { encodeKey } from "./key_path.ts";
import { ACCESS, TTL } from "./options.ts";

const MAX_STDIN_BYTES = 64 * 1024 * 1024;
const MISS_TEXT = "No value found for key";
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** `get KEY`: writes the value's bytes to stdout. */
export async function get(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const key = operands[0]!;
  const server = await accessOf(context);
  const answer = await exchange(server, { method: "GET", path: `/get/${encodeKey(key)}` });
  if (isMiss(answer)) {
    if (values.get(ACCESS.json)) await print(context, { key, found: false });
    return await miss(context, key);
  }
  if (answer.status !== 200) throw refusal(server, answer);
  if (values.get(ACCESS.json)) {
    await print(context, { key, found: true, ...valueField(answer.body) });
    return EXIT.ok;
  }
  await writeAll(platform.stdout, answer.body);
  if (platform.stdout.isTerminal()) await writeAll(platform.stdout, "\n");
  return EXIT.ok;
}

/** `put KEY VALUE`: stores the value's bytes. */
export async function put(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const [key = "", text = ""] = operands;
  const ttlMs = values.get(TTL);
  const query = ttlMs === undefined ? "" : `?ttl=${ttlMs / 1000}`;
  const path = `/store/${encodeKey(key)}${query}`;
  const server = await accessOf(context);
  const body = text === "-"
    ? await readAll(platform.stdin, MAX_STDIN_BYTES)
    : new TextEncoder().encode(text);
  const answer = await exchange(server, { method: "PUT", path, body });
  if (answer.status !== 200) throw refusal(server, answer);
  if (values.get(ACCESS.json)) await print(context, { key, stored: true, bytes: body.length });
  return EXIT.ok;
}

/** `del KEY`: deletes the item. */
export async function del(context: ClientContext): Promise<number> {
  const key = context.operands[0]!;
  const server = await accessOf(context);
  const answer = await exchange(server, { method: "DELETE", path: `/store/${encodeKey(key)}` });
  const deleted = !isMiss(answer);
  if (deleted && answer.status !== 200) throw refusal(server, answer);
  if (context.values.get(ACCESS.json)) await print(context, { key, deleted });
  return deleted ? EXIT.ok : await miss(context, key);
}

/** `incr KEY [BY]`: adds to an integer and prints the sum. */
export async function incr(context: ClientContext): Promise<number> {
  const [key = "", by = "1"] = context.operands;
  encodeKey(key); // throws the same error as the others if this is no key
  const body = new TextEncoder().encode(JSON.stringify({ key, by: integerText(by) }));
  const server = await accessOf(context);
  const answer = await exchange(server, { method: "POST", path: "/incr", body });
  const sum = answer.status === 200 ? sumIn(answer.body) : undefined;
  if (sum === undefined) throw refusal(server, answer);
  if (context.values.get(ACCESS.json)) await print(context, { key, value: sum });
  else await writeAll(context.platform.stdout, `${sum}\n`);
  return EXIT.ok;
}

function integerText(text: string): string {
  const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace("+", "")) : undefined;
  if (value === undefined || value < INT64.least || value > INT64.most) {
    throw new ClientError(`Cannot add "${text}": expected an integer of 64 bits`);
  }
  return String(value);
}

function sumIn(body: Uint8Array): string | undefined {
  try {
    const { value } = JSON.parse(new TextDecoder().decode(body));
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

// The 404 of another server, or of a wrong path in --url, must not look like a miss.
function isMiss({ status, body }: ClientAnswer): boolean {
  return status === 404 && new TextDecoder().decode(body) === MISS_TEXT;
}

async function miss({ platform }: ClientContext, key: string): Promise<number> {
  await writeAll(platform.stderr, `slabkv: No value found for key ${JSON.stringify(key)}\n`);
  return EXIT.miss;
}

function valueField(bytes: Uint8Array): { value: string } | { base64: string } {
  try {
    return { value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: bytes.toBase64() };
  }
}

async function print({ platform }: ClientContext, fields: object): Promise<void> {
  await writeAll(platform.stdout, `${JSON.stringify(fields)}\n`);
}
