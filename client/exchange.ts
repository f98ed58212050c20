/**
 * Sends one request over its own connection and reads the answer, within a time limit. Does not use
 * fetch(): that starts slower, and takes the keys "." and ".." for steps in a path.
 *
 * @module
 */

import { AnswerReader, type ClientAnswer } from "./answer_reader.ts";
import { type Access, closeConnection, explain, openConnection, writeBytes } from "./connection.ts";
import { ClientError } from "./platform.ts";

/** A request. */
export interface ClientRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Path and query as they are sent, without the target's prefix. */
  readonly path: string;
  readonly body?: Uint8Array;
  /** More header lines, each with its CR LF. */
  readonly headers?: string;
}

/**
 * Sends a request and waits for the answer.
 *
 * @param access the server and the time limit
 * @param request the request to send
 * @returns the answer, whatever its status
 * @throws {ClientError} if there is none
 */
export async function exchange(access: Access, request: ClientRequest): Promise<ClientAnswer> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), access.timeoutMs);
  let conn: Deno.Conn | undefined;
  try {
    conn = await openConnection(access, giveUp.signal);
    return await converse(conn, requestBytes(access, request));
  } catch (error) {
    throw explain(access, error, giveUp.signal);
  } finally {
    clearTimeout(timer);
    if (conn !== undefined) closeConnection(conn);
  }
}

/**
 * Explains an answer that was not expected.
 *
 * @param access the server that answered
 * @param answer the answer
 * @returns an error with the server's own message, if it gave one
 */
export function refusal(access: Access, { status, body }: ClientAnswer): ClientError {
  const message = messageIn(new TextDecoder().decode(body.subarray(0, 4096)));
  const hint = status === 401 ? " Give it with --token or SLABKV_TOKEN" : "";
  return new ClientError(`${access.target.url} answered ${status}: ${message}${hint}`);
}

/** The header line that carries the token, or nothing. */
export function authorizationLine(token: string | undefined): string {
  return token === undefined ? "" : `authorization: Bearer ${token}\r\n`;
}

// A server may refuse a body before it has read all of it. Its answer says why.
async function converse(conn: Deno.Conn, bytes: Uint8Array): Promise<ClientAnswer> {
  const answer = new AnswerReader(conn).read();
  const sent = writeBytes(conn, bytes).then(() => undefined, (error: unknown) => error);
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw await sent ?? error;
  }
}

function requestBytes({ target, token }: Access, request: ClientRequest): Uint8Array {
  const { method, path, body, headers = "" } = request;
  const head = new TextEncoder().encode(
    `${method} ${target.prefix}${path} HTTP/1.1\r\nhost: ${target.authority}\r\n` +
      `connection: close\r\n${headers}${authorizationLine(token)}` +
      `${body === undefined ? "" : `content-length: ${body.length}\r\n`}\r\n`,
  );
  if (body === undefined) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function messageIn(text: string): string {
  try {
    const { message, error } = JSON.parse(text);
    if (typeof message === "string") return message;
    if (typeof error === "string") return error;
  } catch {
    // This is not slabkv's JSON but a proxy's page, or the text of a raw route.
  }
  const line = text.replaceAll(/\s+/g, " ").trim().slice(0, 200);
  return line === "" ? "no message" : line;
}
