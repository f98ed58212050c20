/**
 * Items of any size that follow from their number: stored over the Redis protocol in long pipelines, and read back
 * from a sample. Faster than redis-benchmark, whose random keys would not all be there. A wrong answer throws.
 */

import { writeBytes } from "../../client/connection.ts";
import { askText } from "../resp/load.ts";
import { respKeyOf } from "../resp/traffic.ts";
import { Random } from "../workload.ts";

/** How many items, and how long each value is; keys have 16 bytes. */
export interface NumberedItems {
  readonly count: number;
  readonly valueBytes: number;
}

const CHUNK = 4000;
const KEY_DIGITS = 12;
const SAMPLE = 2000;
const HOSTNAME = "127.0.0.1";
const OK = "+OK\r\n";

/** The value of an item: its key again and again. */
function valueOf(id: number, { valueBytes }: NumberedItems): string {
  return respKeyOf(id).repeat(Math.ceil(valueBytes / 16)).slice(0, valueBytes);
}

/** A SET of item `id`. */
function requestOf(id: number, items: NumberedItems): string {
  const value = valueOf(id, items);
  return `*3\r\n$3\r\nSET\r\n$16\r\n${respKeyOf(id)}\r\n$${value.length}\r\n${value}\r\n`;
}

/** A connection that is read to the end of each answer. */
class Conversation implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #buffer = new Uint8Array(256 * 1024);

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number): Promise<Conversation> {
    const conn = await Deno.connect({ hostname: HOSTNAME, port });
    conn.setNoDelay(true);
    return new Conversation(conn);
  }

  /** Sends bytes and expects exactly this text back. */
  async exchange(bytes: Uint8Array<ArrayBuffer>, expected: string): Promise<void> {
    // The server may answer before it has read everything, and must not have to wait for us.
    const sent = writeBytes(this.#conn, bytes);
    const decoder = new TextDecoder();
    let text = "";
    while (text.length < expected.length) {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) break;
      text += decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    }
    await sent;
    if (text === expected) return;
    let at = 0;
    while (text[at] === expected[at]) at++;
    throw new Error(`Wrong answer at ${at}: ${JSON.stringify(text.slice(at, at + 100))}`);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** The bytes of a run of SETs; only digits differ from one item to the next. */
class Requests {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #length: number;
  /** Where keys stand in one request. */
  readonly #keyAt: number[] = [];
  readonly #valueEnd: number;

  constructor(items: NumberedItems) {
    const text = requestOf(0, items);
    this.#length = text.length;
    this.#valueEnd = text.length - 2;
    for (let at = text.indexOf("key:"); at >= 0; at = text.indexOf("key:", at + 1)) {
      this.#keyAt.push(at + 4);
    }
    this.bytes = new TextEncoder().encode(text.repeat(CHUNK));
  }

  /** The SETs of `count` items from number `first` on. */
  from(first: number, count: number): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    for (let i = 0; i < count; i++) {
      const base = i * this.#length;
      const end = base + this.#valueEnd;
      let rest = first + i;
      for (let digit = KEY_DIGITS - 1; digit >= 0 && (rest > 0 || digit >= 4); digit--) {
        const code = 48 + rest % 10;
        rest = Math.floor(rest / 10);
        for (let k = 0; k < this.#keyAt.length; k++) {
          const at = base + this.#keyAt[k]! + digit;
          // The value may end within a key.
          if (at < end) bytes[at] = code;
        }
      }
    }
    return bytes.subarray(0, count * this.#length);
  }
}

/** This share of keys may be missing: full windows of an index may cost a few. */
const MAX_MISSING = 0.001;

/** Stores every item. Returns how many the server then has; throws where more are missing than may be. */
export async function storeItems(port: number, items: NumberedItems): Promise<number> {
  const { count } = items;
  using conversation = await Conversation.open(port);
  const requests = new Requests(items);
  for (let first = 0; first < count; first += CHUNK) {
    const some = Math.min(CHUNK, count - first);
    await conversation.exchange(requests.from(first, some), OK.repeat(some));
  }
  const held = Number(await askText(port, "DBSIZE"));
  if (!(held >= count * (1 - MAX_MISSING))) {
    throw new Error(`Cannot store: ${held} of ${count} keys are there`);
  }
  await expectItems(port, items, held);
  return held;
}

/** Reads a sample of the items. Throws when one is wrong, or the server has not `held` keys, not one less. */
export async function expectItems(port: number, items: NumberedItems, held: number): Promise<void> {
  const found = Number(await askText(port, "DBSIZE"));
  if (found !== held) throw new Error(`Wrong: ${found} keys are there, not ${held}`);
  const random = new Random();
  using conversation = await Conversation.open(port);
  const ids: number[] = [];
  while (ids.length < Math.min(SAMPLE, items.count)) {
    const id = random.below(items.count);
    // Those that are not there are counted above.
    if (held === items.count || await askText(port, `EXISTS ${respKeyOf(id)}`) === "1") {
      ids.push(id);
    }
  }
  const requests = ids.map((id) => `*2\r\n$3\r\nGET\r\n$16\r\n${respKeyOf(id)}\r\n`).join("");
  const answers = ids.map((id) => `$${items.valueBytes}\r\n${valueOf(id, items)}\r\n`).join("");
  await conversation.exchange(new TextEncoder().encode(requests), answers);
}
