// RESP3 client tracking over raw connections: what is pushed when, byte for byte.

import { assertEquals } from "@std/assert";
import { startResp } from "../clients/fixture.ts";
import { TestServer, until } from "./server.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A raw RESP3 connection that keeps what it reads. */
class Client implements Disposable {
  received = "";
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.#read();
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
    await client.say("HELLO 3");
    await until("HELLO is answered", () => client.received.includes("modules"));
    await client.say("PING");
    await until("PING is answered", () => client.received.endsWith("+PONG\r\n"));
    client.received = "";
    return client;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(4096);
    try {
      for (;;) {
        const length = await this.#conn.read(buffer);
        if (length === null) return;
        this.received += decoder.decode(buffer.subarray(0, length));
      }
    } catch {
      // Closed by the test.
    }
  }

  async say(line: string): Promise<void> {
    await this.#conn.write(encoder.encode(`${line}\r\n`));
  }

  /** Says something and waits until everything that has come since is `expected`. */
  async hear(line: string | null, expected: string): Promise<void> {
    if (line !== null) await this.say(line);
    await until(
      `${JSON.stringify(expected)} comes`,
      () => this.received.length >= expected.length,
    );
    assertEquals(this.received, expected);
    this.received = "";
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

const push = (key: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$${key.length}\r\n${key}\r\n`;
const FLUSH = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

async function withTwo(
  use: (tracker: Client, other: Client, server: TestServer) => Promise<void>,
): Promise<void> {
  const [server, port] = await startResp();
  await using _server = server;
  using tracker = await Client.open(port);
  using other = await Client.open(port);
  await use(tracker, other, server);
}

Deno.test("a tracking client is told once of each key that it has read", async () => {
  await withTwo(async (tracker, other, server) => {
    await tracker.hear("CLIENT TRACKING ON", "+OK\r\n");
    await tracker.hear("GET k", "_\r\n");
    await other.hear("SET unread 1", "+OK\r\n");
    await other.hear("SET k 1", "+OK\r\n");
    await tracker.hear(null, push("k"));
    await other.hear("SET k 2", "+OK\r\n");
    await tracker.hear("MGET k b", "*2\r\n$1\r\n2\r\n_\r\n");
    await server.ask('POST /put {"key":"b","value":"v"}');
    await tracker.hear(null, push("b"));
    await tracker.hear("SET k 3", `+OK\r\n${push("k")}`);
    await tracker.hear("CLIENT TRACKING OFF", "+OK\r\n");
    await tracker.hear("GET k", "$1\r\n3\r\n");
    await other.hear("SET k 4", "+OK\r\n");
    await tracker.hear("PING", "+PONG\r\n");
  });
});

Deno.test("a key that was only watched is not tracked", async () => {
  await withTwo(async (tracker, other) => {
    await tracker.hear("CLIENT TRACKING ON", "+OK\r\n");
    await tracker.hear("WATCH watched", "+OK\r\n");
    await tracker.hear("GET read", "_\r\n");
    await other.hear("SET watched 1", "+OK\r\n");
    await other.hear("SET read 1", "+OK\r\n");
    await tracker.hear(null, push("read"));
  });
});

Deno.test("keys read in a transaction are tracked, and all are lost when the cache is cleared", async () => {
  await withTwo(async (tracker, other) => {
    await tracker.hear("CLIENT TRACKING ON NOLOOP", "+OK\r\n");
    await tracker.hear("MULTI", "+OK\r\n");
    await tracker.hear("GET k", "+QUEUED\r\n");
    await tracker.hear("EXEC", "*1\r\n_\r\n");
    await tracker.hear("SET k 1", "+OK\r\n");
    await other.hear("SET k 2", "+OK\r\n");
    await tracker.hear(null, push("k"));
    await tracker.hear("GET k", "$1\r\n2\r\n");
    await other.hear("FLUSHALL", "+OK\r\n");
    await until("the flush comes", () => tracker.received.startsWith(FLUSH));
  });
});

Deno.test("BCAST PREFIX tells of all keys with the prefix, read or not", async () => {
  await withTwo(async (tracker, other) => {
    await tracker.hear("CLIENT TRACKING ON BCAST PREFIX user: PREFIX job: NOLOOP", "+OK\r\n");
    await other.hear("SET other 1", "+OK\r\n");
    await tracker.hear("SET user:0 1", "+OK\r\n");
    await other.hear("SET user:1 1", "+OK\r\n");
    await tracker.hear(null, push("user:1"));
    await other.hear("DEL user:1", ":1\r\n");
    await tracker.hear(null, push("user:1"));
    await other.hear(`SET job:${"x".repeat(60)} 1`, "+OK\r\n");
    await tracker.hear(null, push(`job:${"x".repeat(60)}`));
    // Too long for an event: it could be any key, so all are given up.
    await other.hear(`SET job:${"x".repeat(61)} 1`, "+OK\r\n");
    await tracker.hear(null, FLUSH);
    await tracker.hear(
      "CLIENT TRACKINGINFO",
      "%3\r\n$5\r\nflags\r\n~3\r\n$2\r\non\r\n$5\r\nbcast\r\n$6\r\nnoloop\r\n$8\r\nredirect\r\n:0\r\n" +
        "$8\r\nprefixes\r\n*2\r\n$4\r\njob:\r\n$5\r\nuser:\r\n",
    );
  });
});

Deno.test("CLIENT TRACKING says what it cannot do", async () => {
  await withTwo(async (tracker) => {
    const table: [string, string][] = [
      ["ON REDIRECT 99999", "ERR The client ID you want redirect to does not exist"],
      [
        `ON BCAST PREFIX ${"x".repeat(1025)}`,
        "ERR Prefix is longer than a key can be, see --max-key",
      ],
      [
        `ON BCAST ${Array.from({ length: 129 }, (_, i) => `PREFIX ${i}:`).join(" ")}`,
        "ERR Too many prefixes, send at most 128",
      ],
    ];
    for (const [options, error] of table) {
      await tracker.hear(`CLIENT TRACKING ${options}`, `-${error}\r\n`);
    }
  });
});

Deno.test("with OPTIN and OPTOUT, CLIENT CACHING says what is tracked of the next command", async () => {
  await withTwo(async (tracker, other) => {
    await other.hear("MSET a 0 b 0 c 0", "+OK\r\n");
    await tracker.hear("CLIENT TRACKING ON OPTIN", "+OK\r\n");
    await tracker.hear("GET a", "$1\r\n0\r\n");
    await tracker.hear("CLIENT CACHING YES", "+OK\r\n");
    await tracker.hear("MGET b c", "*2\r\n$1\r\n0\r\n$1\r\n0\r\n");
    await tracker.hear("GET a", "$1\r\n0\r\n");
    await other.hear("MSET a 1 b 1", "+OK\r\n");
    await tracker.hear(null, push("b"));
    // Another command between them, even one that is refused, takes CACHING away.
    await tracker.hear("CLIENT CACHING YES", "+OK\r\n");
    await tracker.hear("GET", "-ERR wrong number of arguments for 'get' command\r\n");
    await tracker.hear("GET a", "$1\r\n1\r\n");
    await tracker.hear("CLIENT CACHING YES", "+OK\r\n");
    await tracker.hear("MULTI", "+OK\r\n");
    await tracker.hear("GET b", "+QUEUED\r\n");
    await tracker.hear("EXEC", "*1\r\n$1\r\n1\r\n");
    await other.hear("MSET a 2 b 2", "+OK\r\n");
    await tracker.hear(null, push("b"));
    await tracker.hear("CLIENT TRACKING OFF", "+OK\r\n");
    await tracker.hear("CLIENT TRACKING ON OPTOUT", "+OK\r\n");
    await tracker.hear("CLIENT CACHING NO", "+OK\r\n");
    await tracker.hear("GET a", "$1\r\n2\r\n");
    await tracker.hear("GET b", "$1\r\n2\r\n");
    await other.hear("MSET a 3 b 3", "+OK\r\n");
    await tracker.hear(null, push("b"));
  });
});

Deno.test("what is tracked stays so when the options change, and is tracked inside EXEC", async () => {
  await withTwo(async (tracker, other) => {
    await tracker.hear("CLIENT TRACKING ON", "+OK\r\n");
    await tracker.hear("GET a", "_\r\n");
    await tracker.hear("CLIENT TRACKING ON NOLOOP OPTIN", "+OK\r\n");
    await other.hear("SET a 1", "+OK\r\n");
    await tracker.hear(null, push("a"));
    await tracker.hear("MULTI", "+OK\r\n");
    await tracker.hear("CLIENT CACHING YES", "+QUEUED\r\n");
    await tracker.hear("GET a", "+QUEUED\r\n");
    await tracker.hear("EXEC", "*2\r\n+OK\r\n$1\r\n1\r\n");
    await other.hear("SET a 2", "+OK\r\n");
    await tracker.hear(null, push("a"));
    await tracker.hear("CLIENT TRACKING OFF", "+OK\r\n");
    await tracker.hear("MULTI", "+OK\r\n");
    await tracker.hear("CLIENT TRACKING ON", "+QUEUED\r\n");
    await tracker.hear("GET a", "+QUEUED\r\n");
    await tracker.hear("EXEC", "*2\r\n+OK\r\n$1\r\n2\r\n");
    await other.hear("SET a 3", "+OK\r\n");
    await tracker.hear(null, push("a"));
  });
});

Deno.test("a client hears of its own change in one piece with the answer, so that it need not wait", async () => {
  const [server, port] = await startResp();
  await using _server = server;
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(4096);
  const ask = async (line: string) => {
    await conn.write(encoder.encode(`${line}\r\n`));
    return decoder.decode(buffer.subarray(0, (await conn.read(buffer))!));
  };
  await ask("HELLO 3");
  assertEquals(await ask("CLIENT TRACKING ON"), "+OK\r\n");
  const answers = [["SET k 2", "+OK\r\n"], ["INCR k", ":2\r\n"], ["DEL k", ":1\r\n"]] as const;
  for (const [change, answer] of answers) {
    await ask("SET k 1");
    assertEquals(await ask("GET k"), "$1\r\n1\r\n");
    assertEquals(await ask(change), `${answer}${push("k")}`);
  }
  await ask("GET k");
  assertEquals(await ask("FLUSHALL"), `+OK\r\n${FLUSH}`);
});
