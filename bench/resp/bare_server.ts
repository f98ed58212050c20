/**
 * The floor of the benchmark of the Redis protocol: a bare loop of reads and writes that answers constants, each as
 * long as the right answer to redis-benchmark. It looks at no more than the first bytes of a connection, counts
 * commands by their length, and stores nothing. Prints its port on stdout; an argument is the port to listen on.
 */

import { type Kind, trafficOf } from "./traffic.ts";

const READ_BYTES = 64 * 1024;
/** More answers than commands are ever read at once. */
const MOST = READ_BYTES / 32;
const PONG = new TextEncoder().encode("+PONG\r\n");
/** What redis-benchmark asks first: `save`, then `appendonly`. */
const CONFIG = new TextEncoder().encode("*2\r\n$4\r\nsave\r\n$0\r\n\r\n");

const decoder = new TextDecoder();

/** Commands of one kind, and their answers. */
interface Constants {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly replies: Uint8Array<ArrayBuffer>;
}

function constantsOf(kind: Kind): Constants {
  const { requestBytes, replyBytes, replies } = trafficOf(kind, new Uint32Array(MOST), 0);
  return { requestBytes, replyBytes, replies };
}

const GETS = constantsOf("get");
const SETS = constantsOf("set");

/** Answers PING and CONFIG, and whatever else by the kind of its first command: *2 is a GET, *3 a SET. */
async function serve(conn: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(READ_BYTES);
  let constants: Constants | undefined;
  let rest = 0;
  for (;;) {
    const count = await conn.read(bytes);
    if (count === null) return;
    if (constants === undefined) {
      const text = decoder.decode(bytes.subarray(0, count));
      const asked = text.split("CONFIG").length - 1;
      for (let i = 0; i < asked; i++) await conn.write(CONFIG);
      if (text.includes("PING")) await conn.write(PONG);
      else if (asked === 0) constants = text.startsWith("*2") ? GETS : SETS;
      if (constants === undefined) continue;
    }
    const { requestBytes, replyBytes, replies } = constants;
    const commands = Math.floor((rest + count) / requestBytes);
    rest += count - commands * requestBytes;
    if (commands > 0) await conn.write(replies.subarray(0, commands * replyBytes));
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0] ?? 0) });
console.log(listener.addr.port);
for await (const conn of listener) {
  // Clients may go in the middle of a write.
  serve(conn).catch(() => {}).finally(() => conn.close());
}
