// WebSocket clients that do not read, or send faster than they are answered: they are closed, and
// others are served. Over bare connections, since a WebSocket object always reads.

import { assertEquals } from "@std/assert";
import { frame, GREETING, TEXT } from "../../bench/attacks/rows/websocket_frames.ts";
import { TestServer } from "./server.ts";

const BIG = "x".repeat(8000);

/** A message as often as that. */
function messages(text: string, count: number): Uint8Array<ArrayBuffer> {
  const message = frame(TEXT, text);
  const all = new Uint8Array(count * message.length);
  for (let at = 0; at < all.length; at += message.length) all.set(message, at);
  return all;
}

async function connect({ port }: TestServer): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(GREETING));
  return conn;
}

/** Writes all, or what the server takes before it closes. */
async function send(conn: Deno.TcpConn, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at)).catch(() => bytes.length);
  }
}

Deno.test("/ws closes a client that does not read", async () => {
  await using server = await TestServer.start(["--websocket", "--max-value", "8000"]);
  await server.ask(`POST /put {"key":"k","value":"${BIG}"}`);
  using conn = await connect(server);
  const count = 5000;
  await send(conn, messages('{"op":"get","key":"k"}', count));
  let received = 0;
  let isClosed = false;
  try {
    const buffer = new Uint8Array(65_536);
    while (!isClosed && received < count * BIG.length) {
      const length = await conn.read(buffer);
      if (length === null) break;
      received += length;
      const at = buffer.subarray(0, length).indexOf(0x88);
      // A close frame with code 1008.
      isClosed = at >= 0 && buffer[at + 2] === 0x03 && buffer[at + 3] === 0xf0;
    }
  } catch (error) {
    // The server may already be gone while the client still sends.
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  assertEquals(received < count * BIG.length, true);
  assertEquals(await server.ask("GET /get/none"), "404 No value found for key");
});

Deno.test("/ws closes a client that sends faster than it is answered, and serves others", async () => {
  await using server = await TestServer.start(["--websocket"]);
  using conn = await connect(server);
  const bytes = messages('{"op":"get","key":"k"}', 20_000);
  let isClosed = false;
  const reading = conn.readable.pipeTo(new WritableStream()).catch(() => {})
    .then(() => isClosed = true);
  for (let round = 0; !isClosed; round++) {
    assertEquals(round < 50, true, "a million messages were taken");
    await send(conn, bytes);
    assertEquals(await server.ask("GET /get/none"), "404 No value found for key");
  }
  await reading;
});
