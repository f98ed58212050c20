// Commands that concern all workers, over connections that the system has spread over them: clients
// are listed and ended wherever they are, options reach everybody, and SHUTDOWN ends the process.

import { assertEquals, assertMatch } from "@std/assert";
import { encodeCommand, readAnswer, wordsOf } from "../server/commands/notation.ts";
import { connectRaw } from "./raw_fixture.ts";
import { TestServer, until } from "./server.ts";

/** One connection that says lines and reads answers. */
class Client implements Disposable {
  readonly #conn: Deno.Conn;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  static async connect(server: TestServer): Promise<Client> {
    const addresses = server.event("start")!.addresses as string[];
    const address = addresses.find((each) => each.startsWith("redis://"))!;
    const port = Number(/\d+$/.exec(address)![0]);
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Resolves with the answer, or null where the connection has ended. */
  async say(line: string): Promise<string | null> {
    await this.#conn.write(encodeCommand(wordsOf(line)));
    let bytes: number[] = [];
    const chunk = new Uint8Array(65536);
    for (;;) {
      const count = await this.#conn.read(chunk).catch(() => null);
      if (count === null) return null;
      bytes = [...bytes, ...chunk.subarray(0, count)];
      const answer = readAnswer(Uint8Array.from(bytes), 0);
      if (answer !== null) return answer.text;
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

Deno.test("CLIENT, CONFIG, INFO and SHUTDOWN reach all workers", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  const clients = await Promise.all(Array.from({ length: 16 }, () => Client.connect(server)));
  try {
    const [first, ...others] = clients as [Client, ...Client[]];
    for (const [i, client] of clients.entries()) await client.say(`CLIENT SETNAME c${i}`);
    const listed: string = JSON.parse((await first.say("CLIENT LIST"))!);
    const names = [...listed.matchAll(/ name=(c\d+) /g)].map((match) => match[1]);
    assertEquals(new Set(names).size, clients.length);
    assertMatch((await first.say("INFO clients"))!, /connected_clients:16\\r/);
    assertEquals(await first.say("CONFIG SET slowlog-max-len 55"), "+OK");
    for (const client of clients) {
      assertEquals(await client.say("CONFIG GET slowlog-max-len"), '["slowlog-max-len", "55"]');
    }
    const stats = JSON.parse((await first.say("INFO commandstats"))!);
    assertMatch(stats, /cmdstat_config:calls=17,/);
    const [, victim] = /id=(\d+) [^\n]*name=c7 /.exec(listed)!;
    assertEquals(await first.say(`CLIENT KILL ID ${victim}`), ":1");
    assertEquals(await others[6]!.say("PING"), null);
    assertEquals(await first.say("CLIENT KILL TYPE normal SKIPME yes"), ":14");
    assertEquals(await others[0]!.say("PING"), null);
    assertEquals(await first.say("CLIENT KILL 127.0.0.1:1"), "-ERR No such client");
    assertEquals(await first.say("SHUTDOWN NOSAVE"), "+OK");
    assertEquals((await server.ended()).code, 0);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

Deno.test("DEBUG SLEEP ends when its client goes or is killed, over RESP and over HTTP", async () => {
  await using server = await TestServer.start(["--resp-port", "0", "--workers", "1", "--admin"]);
  const sleeping = await connectRaw(server, "redis");
  await sleeping.send("DEBUG SLEEP 60\r\n");
  const asking = new AbortController();
  const body = JSON.stringify(["DEBUG", "SLEEP", "60"]);
  const url = `http://127.0.0.1:${server.port}/`;
  const asked = fetch(url, { method: "POST", body, signal: asking.signal }).catch(() => {});
  using client = await Client.connect(server);
  const isAsleep = async () => (await client.say("CLIENT LIST"))!.includes("cmd=debug");
  await until("the client sleeps", isAsleep);
  sleeping[Symbol.dispose]();
  asking.abort();
  await asked;
  await until("the sleep has ended", async () => !await isAsleep());
  using pipelining = await connectRaw(server, "redis");
  await pipelining.send("DEBUG SLEEP 60\r\n" + "PING\r\n".repeat(2000));
  await until("the next one sleeps", isAsleep);
  const lines = (await client.say("CLIENT LIST"))!.split("\\n");
  const [, id] = /id=(\d+)/.exec(lines.find((line) => line.includes("cmd=debug"))!)!;
  assertEquals(await client.say(`CLIENT KILL ID ${id}`), ":1");
  await until("the sleep of who was killed has ended", async () => !await isAsleep());
  // A request that still slept would hold up the end of the server.
});
