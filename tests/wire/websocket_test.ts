// GET /ws: requests over a WebSocket, their order, ids and limits, and watching across workers.

import { assertEquals } from "@std/assert";
import { errorBody } from "./conversation.ts";
import { TestServer, until } from "./server.ts";

const PUT_OK = '{"status":"OK","message":"Key inserted/updated successfully."}';
const MISS = '{"status":"ERROR","message":"Key not found."}';
const WATCHING = '{"status":"OK","message":"Watching."}';

const HANDSHAKE = "connection: Upgrade\nupgrade: websocket\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\nsec-websocket-version: 13";

/** A socket that keeps what it was sent. */
class Socket implements Disposable {
  readonly received: string[] = [];
  readonly #socket: WebSocket;
  closed: CloseEvent | undefined;
  isOpen = false;

  constructor({ port }: TestServer, protocols: string[] = []) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, protocols);
    this.#socket.addEventListener("open", () => this.isOpen = true);
    this.#socket.addEventListener("message", ({ data }) => this.received.push(data));
    this.#socket.addEventListener("error", (event) => event.preventDefault());
    this.#socket.addEventListener("close", (event) => this.closed = event);
  }

  static async open(server: TestServer, protocols: string[] = []): Promise<Socket> {
    const socket = new Socket(server, protocols);
    await until("the socket is open", () => socket.isOpen);
    return socket;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** Sends and returns the next message. */
  async ask(text: string): Promise<string> {
    const before = this.received.length;
    this.send(text);
    return await until(`an answer to ${text}`, () => this.received[before] ?? false);
  }

  /** Waits for the end; returns the code. */
  async ended(): Promise<number> {
    return (await until("the socket is closed", () => this.closed ?? false)).code;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

function start(...args: string[]): Promise<TestServer> {
  return TestServer.start(["--websocket", ...args]);
}

Deno.test("/ws answers with the bodies of the JSON routes, and the id first", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  const table: [string, string][] = [
    ['{"op":"put","key":"k","value":"v"}', PUT_OK],
    ['{"id":1,"op":"put","key":"k","value":"v","ttl":60}', `{"id":1,${PUT_OK.slice(1)}`],
    ['{"op":"get","key":"k","id":"a\\"b"}', '{"id":"a\\"b","status":"OK","key":"k","value":"v"}'],
    ['{"op":"get","key":"none"}', MISS],
    ['{"op":"incr","key":"n","by":2}', '{"status":"OK","key":"n","value":"2"}'],
    ['{"op":"mput","items":[{"key":"a","value":"1"}]}', '{"status":"OK","count":1}'],
    [
      '{"op":"mget","keys":["a","b"]}',
      '{"status":"OK","items":[{"key":"a","value":"1"}],"missing":["b"]}',
    ],
    ['{"op":"delete","key":"a"}', '{"status":"OK","message":"Key deleted successfully."}'],
    [
      '{"op":"put","key":"k","value":"v","tll":1}',
      errorBody(
        'Unknown field "tll". Valid fields are "key", "value", "ttl", "ifAbsent", "ifPresent", "ifVersion".',
      ),
    ],
    [
      '{"op":"get","key":"k","mete":true}',
      errorBody('Unknown field "mete". Valid fields are "key", "meta".'),
    ],
    [
      '{"op":"pop"}',
      errorBody(
        'Field "op" is not valid. Send one of "put", "get", "delete", "incr", "mget", "mput", "watch", "unwatch".',
      ),
    ],
    [
      "[]",
      errorBody('Message is not a JSON object. Send one such as {"op":"get","key":"k"}.'),
    ],
    [
      "{",
      errorBody('Message is not valid JSON. Send an object such as {"op":"get","key":"k"}.'),
    ],
    [
      '{"id":{},"op":"get","key":"k"}',
      errorBody('Field "id" is not valid. Send a number, or a string of at most 64 characters.'),
    ],
  ];
  for (const [send, expect] of table) assertEquals(await socket.ask(send), expect);
});

Deno.test("/ws answers in the order of the requests", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  const count = 5000;
  for (let id = 0; id < count; id++) socket.send(`{"id":${id},"op":"incr","key":"n"}`);
  await until("all are answered", () => socket.received.length === count);
  socket.received.forEach((text, id) => {
    assertEquals(text, `{"id":${id},"status":"OK","key":"n","value":"${id + 1}"}`);
  });
});

Deno.test("/ws closes on a binary message and on one that is too large", async () => {
  await using server = await start();
  using binary = await Socket.open(server);
  binary.send(new Uint8Array([1]));
  assertEquals(await binary.ended(), 1003);
  assertEquals(binary.received, [errorBody("Message is binary. Send JSON as text.")]);
  using large = await Socket.open(server);
  large.send(" ".repeat(65_537));
  assertEquals(await large.ended(), 1009);
  assertEquals(large.received, []);
});

Deno.test("/ws is off unless asked for, and wants a handshake", async () => {
  await using off = await TestServer.start();
  assertEquals(
    await off.ask("GET /ws"),
    `404 ${errorBody("WebSocket is off. Start slabkv with --websocket.")}`,
  );
  assertEquals((await off.ask("GET /")).includes('"GET /ws"'), false);
  await using server = await start();
  assertEquals(
    await server.ask("GET /ws"),
    `426 ${errorBody("This path speaks WebSocket. Ask with a WebSocket client.")}`,
  );
  assertEquals((await server.ask("GET /")).includes('"GET /ws"'), true);
});

Deno.test("/ws refuses pages of other origins", async () => {
  await using server = await start();
  assertEquals(
    await server.ask(`GET /ws\n${HANDSHAKE}\norigin: http://evil.example`),
    `403 ${errorBody("Origin is not allowed. Start slabkv with --allow-origin to allow it.")}`,
  );
});

