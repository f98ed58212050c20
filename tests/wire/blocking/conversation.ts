// Conversations of several clients with one server, of whom some wait. A line of one is a step:
//
//   A BLPOP k 0 => wait        sends, and sees to it that the client waits by then
//   B LPUSH k x => :1          sends, and expects this answer
//   A <= ["k", "x"]            expects an answer to what was sent before
//   A closed                   expects the end of the connection; "A close" ends it
//
// $A stands for the number of client A. Answers are written as in notation.ts.

import { assertEquals } from "@std/assert";
import { encodeCommand, readAnswer, wordsOf } from "../../server/commands/notation.ts";
import { PATIENCE_MS, until } from "../server.ts";

/** A connection that reads answers one by one. */
export class Talker implements Disposable {
  readonly #conn: Deno.Conn;
  #unread = new Uint8Array();
  #isClosed = false;
  readonly #patienceMs: number;

  constructor(conn: Deno.Conn, patienceMs = PATIENCE_MS) {
    this.#conn = conn;
    this.#patienceMs = patienceMs;
  }

  /** Connects to a port of this machine. An answer that takes longer than `patienceMs` is "closed". */
  static async open(port: number, patienceMs?: number): Promise<Talker> {
    return new Talker(await Deno.connect({ hostname: "127.0.0.1", port }), patienceMs);
  }

  /** Sends the words of some lines at once. */
  async send(...lines: readonly string[]): Promise<void> {
    for (const bytes of lines.map((line) => encodeCommand(wordsOf(line)))) {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    }
  }

  /** The next answer; "closed" at the end of the connection. */
  async receive(): Promise<string> {
    for (;;) {
      const answer = this.#unread.length === 0 ? null : readAnswer(this.#unread, 0);
      if (answer !== null) {
        this.#unread = this.#unread.slice(answer.end);
        return answer.text;
      }
      const chunk = new Uint8Array(65536);
      const count = await this.#read(chunk);
      if (count === null) return "closed";
      const longer = new Uint8Array(this.#unread.length + count);
      longer.set(this.#unread);
      longer.set(chunk.subarray(0, count), this.#unread.length);
      this.#unread = longer;
    }
  }

  async #read(chunk: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const timer = setTimeout(() => this.close(), this.#patienceMs);
    try {
      return await this.#conn.read(chunk);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a line; resolves with the answer. */
  async say(line: string): Promise<string> {
    await this.send(line);
    return this.receive();
  }

  close(): void {
    if (!this.#isClosed) this.#conn.close();
    this.#isClosed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** How many clients of a server wait. Asks again where a server is too busy to say. */
export async function blockedCount(control: Talker): Promise<number> {
  const count = await until("INFO answers", async () => {
    const found = /blocked_clients:(\d+)/.exec(await control.say("INFO clients"));
    return found === null ? false : { number: Number(found[1]) };
  });
  return count.number;
}

/** Holds a conversation with the server at `port`, whose data it removes first. */
export async function converse(port: number, text: string): Promise<void> {
  const clients = new Map<string, Talker>();
  const ids = new Map<string, string>();
  using control = await Talker.open(port);
  await control.say("FLUSHALL");
  const client = async (name: string) => {
    const known = clients.get(name);
    if (known !== undefined) return known;
    const made = await Talker.open(port);
    clients.set(name, made);
    ids.set(name, (await made.say("CLIENT ID")).slice(1));
    return made;
  };
  try {
    for (const line of text.trim().split("\n").map((each) => each.trim())) {
      await step(control, line, client, ids);
    }
  } finally {
    for (const each of clients.values()) each.close();
  }
  await until("nobody waits any more", async () => await blockedCount(control) === 0);
}

async function step(
  control: Talker,
  line: string,
  client: (name: string) => Promise<Talker>,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const [, name, rest] = /^(\w+) (.*)$/.exec(line)!;
  const talker = await client(name!);
  if (rest === "close") return talker.close();
  if (rest === "closed" || rest!.startsWith("<= ")) {
    return assertEquals(await talker.receive(), rest!.replace("<= ", ""), line);
  }
  const [words, expected] = rest!.split(" => ");
  const command = words!.replace(/\$(\w+)/g, (_, other) => ids.get(other)!);
  if (expected !== "wait") return assertEquals(await talker.say(command), expected, line);
  const before = await blockedCount(control);
  await talker.send(command);
  await until(line, async () => await blockedCount(control) === before + 1);
}
