// Conversations: tables of what is sent and what has to come back, byte for byte. Over one worker
// all goes through one connection; over two each request has its own, so that both are talked to.

import { assertEquals, assertMatch } from "@std/assert";
import { type Answer, RawClient } from "./raw_client.ts";
import { TestServer } from "./server.ts";

/** What a header has to be: this text, or not there at all. */
export type ExpectedHeaders = Readonly<Record<string, string | null>>;

/** A request in short form (see raw_client.ts), status and body of its answer, and some headers. */
export type Exchange = readonly [
  send: string,
  expect: string | RegExp,
  headers?: ExpectedHeaders,
];

/** Body of an error. */
export function errorBody(message: string): string {
  return `{"status":"ERROR","message":${JSON.stringify(message)}}`;
}

/** The answers that need no more to be said. */
export const PUT_OK = '200 {"status":"OK","message":"Key inserted/updated successfully."}';
export const DELETE_OK = '200 {"status":"OK","message":"Key deleted successfully."}';
export const MISS = '200 {"status":"ERROR","message":"Key not found."}';
export const NOT_MET = '409 {"status":"ERROR","message":"Condition not met."}';

/** Checks an answer against what an exchange expects. */
export function assertAnswer(answer: Answer, [send, expect, headers = {}]: Exchange): void {
  const found = `${answer.status} ${answer.text}`.trimEnd();
  if (typeof expect === "string") assertEquals(found, expect, send);
  else assertMatch(found, expect, send);
  for (const [name, value] of Object.entries(headers)) {
    assertEquals(answer.headers.get(name), value, `${name} of ${send}`);
  }
}

/** Has a conversation: over one connection, or one connection per exchange. */
export async function converse(
  connect: () => Promise<RawClient>,
  table: readonly Exchange[],
  reconnect = false,
): Promise<void> {
  let client = await connect();
  try {
    for (const exchange of table) {
      const answer = await client.ask(exchange[0]);
      assertAnswer(answer, exchange);
      if (!reconnect && !answer.headers.has("connection")) continue;
      client.close();
      client = await connect();
    }
  } finally {
    client.close();
  }
}

/** Registers a test of a conversation over one worker, and one over two unless `counts` says otherwise. */
export function conversation(
  name: string,
  table: readonly Exchange[],
  args: readonly string[] = [],
  counts: readonly number[] = [1, 2],
): void {
  for (const workers of counts) {
    Deno.test(`${name} (workers: ${workers})`, async () => {
      await using server = await TestServer.start(["--workers", String(workers), ...args]);
      await converse(() => server.connect(), table, workers > 1);
    });
  }
}
