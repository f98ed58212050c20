/**
 * The commands about the server as a whole: stats, ping, health and snapshot. They print what it says.
 * They only judge whether it is there and healthy.
 *
 * @module
 */

import { amount } from "./transfer/amounts.ts";
import { accessOf, type ClientContext, EXIT } from "./context.ts";
import { exchange, refusal } from "./exchange.ts";
import { ClientError, writeAll } from "./platform.ts";
import { ACCESS, SNAPSHOT_TIMEOUT } from "./options.ts";

const NO_BODY = new Uint8Array(0);

/** `stats`: prints the counters, one per line, or as the server sends them. */
export async function stats(context: ClientContext): Promise<number> {
  const server = await accessOf(context);
  const answer = await exchange(server, { method: "GET", path: "/stats" });
  if (answer.status !== 200) throw refusal(server, answer);
  const text = new TextDecoder().decode(answer.body);
  const rows: [string, string][] = [];
  collect(parseObject(text, server.target.url), "", rows);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
  await writeAll(context.platform.stdout, context.values.get(ACCESS.json) ? `${text}\n` : lines);
  return EXIT.ok;
}

/** `ping`: prints which server answers, and how fast. */
export async function ping(context: ClientContext): Promise<number> {
  const server = await accessOf(context);
  const startMs = performance.now();
  const answer = await exchange(server, { method: "GET", path: "/" });
  const ms = Math.round((performance.now() - startMs) * 1000) / 1000;
  if (answer.status !== 200) throw refusal(server, answer);
  const { url } = server.target;
  const { name, version } = parseObject(new TextDecoder().decode(answer.body), url);
  if (typeof name !== "string" || typeof version !== "string") throw notSlabkv(url);
  const line = context.values.get(ACCESS.json)
    ? JSON.stringify({ url, name, version, ms })
    : `${name} ${version} at ${url} answered in ${ms.toFixed(1)} ms`;
  await writeAll(context.platform.stdout, `${line}\n`);
  return EXIT.ok;
}

/** `health`: succeeds if the server says that it is healthy. */
export async function health(context: ClientContext): Promise<number> {
  const server = await accessOf(context);
  const answer = await exchange(server, { method: "GET", path: "/health" });
  if (answer.status !== 200) throw refusal(server, answer);
  const text = new TextDecoder().decode(answer.body);
  const { status } = parseObject(text, server.target.url);
  if (status !== "healthy") throw refusal(server, answer);
  await writeAll(
    context.platform.stdout,
    context.values.get(ACCESS.json) ? `${text}\n` : "healthy\n",
  );
  return EXIT.ok;
}

/** `snapshot`: has the server save everything, and prints what that came to. */
export async function snapshot(context: ClientContext): Promise<number> {
  const { platform, values } = context;
  const server = { ...await accessOf(context), timeoutMs: values.get(SNAPSHOT_TIMEOUT) };
  const answer = await exchange(server, { method: "POST", path: "/snapshot", body: NO_BODY });
  if (answer.status !== 200) throw refusal(server, answer);
  const { items, bytes, seconds } = parseObject(
    new TextDecoder().decode(answer.body),
    server.target.url,
  );
  const line = values.get(ACCESS.json)
    ? JSON.stringify({ items, bytes, seconds })
    : `Saved ${amount(Number(items), "item")}, ${amount(Number(bytes), "byte")}, in ${
      Number(seconds).toFixed(1)
    } s`;
  await writeAll(platform.stdout, `${line}\n`);
  return EXIT.ok;
}

/**
 * Reads a JSON object that a server sent.
 *
 * @param text the body of its answer
 * @param url the server, for the message
 * @returns the object
 * @throws {ClientError} if it is none
 */
export function parseObject(text: string, url: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // The error below says so.
  }
  throw notSlabkv(url);
}

function notSlabkv(url: string): ClientError {
  return new ClientError(`${url} answered something else than slabkv does: is --url right?`);
}

/** Adds a row for each number or text inside, under a name such as "slots.used". */
function collect(value: unknown, name: string, rows: [string, string][]): void {
  if (typeof value !== "object" || value === null) {
    rows.push([name, String(value)]);
    return;
  }
  for (const [field, inner] of Object.entries(value)) {
    collect(inner, name === "" ? field : `${name}.${field}`, rows);
  }
}
