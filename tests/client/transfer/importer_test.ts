// What an import sends: whole transactions, all commands but one that is cut off, the database of each, and
// again what a server could not run, from the right command on.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ByteInput, FormatError } from "../../../server/rdb/byte_input.ts";
import { Chunk, CHUNK_BYTES } from "../../../client/transfer/chunk.ts";
import { Importer } from "../../../client/transfer/importer.ts";
import { Sender } from "../../../client/transfer/sender.ts";
import { StreamSource } from "../../../client/transfer/sources.ts";
import { Tally } from "../../../client/transfer/tally.ts";
import { parseTarget } from "../../../client/target.ts";
import { FakeServer } from "../fixture.ts";
import { sentFor, wordsOf } from "./sent_commands.ts";

const encoder = new TextEncoder();

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** A server that keeps the commands that it has run, and answers as `refuse` says: with a status, or null. */
function fakeServer(
  refuse: (request: number, commands: string[]) => [status: number, done: number] | null,
) {
  const ran: string[] = [];
  let requests = 0;
  const server = new FakeServer(async (request, path) => {
    const body = new TextDecoder("latin1").decode(await request.bytes());
    const database = path.slice(path.indexOf("=") + 1);
    const commands = body.split(/(?=\*\d+\r\n\$\d+\r\n[A-Z]+\r\n)/);
    const [status, done] = refuse(requests++, commands) ?? [200, commands.length];
    if (status === 413) return new Response("{}", { status });
    ran.push(...commands.slice(0, done).map((each) => `${database} ${wordsOf(each)}`));
    const counts = { done, stored: done, failed: 0, skipped: {}, errors: [] };
    return Response.json(counts, { status });
  });
  return { server, ran, requestCount: () => requests };
}

function senderTo(server: FakeServer, tally: Tally): Sender {
  const target = parseTarget(server.url)!;
  return new Sender(
    { target, token: undefined, timeoutMs: 5000, caCerts: [] },
    tally,
    () => Promise.resolve(),
  );
}

Deno.test("Importer sends commands with the database in which each begins", async () => {
  const stream = command("SET", "a", "1") + "select 3\r\n" + command("SET", "b", "1") +
    command("SELECT", "x") +
    command("SET", "c", "1") + command("SELECT", "99") + command("DEL", "d");
  assertEquals((await sentFor(stream)).sent, [
    "0 SET a 1",
    "0 select 3",
    "3 SET b 1",
    "3 SELECT x",
    "-1 SET c 1",
    "-1 SELECT 99",
    "99 DEL d",
  ]);
});

Deno.test("Importer begins each source in database 0", async () => {
  const sent: string[] = [];
  const sender = {
    send(chunk: Chunk): Promise<void> {
      const text = new TextDecoder().decode(chunk.bytes.subarray(0, chunk.length));
      sent.push(`${chunk.databases[0]} ${text.match(/[a-z]$/gm)?.join("") ?? ""}`);
      return Promise.resolve();
    },
  } as unknown as Sender;
  const importer = new Importer(sender, new Tally(), () => 0);
  for (const text of [`SET a a\nSELECT 3\nSET b b\n`, "SET c c\n"]) {
    const source = new StreamSource(new Blob([text]).stream());
    await importer.take(source, new ByteInput(), "mustBeWhole");
  }
  await importer.finish();
  assertEquals(sent, ["0 ab", "0 c"]);
});

Deno.test("Importer sends a transaction when its end has come, and not at all without", async () => {
  const begun = command("SET", "a", "1") + command("MULTI") + command("SELECT", "2") +
    command("INCR", "b");
  const whole = begun + command("EXEC") + command("SET", "c", "1");
  assertEquals((await sentFor(whole)).sent, ["0 SET a 1", "0 SELECT 2", "2 INCR b", "2 SET c 1"]);
  const discarded = begun + command("DISCARD") + command("SET", "c", "1");
  assertEquals((await sentFor(discarded)).sent, ["0 SET a 1", "0 SET c 1"]);
  const { sent, notes } = await sentFor(begun);
  assertEquals(sent, ["0 SET a 1"]);
  assertEquals(notes, [
    `stdin ends inside a transaction (byte ${begun.length}), which was left out`,
  ]);
});

Deno.test("Importer takes a transaction as it comes that is too long to be held back", async () => {
  const value = "x".repeat(CHUNK_BYTES / 4);
  const sets = Array.from({ length: 9 }, (_, i) => command("SET", `k${i}`, value)).join("");
  const { sent } = await sentFor(
    command("MULTI") + sets + command("EXEC") + command("SET", "z", "1"),
  );
  assertEquals(
    sent.map((each) => each.slice(0, 8).trim()),
    [
      ...Array.from({ length: 9 }, (_, i) => `0 SET k${i}`),
      "0 SET z",
    ].map((each) => each.slice(0, 8).trim()),
  );
});

