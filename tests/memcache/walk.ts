// Sends random conversations to slabkv and to memcached, and stops at the first that is answered otherwise, with the shortest
// one that is. As a program: `deno run -A tests/memcache/walk.ts [group] [conversations] [seed]`.

import { TestServer } from "../wire/server.ts";
import { exchange, Memcached } from "./memcached.ts";
import { binaryRequest } from "./binary_requests.ts";
import { metaRequest } from "./meta_requests.ts";
import { classicRequest, KEYS, RequestDraw } from "./text_requests.ts";

/** What draws the requests of each group. */
export const GROUPS: Readonly<Record<string, (draw: RequestDraw) => string>> = {
  classic: (draw) => classicRequest(draw, true),
  meta: (draw) => draw.oneIn(4) ? classicRequest(draw, true) : metaRequest(draw),
  binary: binaryRequest,
};
const MOST_REQUESTS = 12;
/** What comes last in a conversation: enough to end a value that is announced and not sent. */
const BINARY_TAIL = `\x80\x07${"\0".repeat(22)}`;
/** None is one that a server gives. */
const NO_TOKEN = "9007199254740000";
const TAIL = `${"mn\r\n".repeat(40)}quit\r\n`;

/** Where two servers differ. */
export interface Difference {
  readonly requests: readonly string[];
  readonly own: string;
  readonly memcached: string;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** One of the two, and the cas tokens that it has given. */
class Side {
  readonly port: number;
  #tokens = new Map<string, string>();

  constructor(port: number) {
    this.port = port;
  }

  /** Begins with nothing stored but what `before` stores. */
  async begin(): Promise<void> {
    await exchange(this.port, bytesOf("flush_all\r\nquit\r\n"));
    this.#tokens.clear();
  }

  /** Sends requests in one go. Returns what is answered, and notes the tokens of all keys. */
  async say(requests: readonly string[]): Promise<string> {
    const isBinary = requests.some((request) => request.startsWith("\x80"));
    const token = (key: string) => this.#tokens.get(key) ?? NO_TOKEN;
    const sent = isBinary
      ? requests.join("").replace(/\{\{(.*?)\}\}/g, (_, key) => longOf(token(key)))
      : requests.join("").replace(/\{([^}]*)\}/g, (_, key) => token(key));
    const answer = await exchange(this.port, bytesOf(sent + (isBinary ? BINARY_TAIL : TAIL)));
    const after = textOf(await exchange(this.port, bytesOf(`gets ${KEYS.join(" ")}\r\nquit\r\n`)));
    this.#tokens = new Map(
      [...after.matchAll(/VALUE (\S+) \d+ \d+ (\d+)\r\n/g)].map((found) => [found[1]!, found[2]!]),
    );
    return canonical(`${isBinary ? framesOf(answer) : textOf(answer)}|${after}`);
  }
}

/** A token as eight bytes. */
function longOf(token: string): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(token));
  return textOf(bytes);
}

/** Frames of answers as text, one a line. */
function framesOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  let at = 0;
  while (at + 24 <= bytes.length) {
    const end = at + 24 + view.getUint32(at + 8);
    const facts = [
      view.getUint8(at),
      view.getUint8(at + 1),
      view.getUint16(at + 2),
      view.getUint8(at + 4),
    ];
    const version = view.getBigUint64(at + 16);
    // Whether two of them are the same the lines behind it say.
    const cas = version === 0n ? "" : " version";
    const body = textOf(bytes.subarray(at + 24, end));
    text += `${facts.join(" ")} ${view.getUint16(at + 6)} ${
      view.getUint32(at + 12)
    }${cas} ${body}\n`;
    at = end;
  }
  return `${text}${bytes.length - at} left`;
}

/** Tokens by the order in which they are seen, so that it matters only whether two are the same. */
function canonical(text: string): string {
  const seen = new Map<string, number>();
  const nameOf = (token: string) => {
    if (!seen.has(token)) seen.set(token, seen.size);
    return `cas${seen.get(token)}`;
  };
  return text
    .replace(
      /(VALUE ([^ ]+) \d+ \d+) (\d+)\r\n/g,
      (_, head, key, token) => `${head} ${nameOf(`${key}/${token}`)}\r\n`,
    )
    // Clocks of seconds tick at different moments.
    .replace(
      / t(\d\d+)/g,
      (_, seconds) => ` t${Math.round(Number(seconds) / (seconds.length > 7 ? 1e5 : 50))}`,
    )
    .replace(/ c(\d+)/g, (_, token) => ` c${nameOf(token)}`);
}

/** What is not to be compared: numbers that memcached fills with spaces when they become shorter. */
function comparable(text: string): string {
  return text.replace(
    /VALUE (\S+) (\d+) \d+( cas\d+)?\r\n(\d+) *\r\n/g,
    "VALUE $1 $2 n$3\r\n$4\r\n",
  );
}

async function differs(
  own: Side,
  other: Side,
  conversations: readonly (readonly string[])[],
): Promise<Difference | null> {
  await own.begin();
  await other.begin();
  for (const [i, requests] of conversations.entries()) {
    const [a, b] = [comparable(await own.say(requests)), comparable(await other.say(requests))];
    if (a !== b) return { requests: conversations.slice(0, i + 1).flat(), own: a, memcached: b };
  }
  return null;
}

/** Leaves out requests as long as the servers still differ. */
async function shortest(
  own: Side,
  other: Side,
  found: Difference,
  conversations: readonly (readonly string[])[],
): Promise<Difference> {
  let best = found;
  let rest = conversations.map((requests) => [...requests]);
  for (let i = rest.length - 1; i >= 0; i--) {
    for (let j = rest[i]!.length - 1; j >= 0; j--) {
      const tried = rest.map((requests, at) => at === i ? requests.toSpliced(j, 1) : requests);
      const again = await differs(own, other, tried);
      if (again === null) continue;
      best = again;
      rest = tried;
    }
  }
  return best;
}

/** Sends `count` conversations. Returns the first difference, or null. */
export async function walk(
  group: string,
  count: number,
  seed: number,
  ownPort: number,
  otherPort: number,
): Promise<Difference | null> {
  const draw = new RequestDraw(seed);
  const make = GROUPS[group]!;
  const [own, other] = [new Side(ownPort), new Side(otherPort)];
  for (let i = 0; i < count; i++) {
    const conversations = [0, 1, 2].map(() =>
      Array.from({ length: 1 + draw.below(MOST_REQUESTS) }, () => make(draw))
    );
    const found = await differs(own, other, conversations);
    if (found !== null) return shortest(own, other, found, conversations);
  }
  return null;
}

/** Where a server listens for memcached's clients. */
export function memcachePort(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/:(\d+)$/.exec(addresses.find((address) => address.startsWith("memcached:"))!)![1]);
}

if (import.meta.main) {
  const [group = "classic", count = "1000", seed = "1"] = Deno.args;
  await using memcached = await Memcached.start();
  await using server = await TestServer.start(["--memcache-port", "0"]);
  const from = performance.now();
  const found = await walk(
    group,
    Number(count),
    Number(seed),
    memcachePort(server),
    memcached.port,
  );
  console.log(
    found ?? `no difference in ${count} conversations, ${Math.round(performance.now() - from)} ms`,
  );
}
