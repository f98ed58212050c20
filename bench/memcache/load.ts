// Load for servers of memcached's clients: connections that send batches of requests made before and count the bytes of the
// answers, all hits of one length, so that the client costs little beside the server. Each first answer of a connection is
// compared in full.

import { Random } from "../workload.ts";

/** The loads: sets and gets one after the other, gets of many keys in one line, and gets of the binary protocol. */
export const KINDS = ["set", "get", "multiget", "binary get"] as const;
/** One of the values of the constant of the same name. */
export type Kind = typeof KINDS[number];

/** Requests, or keys of a line, that are on their way at a time on each connection. */
export const PIPELINE = 16;
export const VALUE_BYTES = 64;
/** Batches that each load has to choose from. */
const BATCHES = 256;
const HEAD_BYTES = 24;

const encoder = new TextEncoder();
const VALUE = "v".repeat(VALUE_BYTES);

/** What is sent at once, and what has to come back. */
interface Batch {
  readonly request: Uint8Array<ArrayBuffer>;
  readonly answer: Uint8Array;
}

function keyOf(index: number): string {
  return `key:${String(index).padStart(12, "0")}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A frame of the binary protocol: GET of a key, or its answer without a version. */
function frame(magic: number, extras: string, key: string, value: string): Uint8Array {
  const text = extras + key + value;
  const bytes = new Uint8Array(HEAD_BYTES + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, magic);
  view.setUint16(2, key.length);
  view.setUint8(4, extras.length);
  view.setUint32(8, text.length);
  encoder.encodeInto(text, bytes.subarray(HEAD_BYTES));
  return bytes;
}

function batchOf(kind: Kind, keys: readonly string[]): Batch {
  const found = (key: string) => `VALUE ${key} 0 ${VALUE_BYTES}\r\n${VALUE}\r\n`;
  switch (kind) {
    case "set":
      return {
        request: encoder.encode(
          keys.map((key) => `set ${key} 0 0 ${VALUE_BYTES}\r\n${VALUE}\r\n`).join(""),
        ),
        answer: encoder.encode("STORED\r\n".repeat(keys.length)),
      };
    case "get":
      return {
        request: encoder.encode(keys.map((key) => `get ${key}\r\n`).join("")),
        answer: encoder.encode(keys.map((key) => `${found(key)}END\r\n`).join("")),
      };
    case "multiget":
      return {
        request: encoder.encode(`get ${keys.join(" ")}\r\n`),
        answer: encoder.encode(`${keys.map(found).join("")}END\r\n`),
      };
    case "binary get":
      return {
        request: joined(keys.map((key) => frame(0x80, "", key, ""))),
        answer: joined(keys.map(() => frame(0x81, "\0\0\0\0", "", VALUE))),
      };
  }
}

/** Batches of `kind` on `keyCount` keys, drawn with `seed`. */
export function batchesOf(kind: Kind, keyCount: number, seed: number): readonly Batch[] {
  const random = new Random(seed);
  return Array.from(
    { length: BATCHES },
    () => batchOf(kind, Array.from({ length: PIPELINE }, () => keyOf(random.below(keyCount)))),
  );
}

/** Stores every key. */
export async function fill(port: number, keyCount: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(65536);
  for (let at = 0; at < keyCount; at += 1024) {
    const keys = Array.from({ length: Math.min(1024, keyCount - at) }, (_, i) => keyOf(at + i));
    await ask(conn, batchOf("set", keys), buffer, true);
  }
}

/** Sends a batch and waits for its answer, which `isCompared` or only counted. */
async function ask(
  conn: Deno.Conn,
  { request, answer }: Batch,
  buffer: Uint8Array<ArrayBuffer>,
  isCompared: boolean,
): Promise<void> {
  for (let sent = 0; sent < request.length;) {
    sent += await conn.write(sent === 0 ? request : request.subarray(sent));
  }
  for (let got = 0; got < answer.length;) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("Cannot go on: connection ended");
    for (let i = 0; isCompared && i < count; i++) {
      if (buffer[i] !== answer[got + i]) throw new Error(`Wrong answer from byte ${got + i} on`);
    }
    got += count;
    if (got > answer.length) throw new Error(`Wrong answer: ${got} bytes, not ${answer.length}`);
  }
}

/** Loads a server for `ms` milliseconds. Returns how many requests a second, keys of a line counted each, it has answered. */
export async function load(
  port: number,
  kind: Kind,
  batches: readonly Batch[],
  connections: number,
  ms: number,
): Promise<{ readonly perSecond: number; readonly requests: number }> {
  const fromMs = performance.now();
  const untilMs = fromMs + ms;
  let requests = 0;
  const one = async (first: number) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    const buffer = new Uint8Array(65536);
    for (let i = first, turn = 0; performance.now() < untilMs; i++, turn++) {
      // Heads of binary answers hold versions.
      await ask(conn, batches[i % BATCHES]!, buffer, turn === 0 && kind !== "binary get");
      requests += PIPELINE;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, i) => one(i * 7)));
  return { perSecond: requests / (performance.now() - fromMs) * 1000, requests };
}