Deno.test("Importer says that a long transaction has no end, though its commands were sent", async () => {
  const value = "x".repeat(CHUNK_BYTES / 4);
  const begun = command("MULTI") +
    Array.from({ length: 9 }, (_, i) => command("SET", `k${i}`, value)).join("");
  const note = "of which the commands before were taken in";
  const { sent, notes } = await sentFor(begun);
  assertEquals(sent.length, 9);
  assertEquals(notes, [`stdin ends inside a transaction (byte ${begun.length}), ${note}`]);
  const cut = await sentFor(begun + "*3\r\n$3\r\nSET\r\n");
  assertEquals(cut.sent.length, 9);
  assertEquals(cut.notes, [`stdin ends inside a transaction (byte ${begun.length}), ${note}`]);
});

Deno.test("Importer leaves out a command that is cut off at the end of the last file only", async () => {
  const first = command("SET", "a", "1");
  const stream = first + command("SET", "b", "2");
  for (let end = 1; end < stream.length; end++) {
    const isWhole = end === first.length;
    const { sent, notes } = await sentFor(stream.slice(0, end));
    assertEquals(sent, end < first.length ? [] : ["0 SET a 1"], String(end));
    assertEquals(notes.length, isWhole ? 0 : 1, String(end));
    if (!isWhole) {
      await assertRejects(() => sentFor(stream.slice(0, end), "mustBeWhole"), FormatError);
    }
  }
});

Deno.test("Sender sends again what was not done, from the right command on", async () => {
  const { server, ran } = fakeServer((request, commands) => {
    if (request === 0) return [503, 2];
    if (request === 1) return [503, 0];
    return request === 2 ? [503, commands.length - 1] : null;
  });
  await using _server = server;
  const tally = new Tally();
  const chunk = new Chunk();
  for (let i = 0; i < 6; i++) {
    const bytes = encoder.encode(command("INCRBY", "k", String(i)));
    chunk.add(bytes, 0, bytes.length, i, false);
  }
  const sender = senderTo(server, tally);
  await sender.send(chunk);
  sender.close();
  assertEquals(ran.map((each) => each.split(" ").at(-1)), ["0", "1", "2", "3", "4", "5"]);
  assertEquals(ran.map((each) => each[0]), ["0", "0", "2", "2", "2", "5"]);
  assertEquals(tally.taken, 6);
});

Deno.test("Sender sends less at a time where a request is too large, and names one command that is", async () => {
  const { server, ran } = fakeServer((_, commands) => {
    return commands.length > 2 || commands.some((each) => each.includes("large")) ? [413, 0] : null;
  });
  await using _server = server;
  const tally = new Tally();
  const chunk = new Chunk();
  for (const key of ["a", "b", "large", "c", "d"]) {
    const bytes = encoder.encode(command("SET", key, "v"));
    chunk.add(bytes, 0, bytes.length, 0, true);
  }
  const sender = senderTo(server, tally);
  await sender.send(chunk);
  sender.close();
  assertEquals(ran, ["a", "b", "c", "d"].map((key) => `0 SET ${key} v`));
  assertEquals(tally.named, [{ key: "large", why: "it is too large for this server" }]);
});

Deno.test("Sender gives up on a lost connection where commands could run twice, and else tries again", async () => {
  for (const mayRepeat of [true, false]) {
    let connections = 0;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const conn of listener) {
        connections++;
        await conn.read(new Uint8Array(1000));
        const body = '{"done":1,"stored":1,"failed":0,"skipped":{},"errors":[]}';
        const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
        if (connections === 3) await conn.write(encoder.encode(answer));
        conn.close();
      }
    })();
    const target = parseTarget(`http://127.0.0.1:${listener.addr.port}`)!;
    const access = { target, token: undefined, timeoutMs: 5000, caCerts: [] };
    const tally = new Tally();
    const sender = new Sender(access, tally, () => Promise.resolve());
    const chunk = new Chunk();
    const bytes = encoder.encode(command("INCR", "a"));
    chunk.add(bytes, 0, bytes.length, 0, mayRepeat);
    const sending = sender.send(chunk);
    if (mayRepeat) await sending;
    else await assertRejects(() => sending, Error, "whether they have run is not known");
    assertEquals([connections, tally.taken], mayRepeat ? [3, 1] : [1, 0]);
    sender.close();
    listener.close();
    await serving.catch(() => {});
  }
});

Deno.test("Sender ends with the server's words where it refuses, or where it stays busy", async () => {
  for (
    const [status, words] of [[403, "answered 403"], [503, "answered 503"], [
      404,
      "answered 404",
    ]] as const
  ) {
    const { server, requestCount } = fakeServer(() => [status, 0]);
    await using _server = server;
    const sender = senderTo(server, new Tally());
    const chunk = new Chunk();
    const bytes = encoder.encode(command("INCR", "a"));
    chunk.add(bytes, 0, bytes.length, 0, true);
    await assertRejects(() => sender.send(chunk), Error, words);
    assert(status === 503 ? requestCount() > 10 : requestCount() === 1);
    sender.close();
  }
});
