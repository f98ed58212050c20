/**
 * The client that attacks must not hurt: one connection over HTTP and one of the Redis protocol with a small request
 * every 10 ms each, and a body of 100 KB that arrives in two pieces now and then. Notes how long each took; after an
 * error it connects anew.
 */

import { Connection, noTraffic } from "./connection.ts";
import { command, head } from "./messages.ts";
import type { Ports } from "./orders.ts";
import { pause } from "./assault.ts";

const INTERVAL_MS = 10;
const BODY_INTERVAL_MS = 200;
/** Longest that it waits for an answer. */
export const MAX_WAIT_MS = 10_000;
/** The size of an ordinary body. */
const BODY_BYTES = 100_000;

const HTTP_GET = head("GET /get?key=k");
const RESP_GET_AND_PING = command("GET", "k") + command("PING");
const BODY_HEAD = head("PUT /store/polite", `content-length: ${BODY_BYTES}`);
const BODY_HALF = "b".repeat(BODY_BYTES / 2);

/** One request: when it was due by performance.now(), and how long until it was answered or given up. */
export interface Sample {
  readonly dueMs: number;
  readonly tookMs: number;
}

/** What came of requests of one kind. */
export interface Asked {
  readonly samples: Sample[];
  failed: number;
  /** What went wrong first, for people. */
  firstFailure: string;
}

/** What came of its requests, by kind. */
export interface PoliteRecord {
  /** Small requests over HTTP and RESP. */
  readonly requests: Asked;
  readonly bodies: Asked;
  /** Exchanges with a server that nobody attacks; none if there is no such server. */
  readonly echoes: Asked;
}

/** Asks over one connection; rejects where the answer is not as it should be. */
type Asking = (connection: Connection) => Promise<void>;

/** A polite client at work, from its start until it is stopped. */
export class PoliteClient {
  readonly #traffic = noTraffic();
  readonly #record: PoliteRecord = { requests: nothing(), bodies: nothing(), echoes: nothing() };
  readonly #running: Promise<unknown>;
  #isStopped = false;

  /**
   * @param ports those of the server
   * @param echoPort that of a server to compare with; 0 for none
   */
  constructor(ports: Ports, echoPort: number) {
    const { requests, bodies, echoes } = this.#record;
    this.#running = Promise.all([
      this.#ask(ports.http, askHttp, INTERVAL_MS, requests),
      this.#ask(ports.resp, askResp, INTERVAL_MS, requests),
      this.#ask(ports.http, sendBody, BODY_INTERVAL_MS, bodies),
      echoPort === 0 ? undefined : this.#ask(echoPort, askEcho, INTERVAL_MS, echoes),
    ]);
  }

  /** Lets it finish what it waits for, and returns what it noted. */
  async stop(): Promise<PoliteRecord> {
    this.#isStopped = true;
    await this.#running;
    return this.#record;
  }

  /** Asks at each interval, or as soon as the answer before has come. */
  async #ask(port: number, asking: Asking, intervalMs: number, asked: Asked): Promise<void> {
    let connection: Connection | undefined;
    for (let dueMs = performance.now(); !this.#isStopped;) {
      const fromMs = performance.now();
      try {
        connection ??= await bounded(Connection.open(port, this.#traffic));
        await bounded(asking(connection));
      } catch (error) {
        asked.failed++;
        asked.firstFailure ||= error instanceof Error ? error.message : String(error);
        connection?.close();
        connection = undefined;
      }
      const endMs = performance.now();
      note(asked.samples, fromMs, endMs, intervalMs);
      dueMs = Math.max(dueMs + intervalMs, endMs);
      await pause(dueMs - endMs);
    }
    connection?.close();
  }
}

function nothing(): Asked {
  return { samples: [], failed: 0, firstFailure: "" };
}

/**
 * Notes a request, and those that would have been sent meanwhile: without them, one that took a second would count as
 * little as one that took a millisecond. That correction is G. Tene's, of HdrHistogram.
 */
function note(samples: Sample[], fromMs: number, endMs: number, intervalMs: number): void {
  for (let dueMs = fromMs; dueMs === fromMs || dueMs < endMs; dueMs += intervalMs) {
    samples.push({ dueMs, tookMs: endMs - dueMs });
  }
}

/**
 * Sends a body of ordinary size to the server, in two pieces, over a connection of its own.
 *
 * @throws {Error} if it is not stored
 */
export async function sendOrdinaryBody(ports: Ports): Promise<void> {
  using connection = await bounded(Connection.open(ports.http, noTraffic()));
  await bounded(sendBody(connection));
}

async function askHttp(connection: Connection): Promise<void> {
  await connection.send(HTTP_GET);
  await httpAnswer(connection);
}

async function sendBody(connection: Connection): Promise<void> {
  await connection.send(BODY_HEAD);
  await connection.send(BODY_HALF);
  await pause(1);
  await connection.send(BODY_HALF);
  await httpAnswer(connection);
}

async function httpAnswer(connection: Connection): Promise<void> {
  const headers = await connection.receiveTo("\r\n\r\n");
  const length = Number(/^content-length: (\d+)\r$/im.exec(headers)?.[1] ?? 0);
  const body = await connection.receive(length);
  if (!headers.startsWith("HTTP/1.1 200 ")) {
    throw new Error(`${headers.slice(9, 12)} ${new TextDecoder().decode(body)}`);
  }
}

/** The key may be gone, since this is a cache; an error is a failure. */
async function askResp(connection: Connection): Promise<void> {
  await connection.send(RESP_GET_AND_PING);
  const first = await connection.receiveTo("\r\n");
  if (first === "$1\r\n") await connection.receiveTo("\r\n");
  else if (first !== "$-1\r\n" && first !== "_\r\n") throw new Error(first.trimEnd());
  const pong = await connection.receiveTo("\r\n");
  if (pong !== "+PONG\r\n") throw new Error(pong.trimEnd());
}

async function askEcho(connection: Connection): Promise<void> {
  await connection.send(RESP_GET_AND_PING);
  await connection.receive(RESP_GET_AND_PING.length);
}

/** Waits for `work`, but not longer than a client does. */
async function bounded<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer for ${MAX_WAIT_MS} ms`)), MAX_WAIT_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
