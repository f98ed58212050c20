// Asks a server for what it tells of itself: once, as JSON, or as a stream of events that stays open. Judges no
// figures; says why there are none.

import { AnswerReader } from "../answer_reader.ts";
import {
  type Access,
  closeConnection,
  explain,
  openConnection,
  writeBytes,
} from "../connection.ts";
import { authorizationLine, exchange, refusal } from "../exchange.ts";
import { ClientError } from "../platform.ts";
import { checkFacts, Refused } from "./expected_facts.ts";
import { parseObject } from "../server_commands.ts";
import { EventLines } from "../../server/observe/facts/event_lines.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";

const LIVE_PATH = "/stats/live";

/** What a server answered to one request. */
export interface Told<T> {
  readonly facts: T;
  /** As it was sent. */
  readonly text: string;
}

/**
 * Asks for facts.
 *
 * @param access the server
 * @param path the route, with its query
 * @returns what it said; the caller knows the shape
 * @throws {Refused} where the answer is an error, or has not all that is read of it
 */
export async function askFacts<T>(access: Access, path: string): Promise<Told<T>> {
  const answer = await exchange(access, { method: "GET", path });
  const pathname = path.split("?", 1)[0]!;
  if (answer.status !== 200) throw refused(access, answer, pathname);
  const text = new TextDecoder().decode(answer.body);
  const facts = parseObject(text, access.target.url);
  checkFacts(access, pathname, facts);
  return { facts: facts as T, text };
}

function refused(
  access: Access,
  answer: { status: number; body: Uint8Array<ArrayBuffer> },
  pathname: string,
): Error {
  if (answer.status === 404) {
    return new Refused(`${access.target.url} has no ${pathname}: is that slabkv older?`);
  }
  const { message } = refusal(access, answer);
  // Overload, loading and too many listeners pass.
  return answer.status >= 500 ? new ClientError(message) : new Refused(message);
}

/**
 * Gives the events of /stats/live as they come.
 *
 * @param access the server; its time limit is that for each event
 * @param signal ends the stream
 * @throws {ClientError} when the stream ends, or does not begin; {@linkcode Refused} where the server refuses it
 */
export async function* liveEvents(
  access: Access,
  signal: AbortSignal,
): AsyncGenerator<LiveFacts> {
  const giveUp = new AbortController();
  const onAbort = () => giveUp.abort();
  signal.addEventListener("abort", onAbort);
  let timer = setTimeout(onAbort, access.timeoutMs);
  let conn: Deno.Conn | undefined;
  try {
    if (signal.aborted) return;
    conn = await openConnection(access, giveUp.signal);
    await writeBytes(conn, head(access));
    const reader = new AnswerReader(conn);
    const { status, headers } = await reader.readHead();
    if (status !== 200) {
      const body = await reader.readBody(status, headers);
      throw refused(access, { status, body }, LIVE_PATH);
    }
    const events = new EventLines();
    const decoder = new TextDecoder();
    for await (const piece of reader.pieces(headers)) {
      for (const data of events.take(decoder.decode(piece, { stream: true }))) {
        clearTimeout(timer);
        yield liveFacts(data, access);
        timer = setTimeout(onAbort, access.timeoutMs);
      }
    }
    throw new ClientError(`${access.target.url} has ended the connection`);
  } catch (error) {
    if (signal.aborted) return;
    throw explain(access, error, giveUp.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    if (conn !== undefined) closeConnection(conn);
  }
}

function head({ target, token }: Access): Uint8Array {
  return new TextEncoder().encode(
    `GET ${target.prefix}${LIVE_PATH} HTTP/1.1\r\nhost: ${target.authority}\r\n` +
      `accept: text/event-stream\r\n${authorizationLine(token)}\r\n`,
  );
}

function liveFacts(data: string, access: Access): LiveFacts {
  const facts = parseObject(data, access.target.url);
  checkFacts(access, LIVE_PATH, facts);
  return facts as unknown as LiveFacts;
}
