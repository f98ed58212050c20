// Memory per item in redis-server, memcached and pogocache, when they are on PATH: starts one on a free
// loopback port, fills it through one pipelined connection, reads its numbers, ends it.

import { closeConnection, writeBytes } from "../../client/connection.ts";
import { ChildServers, freePort, untilReady, versionOf } from "../child_servers.ts";
import { rssMib } from "../process.ts";

const encoder = new TextEncoder();

/** The server of one measurement. */
class OtherServer extends ChildServers {
  /** Starts a program and connects to it as soon as it listens. */
  async connect(program: string, args: readonly string[], port: number): Promise<Client> {
    const child = this.spawn([program, ...args], "null");
    let conn: Deno.Conn | undefined;
    await untilReady(child, program, async () => {
      conn = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
      return conn !== undefined;
    });
    return new Client(conn!, child.pid);
  }
}

/** What comes of a server under way; `null` when the program is not on PATH. */
async function withServer<T>(
  program: string,
  args: (port: number) => string[],
  use: (client: Client) => Promise<T>,
): Promise<T | null> {
  if (await versionOf(program) === undefined) return null;
  await using server = new OtherServer();
  const port = freePort();
  const client = await server.connect(program, args(port), port);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** One raw connection that sends a lot and reads until a text has come. */
class Client {
  readonly #connection: Deno.Conn;
  readonly #decoder = new TextDecoder();

  /** @param pid the server's process */
  constructor(connection: Deno.Conn, readonly pid: number) {
    this.#connection = connection;
  }

  /** Ends the connection. */
  close(): void {
    closeConnection(this.#connection);
  }

  /** Sends `text` and returns what comes until `end` has. */
  async ask(text: string, end: string): Promise<string> {
    await writeBytes(this.#connection, encoder.encode(text));
    const buffer = new Uint8Array(65536);
    let answer = "";
    while (!answer.includes(end)) {
      const length = await this.#connection.read(buffer);
      if (length === null) throw new Error("Cannot read: the server has closed the connection");
      answer += this.#decoder.decode(buffer.subarray(0, length), { stream: true });
    }
    return answer;
  }
}

/** Numbered keys as printable text, since memcached's keys must be. */
function textKey(length: number, id: number): string {
  return id.toString(36).padStart(8, "0").padEnd(length, "k");
}

async function fillRedis(client: Client, keyBytes: number, valueBytes: number, items: number) {
  const value = "v".repeat(valueBytes);
  for (let from = 0; from < items; from += 1000) {
    let batch = "";
    for (let id = from; id < Math.min(items, from + 1000); id++) {
      const key = textKey(keyBytes, id);
      batch += `*3\r\n$3\r\nSET\r\n$${keyBytes}\r\n${key}\r\n$${valueBytes}\r\n${value}\r\n`;
    }
    await client.ask(`${batch}*2\r\n$4\r\nECHO\r\n$4\r\ndone\r\n`, "done");
  }
}

/** Growth of redis-server's used_memory for each of `items` items, or null. */
export async function redisBytesPerItem(
  keyBytes: number,
  valueBytes: number,
  items: number,
): Promise<number | null> {
  const args = (port: number) => ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""];
  return await withServer("redis-server", args, async (client) => {
    const used = async () => {
      const info = await client.ask("INFO memory\r\n", "lazyfreed_objects");
      return Number(/used_memory:(\d+)/.exec(info)?.[1]);
    };
    const before = await used();
    await fillRedis(client, keyBytes, valueBytes, items);
    return (await used() - before) / items;
  });
}

/** Growth of pogocache's resident memory for each of `items` items, or null: it does not say what it uses. */
export async function pogocacheBytesPerItem(
  keyBytes: number,
  valueBytes: number,
  items: number,
): Promise<number | null> {
  const args = (port: number) => ["-h", "127.0.0.1", "-p", `${port}`, "--threads", "1"];
  return await withServer("pogocache", args, async (client) => {
    await fillRedis(client, keyBytes, valueBytes, 1);
    const before = rssMib(client.pid);
    await fillRedis(client, keyBytes, valueBytes, items);
    const after = rssMib(client.pid);
    if (before === undefined || after === undefined) return null;
    return (after - before) * 2 ** 20 / items;
  });
}

/** Memory limit of memcached, which it fills slab page by slab page. */
const MEMCACHED_MIB = 64;

/** Bytes of memcached's limit for each item that it holds once it has evicted some, or null. */
export async function memcachedBytesPerItem(
  keyBytes: number,
  valueBytes: number,
): Promise<number | null> {
  const user = Deno.uid() === 0 ? ["-u", "root"] : [];
  const args = (port: number) => {
    return ["-l", "127.0.0.1", "-p", `${port}`, "-m", `${MEMCACHED_MIB}`, ...user];
  };
  return await withServer("memcached", args, async (client) => {
    const value = "v".repeat(valueBytes);
    for (let from = 0;; from += 1000) {
      let batch = "";
      for (let id = from; id < from + 1000; id++) {
        batch += `set ${textKey(keyBytes, id)} 0 0 ${valueBytes} noreply\r\n${value}\r\n`;
      }
      const stats = await client.ask(`${batch}stats\r\n`, "END\r\n");
      const evictions = Number(/STAT evictions (\d+)/.exec(stats)?.[1]);
      if (evictions < 1000) continue;
      return MEMCACHED_MIB * 2 ** 20 / Number(/STAT curr_items (\d+)/.exec(stats)?.[1]);
    }
  });
}
