// memcached's protocols over real connections: what is not compared with memcached itself, or differs from it on purpose.

import { assertEquals, assertMatch } from "@std/assert";
import type { RawClient } from "./raw_client.ts";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

const PORT = ["--memcache-port", "0"];

const table: readonly (readonly [send: string, expect: string])[] = [
  ["set a 0 0 3\r\nabc\r\nget a b\r\n", "STORED\r\nVALUE a 0 3\r\nabc\r\nEND\r\n"],
  ["set n 0 0 2\r\n10\r\ndecr n 1\r\nget n\r\n", "STORED\r\n9\r\nVALUE n 0 1\r\n9\r\nEND\r\n"],
  ["add a 0 0 1\r\nx\r\nreplace b 0 0 1\r\nx\r\n", "NOT_STORED\r\nNOT_STORED\r\n"],
  [
    "append a 0 0 1\r\nd\r\nprepend a 0 0 1\r\n_\r\nget a\r\n",
    "STORED\r\nSTORED\r\nVALUE a 0 5\r\n_abcd\r\nEND\r\n",
  ],
  ["cas a 0 0 1 1\r\nx\r\ncas no 0 0 1 1\r\nx\r\n", "EXISTS\r\nNOT_FOUND\r\n"],
  ["touch a 100\r\ndelete a\r\ndelete a\r\n", "TOUCHED\r\nDELETED\r\nNOT_FOUND\r\n"],
  [
    "set k 0 0 1 noreply\r\nx\r\nincr k 1\r\n",
    "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n",
  ],
  ["set k 0 -1 1\r\nx\r\nget k\r\n", "STORED\r\nEND\r\n"],
  ["flush_all\r\nget n\r\nversion\r\n", "OK\r\nEND\r\nVERSION 1.6.18\r\n"],
];

for (const workers of ["1", "2"]) {
  Deno.test(`memcached's classic conversation (workers: ${workers})`, async () => {
    await using server = await TestServer.start(["--workers", workers, ...PORT]);
    using client = await connectRaw(server, "memcached");
    for (const [send, expect] of table) await exchange(client, send, expect);
    await client.send("quit\r\n");
    assertEquals(await client.receiveRest(), "");
  });
}

Deno.test("a line of many keys and a long pipeline are answered in order", async () => {
  await using server = await TestServer.start(PORT);
  using client = await connectRaw(server, "memcached");
  const value = "v".repeat(1000);
  const keys = Array.from({ length: 3000 }, (_, i) => `key${i}`);
  const sets = keys.map((key) => `set ${key} 0 0 1000 noreply\r\n${value}\r\n`).join("");
  await client.send(sets);
  await exchange(
    client,
    `get ${keys.join(" ")} none\r\nget key7\r\n`,
    keys.map((key) => `VALUE ${key} 0 1000\r\n${value}\r\n`).join("") +
      `END\r\nVALUE key7 0 1000\r\n${value}\r\nEND\r\n`,
  );
});

Deno.test("memcached's clients show the token as a value; browsers are shown nothing", async () => {
  await using server = await TestServer.start([...PORT, "--token", "s3cret"]);
  using client = await connectRaw(server, "memcached");
  const steps: [string, string][] = [
    ["get k\r\n", "CLIENT_ERROR unauthenticated\r\n"],
    ["set x 0 0 7\r\nme nope\r\n", "CLIENT_ERROR authentication failure\r\n"],
    ["set x 0 0 9\r\nme s3cret\r\nget k\r\n", "STORED\r\nEND\r\n"],
  ];
  for (const [send, expect] of steps) await exchange(client, send, expect);
  using browser = await connectRaw(server, "memcached");
  await browser.send("POST / HTTP/1.1\r\nHost: x\r\n\r\nset k 0 0 1\r\nv\r\n");
  assertEquals(await browser.receiveRest(), "");
});

/** A binary request. */
function frame(code: number, key: string, value = "", extras = ""): Uint8Array<ArrayBuffer> {
  const text = extras + key + value;
  const bytes = new Uint8Array(24 + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, code);
  view.setUint16(2, key.length);
  view.setUint8(4, extras.length);
  view.setUint32(8, text.length);
  bytes.set(Uint8Array.from(text, (char) => char.charCodeAt(0)), 24);
  return bytes;
}