Deno.test("no spelling of /ws opens a socket for pages of other origins", async () => {
  await using server = await start();
  const { port } = server;
  const ask = async (line: string) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = `${line} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: http://evil.example\r\n`;
    const text = `${head}${HANDSHAKE.replaceAll("\n", "\r\n")}\r\n\r\n`;
    await conn.write(new TextEncoder().encode(text));
    const answer = new Uint8Array(1024);
    const count = await conn.read(answer) ?? 0;
    return new TextDecoder().decode(answer.subarray(0, count)).slice(9, 12);
  };
  for (const path of ["/ws", "/ws?", "/ws?a=1", "/ws#x", "/ws?#x"]) {
    assertEquals(await ask(`GET ${path}`), "403", path);
    assertEquals(await ask(`HEAD ${path}`), "405", path);
  }
});

Deno.test("/ws takes the token from the header or as a protocol", async () => {
  await using server = await start("--token", "sesame?~");
  assertEquals(
    await server.ask(`GET /ws\n${HANDSHAKE}`),
    `401 ${errorBody("Token is missing or wrong. Send Authorization: Bearer TOKEN.")}`,
  );
  const token = btoa("sesame?~").replaceAll("=", "").replaceAll("/", "_").replaceAll("+", "-");
  using socket = await Socket.open(server, ["slabkv", `slabkv.token.${token}`]);
  assertEquals(socket.protocol, "slabkv");
  assertEquals(await socket.ask('{"op":"get","key":"none"}'), MISS);
});

Deno.test("/ws refuses more sockets than --max-connections", async () => {
  await using server = await start("--max-connections", "1");
  using _socket = await Socket.open(server);
  assertEquals(
    await server.ask(`GET /ws\n${HANDSHAKE}`),
    `503 ${errorBody("Too many WebSockets are open. Try again in a moment.")}`,
  );
});

Deno.test("a watcher is told of puts, deletes and expiry, whichever worker did them", async () => {
  await using server = await start("--workers", "2");
  const sockets = await Promise.all(Array.from({ length: 8 }, () => Socket.open(server)));
  try {
    for (const socket of sockets) {
      assertEquals(await socket.ask('{"op":"watch","key":"k"}'), WATCHING);
      assertEquals(await socket.ask('{"op":"watch","key":"k"}'), WATCHING);
      socket.received.length = 0;
    }
    await server.ask('POST /put {"key":"other","value":"v"}');
    await server.ask('POST /put {"key":"k","value":"v"}');
    await server.ask("DELETE /delete?key=k");
    await server.ask('POST /put {"key":"k","value":"v","ttl":0.05}');
    const events = ["put", "deleted", "put", "expired"].map((event) =>
      `{"event":"${event}","key":"k"}`
    );
    for (const socket of sockets) {
      await until("all events have come", () => socket.received.length >= events.length);
      assertEquals(socket.received, events);
    }
    const [first, second] = sockets as [Socket, Socket];
    await first.ask('{"op":"unwatch","key":"k"}');
    await second.ask('{"op":"unwatch"}');
    first.received.length = second.received.length = 0;
    await server.ask('POST /put {"key":"k","value":"w"}');
    await until("another one is told", () => sockets[2]!.received.length === 5);
    await first.ask('{"op":"get","key":"none"}');
    assertEquals(first.received, [MISS]);
    assertEquals(second.received, []);
  } finally {
    sockets.forEach((socket) => socket[Symbol.dispose]());
  }
});

Deno.test("a watcher is told of an overflow when the whole cache is cleared", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  await socket.ask('{"op":"watch","key":"k"}');
  socket.received.length = 0;
  await server.ask('POST / ["FLUSHALL"]');
  await until("the overflow has come", () => socket.received.length > 0);
  assertEquals(socket.received[0], '{"event":"overflow"}');
});

Deno.test("a watcher is told of database 0 only, and of an overflow when it is exchanged", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  await socket.ask('{"op":"watch","key":"k"}');
  socket.received.length = 0;
  await server.ask('POST / ["SET","a","v"]');
  await server.ask('POST / ["COPY","a","k","DB","3"]');
  await server.ask('POST / ["COPY","a","k"]');
  await until("the change has come", () => socket.received.length > 0);
  assertEquals(socket.received, ['{"event":"put","key":"k"}']);
  await server.ask('POST / ["SWAPDB","0","3"]');
  await until("the overflow has come", () => socket.received.length > 1);
  assertEquals(socket.received[1], '{"event":"overflow"}');
  assertEquals(await socket.ask('{"op":"get","key":"a"}'), MISS);
  await server.ask('POST / ["COPY","k","a","DB","3"]');
  await server.ask('POST / ["COPY","k","k","DB","3","REPLACE"]');
  await server.ask('POST / ["DEL","k"]');
  await until("the deletion has come", () => socket.received.length > 3);
  assertEquals(socket.received[3], '{"event":"deleted","key":"k"}');
});

Deno.test("a client may watch 1,000 keys", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  for (let i = 0; i < 1001; i++) socket.send(`{"op":"watch","key":"k${i}"}`);
  await until("all are answered", () => socket.received.length === 1001);
  assertEquals(socket.received[999], WATCHING);
  assertEquals(
    socket.received[1000],
    errorBody("Too many watches. Watch at most 1000 keys at a time."),
  );
});

Deno.test("sockets are closed with 1001 when the server stops", async () => {
  await using server = await start();
  using socket = await Socket.open(server);
  server.kill("SIGTERM");
  assertEquals(await socket.ended(), 1001);
  assertEquals((await server.status).code, 0);
});
