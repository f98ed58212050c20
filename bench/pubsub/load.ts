/**
 * One measured load of messages: a publisher, its subscribers, and how fast all messages reach all of them. Every byte
 * that comes is compared by length, the last one by its text. Knows no server.
 */

import { cpuUs } from "../process.ts";

/** What is sent. */
export interface MessageLoad {
  readonly subscribers: number;
  /** Messages that are published before answers are awaited. */
  readonly pipeline: number;
  readonly messages: number;
  readonly messageBytes: number;
}

/** What was measured. */
export interface Delivered {
  /** Messages that reached a subscriber, a second. */
  readonly perSecond: number;
  /** CPU time of the server for each of them, in microseconds; undefined where the system does not say. */
  readonly cpuUs: number | undefined;
}

const CHANNEL = "bench:channel";
/** Messages that the publisher may be ahead of the slowest subscriber. */
const MAX_AHEAD = 4096;
const LIMIT_MS = 120_000;
const CHUNK_BYTES = 256 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads exactly so many bytes. */
async function readExactly(conn: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) throw new Error("Cannot load: the server closed a connection");
    at += count;
  }
  return bytes;
}

/** One subscriber: counts bytes. */
class Reader {
  received = 0;
  readonly #conn: Deno.Conn;
  readonly #onProgress: () => void;

  constructor(conn: Deno.Conn, onProgress: () => void) {
    this.#conn = conn;
    this.#onProgress = onProgress;
  }

  async run(bytes: number, last: string): Promise<void> {
    const chunk = new Uint8Array(CHUNK_BYTES);
    let end = "";
    while (this.received < bytes) {
      const count = await this.#conn.read(chunk);
      if (count === null) throw new Error("Cannot load: the server closed a subscriber");
      this.received += count;
      if (this.received >= bytes) {
        end = decoder.decode(chunk.subarray(Math.max(0, count - last.length), count));
      }
      this.#onProgress();
    }
    if (this.received !== bytes || !last.endsWith(end)) {
      throw new Error("Cannot load: a subscriber got other messages than were sent");
    }
  }
}

/** Subscribes a connection, and returns it. */
async function subscribed(conn: Deno.Conn): Promise<Deno.Conn> {
  await writeAll(conn, encoder.encode(`*2\r\n${bulk("SUBSCRIBE")}${bulk(CHANNEL)}`));
  const confirmed = `*3\r\n${bulk("subscribe")}${bulk(CHANNEL)}:1\r\n`;
  await readExactly(conn, confirmed.length);
  return conn;
}

/** Runs a load. Throws where anything is lost or a count is wrong. */
export async function deliver(
  port: number,
  pid: number,
  { subscribers, pipeline, messages, messageBytes }: MessageLoad,
): Promise<Delivered> {
  const conns: Deno.Conn[] = [];
  const open = async () => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conns.push(conn);
    return conn;
  };
  const timer = setTimeout(() => conns.forEach((conn) => conn.close()), LIMIT_MS);
  try {
    const readers: Deno.Conn[] = [];
    for (let i = 0; i < subscribers; i++) readers.push(await subscribed(await open()));
    const text = "x".repeat(messageBytes);
    const publish = `*3\r\n${bulk("PUBLISH")}${bulk(CHANNEL)}${bulk(text)}`;
    const message = `*3\r\n${bulk("message")}${bulk(CHANNEL)}${bulk(text)}`;
    const batch = encoder.encode(publish.repeat(pipeline));
    const answer = `:${subscribers}\r\n`.repeat(pipeline);
    const batches = Math.ceil(messages / pipeline);
    const total = batches * pipeline;
    let wake = () => {};
    const all = readers.map((conn) => new Reader(conn, () => wake()));
    const publisher = await open();
    const before = cpuUs(pid);
    const fromMs = performance.now();
    const reading = Promise.all(all.map((each) => each.run(total * message.length, message)));
    // A failure is seen below.
    reading.catch(() => wake());
    for (let sent = 0; sent < total; sent += pipeline) {
      while (sent - slowest(all) / message.length > MAX_AHEAD) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      await writeAll(publisher, batch);
      const got = decoder.decode(await readExactly(publisher, answer.length));
      if (got !== answer) throw new Error(`Cannot load: PUBLISH answers ${got.slice(0, 40)}`);
    }
    await reading;
    const seconds = (performance.now() - fromMs) / 1000;
    const after = cpuUs(pid);
    const isKnown = before !== undefined && after !== undefined;
    const deliveries = total * subscribers;
    return {
      perSecond: deliveries / seconds,
      cpuUs: isKnown ? (after - before) / deliveries : undefined,
    };
  } finally {
    clearTimeout(timer);
    for (const conn of conns) {
      try {
        conn.close();
      } catch {
        // Closed already.
      }
    }
  }
}

function slowest(readers: readonly Reader[]): number {
  let least = Infinity;
  for (const { received } of readers) least = Math.min(least, received);
  return least;
}