/** Sends a frame. Returns status and body of the answer. */
async function ask(client: RawClient, request: Uint8Array<ArrayBuffer>): Promise<string> {
  await client.send(request);
  const head = await client.receiveBytes(24);
  const view = new DataView(head.buffer, head.byteOffset);
  const body = await client.receiveBytes(view.getUint32(8));
  return `${view.getUint16(6).toString(16)} ${new TextDecoder().decode(body)}`;
}

Deno.test("binary clients show the token by SASL; others are refused and closed", async () => {
  await using server = await TestServer.start([...PORT, "--token", "s3cret"]);
  using client = await connectRaw(server, "memcached");
  assertEquals(await ask(client, frame(0x20, "")), "0 PLAIN");
  assertEquals(await ask(client, frame(0x21, "PLAIN", "\0me\0nope")), "20 Auth failure.");
  assertEquals(await ask(client, frame(0x21, "PLAIN", "\0me\0s3cret")), "0 Authenticated");
  assertEquals(await ask(client, frame(0x01, "k", "v", "\0".repeat(8))), "0 ");
  assertEquals(await ask(client, frame(0x00, "k")), "0 \0\0\0\0v");
  using other = await connectRaw(server, "memcached");
  assertEquals(await ask(other, frame(0x00, "k")), "20 Auth failure.");
  assertEquals(await other.receiveRest(), "");
});

Deno.test("what memcached's clients store others read, and what others store they read", async () => {
  await using server = await TestServer.start([...PORT, "--resp-port", "0"]);
  using client = await connectRaw(server, "memcached");
  using resp = await connectRaw(server, "redis");
  await exchange(client, "set a 0 100 3\r\none\r\n", "STORED\r\n");
  await exchange(resp, command("GET", "a"), "$3\r\none\r\n");
  await exchange(resp, command("TTL", "a"), ":100\r\n");
  await exchange(resp, command("SET", "b", "two\n"), "+OK\r\n");
  await exchange(resp, command("RPUSH", "list", "x"), ":1\r\n");
  await exchange(client, "get b list\r\n", "VALUE b 0 4\r\ntwo\n\r\nEND\r\n");
  await exchange(
    client,
    "append list 0 0 1\r\nx\r\nincr list 1\r\n",
    "NOT_STORED\r\nCLIENT_ERROR cannot increment or decrement non-numeric value\r\n",
  );
  await exchange(client, "touch list 0\r\nset list 0 0 1\r\nx\r\n", "TOUCHED\r\nSTORED\r\n");
});

Deno.test("a value's flags stay with what is changed or moved, and go with what is set anew", async () => {
  await using server = await TestServer.start([...PORT, "--resp-port", "0"]);
  using client = await connectRaw(server, "memcached");
  using resp = await connectRaw(server, "redis");
  await exchange(client, "set a 4294967295 0 1\r\n1\r\n", "STORED\r\n");
  const keeping: [string[], string][] = [
    [["INCR", "a"], ":2\r\n"],
    [["APPEND", "a", "x".repeat(9)], ":10\r\n"],
    [["EXPIRE", "a", "100"], ":1\r\n"],
    [["RENAME", "a", "b"], "+OK\r\n"],
    [["COPY", "b", "a"], ":1\r\n"],
    [["SETRANGE", "a", "300000", "x"], ":300001\r\n"],
    [["GETRANGE", "a", "0", "0"], "$1\r\n2\r\n"],
  ];
  for (const [words, answer] of keeping) await exchange(resp, command(...words), answer);
  await exchange(client, "get b\r\n", "VALUE b 4294967295 10\r\n2xxxxxxxxx\r\nEND\r\n");
  await client.send("get a\r\n");
  assertEquals(await client.receiveText(28), "VALUE a 4294967295 300001\r\n2");
  await client.receiveText(300_000 + 7);
  for (const words of [["SET", "b", "x"], ["SET", "b", "x", "KEEPTTL"]]) {
    await exchange(client, "set b 7 0 1\r\n1\r\n", "STORED\r\n");
    await exchange(resp, command(...words), "+OK\r\n");
    await exchange(client, "get b\r\n", "VALUE b 0 1\r\nx\r\nEND\r\n");
  }
});

