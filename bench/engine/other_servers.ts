// Memory per item in redis-server and memcached, when they are on PATH: starts one on a free
// loopback port, fills it through one pipelined connection, asks it for its own numbers, ends it.

const encoder = new TextEncoder();

/** A port that nobody listens on at the moment. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function connect(port: number): Promise<Deno.TcpConn> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A server under way; `null` when the program is not on PATH. */
async function withServer<T>(
  program: string,
  args: (port: number) => string[],
  use: (client: Client) => Promise<T>,
): Promise<T | null> {
  const port = freePort();
  let child: Deno.ChildProcess;
  try {
    const options = { args: args(port), stdin: "null", stdout: "null", stderr: "null" } as const;
    child = new Deno.Command(program, options).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  try {
    const connection = await connect(port);
    try {
      return await use(new Client(connection));
    } finally {
      connection.close();
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** One raw connection that sends a lot and reads until a text has come. */
class Client {
  readonly #connection: Deno.TcpConn;
  readonly #decoder = new TextDecoder();

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** Sends `text` and returns what comes until `end` has. */
  async ask(text: string, end: string): Promise<string> {
    await this.send(encoder.encode(text));
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
