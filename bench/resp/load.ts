/**
 * The built-in client: connections over Deno.connect that pipeline requests made in advance and compare every byte
 * of the answers. A wrong, missing or surplus answer throws. Bounded in requests and in time.
 */

import { writeBytes } from "../../client/connection.ts";
import type { Traffic } from "./traffic.ts";

/** One load. */
export interface LoadJob {
  readonly port: number;
  readonly traffic: Traffic;
  /** Requests sent before their answers are awaited. */
  readonly pipeline: number;
  readonly connections: number;
  /** How many requests in all; the traffic starts over when it ends. */
  readonly requests: number;
}

const HOSTNAME = "127.0.0.1";
const LOAD_MS = 120_000;
const ASK_MS = 5_000;
const PING_REQUEST = new TextEncoder().encode("*1\r\n$4\r\nPING\r\n");
const PING_REPLY = new TextEncoder().encode("+PONG\r\n");

/** What the connections of a load share. */
interface Progress {
  sent: number;
}

/** Runs a load and answers requests per second; throws when an answer is wrong or it takes too long. */
export async function runLoad(job: LoadJob): Promise<number> {
  const conns: Deno.TcpConn[] = [];
  const close = () => conns.splice(0).forEach((conn) => conn.close());
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    close();
  }, LOAD_MS);
  try {
    const progress = { sent: 0 };
    for (let i = 0; i < job.connections; i++) {
      conns.push(await Deno.connect({ hostname: HOSTNAME, port: job.port }));
    }
    for (const conn of conns) conn.setNoDelay(true);
    const startMs = performance.now();
    await Promise.all(conns.map((conn) => runConnection(conn, job, progress)));
    const seconds = (performance.now() - startMs) / 1000;
    // Nothing but this answer may still come.
    const finish = (conn: Deno.Conn) =>
      exchange(conn, PING_REQUEST, PING_REPLY, new Uint8Array(64));
    await Promise.all(conns.map(finish));
    return job.requests / seconds;
  } catch (error) {
    if (isLate) throw new Error(`Cannot load port ${job.port}: not done in ${LOAD_MS / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** Whether a port answers PING, soon. */
export async function ping(port: number): Promise<boolean> {
  try {
    using client = await connectFor(port, ASK_MS);
    await exchange(client.conn, PING_REQUEST, PING_REPLY, new Uint8Array(64));
    return true;
  } catch {
    return false;
  }
}

/** The text that answers a command without arguments or with one, such as "INFO stats". */
export async function askText(port: number, command: string): Promise<string> {
  using client = await connectFor(port, ASK_MS);
  const { conn } = client;
  await writeBytes(conn, new TextEncoder().encode(`${command}\r\n`));
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const count = await conn.read(chunk);
    if (count === null) throw new Error(`Cannot ask ${command}: connection ended after "${text}"`);
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
    const end = text.indexOf("\r\n");
    if (end < 0) continue;
    if (text[0] !== "$") return text.slice(1, end);
    const length = Number(text.slice(1, end));
    if (text.length >= end + 2 + length + 2) return text.slice(end + 2, end + 2 + length);
  }
}

/** A connection that is closed in the end, or sooner when its time is over. */
async function connectFor(port: number, ms: number): Promise<Disposable & { conn: Deno.Conn }> {
  const conn = await Deno.connect({ hostname: HOSTNAME, port });
  let isOpen = true;
  const close = () => {
    if (isOpen) conn.close();
    isOpen = false;
  };
  const timer = setTimeout(close, ms);
  const dispose = () => {
    clearTimeout(timer);
    close();
  };
  return { conn, [Symbol.dispose]: dispose };
}

async function runConnection(conn: Deno.Conn, job: LoadJob, progress: Progress): Promise<void> {
  const { requests, requestBytes, replies, replyBytes, count } = job.traffic;
  // Space for more than is right, so that surplus answers are seen.
  const buffer = new Uint8Array(job.pipeline * replyBytes + 64);
  while (progress.sent < job.requests) {
    const at = progress.sent % count;
    const length = Math.min(job.pipeline, count - at, job.requests - progress.sent);
    progress.sent += length;
    const request = requests.subarray(at * requestBytes, (at + length) * requestBytes);
    const reply = replies.subarray(at * replyBytes, (at + length) * replyBytes);
    await exchange(conn, request, reply, buffer);
  }
}

/** Sends a request and reads exactly the reply, or throws. */
async function exchange(
  conn: Deno.Conn,
  request: Uint8Array,
  reply: Uint8Array,
  buffer: Uint8Array,
): Promise<void> {
  await writeBytes(conn, request);
  for (let used = 0; used < reply.length;) {
    const count = await conn.read(buffer.subarray(used));
    if (count === null) throw wrong("connection ended", buffer.subarray(0, used), reply);
    const end = used + count;
    if (end > reply.length) throw wrong("too many bytes", buffer.subarray(0, end), reply);
    for (let i = used; i < end; i++) {
      if (buffer[i] !== reply[i]) throw wrong(`byte ${i}`, buffer.subarray(0, end), reply);
    }
    used = end;
  }
}

function wrong(where: string, got: Uint8Array, expected: Uint8Array): Error {
  const text = (bytes: Uint8Array) =>
    JSON.stringify(new TextDecoder().decode(bytes.subarray(-120)));
  return new Error(`Wrong answer (${where}): ${text(got)} where ${text(expected)} is right`);
}