Deno.test("a pause holds a request, and a line of keys goes on where it was", async () => {
  await using server = await TestServer.start([...PORT, "--resp-port", "0"]);
  using client = await connectRaw(server, "memcached");
  using resp = await connectRaw(server, "redis");
  await exchange(client, "set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\n", "STORED\r\n".repeat(2));
  await exchange(resp, command("CLIENT", "PAUSE", "60000", "WRITE"), "+OK\r\n");
  using other = await connectRaw(server, "memcached");
  await client.send("get a\r\ngat 0 a b c\r\n");
  await other.send("get b\r\nms ZA== 1 b\r\nx\r\nmg ZA== b v k\r\n");
  await exchange(client, "", "VALUE a 0 1\r\n1\r\nEND\r\n");
  await exchange(other, "", "VALUE b 0 1\r\n2\r\nEND\r\n");
  await until("both clients are held", async () => {
    await resp.send(command("CLIENT", "LIST"));
    let line = "";
    while (!line.endsWith("\r\n")) line += await resp.receiveText(1);
    const list = await resp.receiveText(Number(line.slice(1)) + 2);
    return list.split(" flags=b ").length === 3;
  });
  await exchange(resp, command("CLIENT", "UNPAUSE"), "+OK\r\n");
  const found = "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\nEND\r\n";
  await exchange(other, "", "HD\r\nVA 1 kZA== b\r\nx\r\n");
  assertEquals(await client.receiveText(found.length), found);
});

Deno.test("a value that is too large is refused, and the old one goes", async () => {
  await using server = await TestServer.start([...PORT, "--max-value-bytes", "10000"]);
  using client = await connectRaw(server, "memcached");
  const large = "x".repeat(10_001);
  await exchange(
    client,
    `set k 0 0 1\r\nx\r\nadd k 0 0 10001\r\n${large}\r\nget k\r\n`,
    "STORED\r\nSERVER_ERROR object too large for cache\r\nVALUE k 0 1\r\nx\r\nEND\r\n",
  );
  await exchange(
    client,
    `set k 0 0 10001\r\n${large}\r\nget k\r\n`,
    "SERVER_ERROR object too large for cache\r\nEND\r\n",
  );
});

Deno.test("flush_all with a delay forgets everything when its time comes", async () => {
  await using server = await TestServer.start(["--workers", "2", ...PORT]);
  using client = await connectRaw(server, "memcached");
  await exchange(
    client,
    "set k 0 0 1\r\nx\r\nflush_all 1\r\nget k\r\n",
    "STORED\r\nOK\r\nVALUE k 0 1\r\nx\r\nEND\r\n",
  );
  await until("the flush has come", async () => {
    using other = await connectRaw(server, "memcached");
    await other.send("get k\r\nquit\r\n");
    return await other.receiveRest() === "END\r\n";
  });
});

Deno.test("stats says what the server counts", async () => {
  await using server = await TestServer.start(PORT);
  using client = await connectRaw(server, "memcached");
  await exchange(
    client,
    "set k 0 0 1\r\nx\r\nget k\r\nget no\r\n",
    "STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\nEND\r\n",
  );
  await client.send("stats\r\nstats items\r\nstats settings\r\nstats nonsense\r\nquit\r\n");
  const text = await client.receiveRest();
  for (
    const line of ["get_hits 1", "get_misses 1", "cmd_set 1", "curr_items 1", "curr_connections 1"]
  ) {
    assertMatch(text, new RegExp(`STAT ${line}\r\n`), line);
  }
  assertMatch(text, /END\r\nEND\r\nSTAT maxbytes \d+\r\n[^]*END\r\nERROR\r\n$/);
});

Deno.test("statistics of a name that there is not are not found, whatever was refused before", async () => {
  await using server = await TestServer.start([...PORT, "--workers", "1"]);
  using client = await connectRaw(server, "memcached");
  assertEquals(await ask(client, frame(0x10, "nonsense")), "1 Not found");
  assertEquals(await ask(client, frame(0xfe, "")), "81 Unknown command");
  assertEquals(await ask(client, frame(0x10, "nonsense")), "1 Not found");
  assertEquals(await ask(client, frame(0x10, "items")), "0 ");
});
