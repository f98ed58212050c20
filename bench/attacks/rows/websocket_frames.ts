/**
 * Frames of WebSocket clients as bytes (RFC 6455), and the greeting before them. Masks with zero, which leaves the bytes
 * as they are. Knows nothing of what is inside.
 */

import type { Assault } from "../assault.ts";
import type { Connection } from "../connection.ts";
import { head, utf8 } from "../messages.ts";

/** The kinds of frames that attacks send. */
export const CONTINUATION = 0;
export const TEXT = 1;
export const PING = 9;

const FINAL = 0x80;
const MASKED = 0x80;
const MAX_SHORT = 125;
const MAX_MEDIUM = 65_535;

/** With this a client asks for a WebSocket. */
export const GREETING = head(
  "GET /ws",
  "connection: upgrade",
  "upgrade: websocket",
  "sec-websocket-version: 13",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
);

/** One frame; `isFinal` says whether its message ends with it. */
export function frame(
  kind: number,
  payload: string | Uint8Array,
  isFinal = true,
): Uint8Array {
  const data = typeof payload === "string" ? utf8(payload) : payload;
  const { length } = data;
  const lengthBytes = length <= MAX_SHORT ? 0 : length <= MAX_MEDIUM ? 2 : 8;
  const bytes = new Uint8Array(2 + lengthBytes + 4 + length);
  const view = new DataView(bytes.buffer);
  bytes[0] = (isFinal ? FINAL : 0) | kind;
  bytes[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, length);
  else if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  bytes.set(data, 6 + lengthBytes);
  return bytes;
}

/** Lets so many clients become WebSockets and act then; a refusal is none. */
export function webSockets(
  assault: Assault,
  count: number,
  act: (connection: Connection, client: number) => Promise<void>,
  again = false,
): Promise<void> {
  return assault.crowd(count, "http", async (connection, client) => {
    await connection.send(GREETING);
    const answer = await connection.receiveTo("\r\n\r\n");
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      return assault.complain(`no WebSocket: ${answer.slice(9, 40)}`);
    }
    await act(connection, client);
  }, again);
}
