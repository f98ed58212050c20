// The text protocol over real connections, and values that pass from one protocol to the other.

import { assertEquals } from "@std/assert";
import { command, connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

const table: readonly [send: string, expect: string][] = [
  ["PUT key a value\nGET key\n", "OK\na value\n"],
  ["put key x\r\nget key\r\nDel key\r\nDEL key\r\nget key\n", "OK\nx\nOK\nNOTFOUND\nNOTFOUND\n"],
  ["PING\nfoo\n\nPUT k\n", "PONG\nERROR\nERROR\nERROR\n"],
  [`PUT k ${"ü".repeat(256)}\nPUT k ${"ü".repeat(257)}\n`, "OK\nERROR\n"],
  [`PING\nPUT k ${"x".repeat(3_000_000)}\nPING\n`, "PONG\nERROR\nPONG\n"],
  [`PUT ${"ü".repeat(256)} v\nPUT ${"ü".repeat(257)} v\n`, "OK\nERROR\n"],
];

for (const workers of ["1", "2"]) {
  Deno.test(`text conversation (workers: ${workers})`, async () => {
    await using server = await TestServer.start(["--workers", workers, "--text-port", "0"]);
    using client = await connectRaw(server, "tcp");
    for (const [send, expect] of table) await exchange(client, send, expect);
    await exchange(client, "PING\n".repeat(5000), "PONG\n".repeat(5000));
    await client.send("QUIT\n");
    assertEquals(await client.receiveRest(), "OK\n");
  });
}

Deno.test("text clients show the token with AUTH; browsers are shown nothing", async () => {
  await using server = await TestServer.start(["--text-port", "0", "--token", "s3cret"]);
  using client = await connectRaw(server, "tcp");
  await exchange(client, "GET k\nAUTH no\nAUTH s3cret\nGET k\n", "ERROR\nERROR\nOK\nNOTFOUND\n");
  using browser = await connectRaw(server, "tcp");
  await browser.send("POST / HTTP/1.1\r\nHost: x\r\n\r\nPUT k v\r\n");
  assertEquals(await browser.receiveRest(), "");
});

Deno.test("what one protocol writes the others read", async () => {
  await using server = await TestServer.start(["--text-port", "0", "--resp-port", "0"]);
  using text = await connectRaw(server, "tcp");
  using resp = await connectRaw(server, "redis");
  await exchange(text, "PUT a one two\n", "OK\n");
  await exchange(resp, command("GET", "a"), "$7\r\none two\r\n");
  await exchange(resp, command("SET", "b", "three"), "+OK\r\n");
  await exchange(text, "GET b\n", "three\n");
  await exchange(resp, command("SET", "c", "two\nlines"), "+OK\r\n");
  await exchange(text, "GET c\n", "ERROR\n");
  assertEquals(
    await server.ask("GET /get?key=a"),
    '200 {"status":"OK","key":"a","value":"one two"}',
  );
});
