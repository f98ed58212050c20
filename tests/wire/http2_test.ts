// HTTP/2 clients that break rules: the server goes on, and nothing but its own log is printed.

import { assertEquals } from "@std/assert";
import { joined } from "./raw_client.ts";
import { TestServer } from "./server.ts";

const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** GET / of localhost, in HPACK. */
const HEADERS = new Uint8Array([
  0x82,
  0x86,
  0x84,
  0x41,
  9,
  ...new TextEncoder().encode("localhost"),
]);
const Type = { headers: 1, reset: 3, settings: 4, ping: 6, continuation: 9 } as const;
/** Ends the stream and the headers. */
const END = 5;

/** A frame as RFC 9113, 4.1 has it. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length << 8 | type);
  bytes[4] = flags;
  new DataView(bytes.buffer).setUint32(5, stream);
  bytes.set(payload, 9);
  return bytes;
}

function requests(count: number, ...frames: ((stream: number) => Uint8Array)[]): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => frames.map((make) => make(2 * i + 1))).flat();
}

const CANCEL = new Uint8Array([0, 0, 0, 8]);
const ATTACKS: Readonly<Record<string, readonly Uint8Array[]>> = {
  resets: requests(
    2000,
    (stream) => frame(Type.headers, END, stream, HEADERS),
    (stream) => frame(Type.reset, 0, stream, CANCEL),
  ),
  pings: Array.from({ length: 2000 }, () => frame(Type.ping, 0, 0, new Uint8Array(8))),
  settings: Array.from({ length: 2000 }, () => frame(Type.settings, 0, 0, new Uint8Array())),
  continuations: [
    frame(Type.headers, 1, 1, HEADERS),
    ...Array.from({ length: 200 }, () => frame(Type.continuation, 0, 1, HEADERS)),
  ],
  "broken headers": [frame(Type.headers, END, 1, new Uint8Array(8).fill(0xff))],
};

Deno.test("HTTP/2 clients that break rules print nothing past the log, and harm nobody", async () => {
  await using server = await TestServer.start(["--workers", "1"]);
  for (const [name, frames] of Object.entries(ATTACKS)) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const settings = frame(Type.settings, 0, 0, new Uint8Array());
    // The server may end the connection at any point.
    await conn.write(joined(PREFACE, settings, ...frames)).catch(() => {});
    await conn.read(new Uint8Array(1024)).catch(() => {});
    assertEquals(await server.ask("GET /health"), '200 {"status":"healthy"}', name);
  }
  assertEquals(server.stderr, "");
});
