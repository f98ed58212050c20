/**
 * A client of the Redis protocol for harnesses: sends commands in pipelines and gives each answer with the time
 * at which it came. Knows nothing of what the commands do.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An answer; errors are of a class of their own, a miss is null. */
export type Answer = string | number | null | Refusal | readonly Answer[];

/** An error that the server answered. */
export class Refusal {
  /** @param text what it said, code first */
  constructor(readonly text: string) {}
}

/** The bytes of a command. */
export function commandText(words: readonly string[]): string {
  const bulks = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join("")}`;
}

/** One connection. After its server has gone, what was not answered stays so. */
export class RespClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  #unread = new Uint8Array(0);
  #at = 0;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to a port of this machine. */
  static async connect(port: number): Promise<RespClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new RespClient(conn);
  }

  /** Sends commands at once and returns their answers. Throws Error where the connection ends before. */
  async ask(...commands: readonly (readonly string[])[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    await this.pipeline(commands, (answer) => answers.push(answer));
    return answers;
  }

  /**
   * Sends commands at once.
   *
   * @param take gets each answer and its number, as soon as it has come
   * @throws {Error} where the connection ends before the last answer
   */
  async pipeline(
    commands: readonly (readonly string[])[],
    take: (answer: Answer, index: number) => void,
  ): Promise<void> {
    const bytes = encoder.encode(commands.map(commandText).join(""));
    const writing = this.#write(bytes);
    // A write that fails shows when nothing more can be read.
    writing.catch(() => {});
    for (let index = 0; index < commands.length; index++) take(await this.#next(), index);
    await writing;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  async #next(): Promise<Answer> {
    for (;;) {
      const reader = new AnswerReader(this.#unread, this.#at);
      const answer = reader.read();
      if (answer !== undefined) {
        this.#at = reader.at;
        return answer;
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const chunk = new Uint8Array(65_536);
    const count = await this.#conn.read(chunk);
    if (count === null) throw new Error("Connection ended before the answer did");
    const rest = this.#unread.subarray(this.#at);
    const joined = new Uint8Array(rest.length + count);
    joined.set(rest);
    joined.set(chunk.subarray(0, count), rest.length);
    this.#unread = joined;
    this.#at = 0;
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch {
      // It has ended already.
    }
  }
}

/** Reads one answer of RESP2 from bytes that may end inside it. */
class AnswerReader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The answer, or undefined while it is not whole. */
  read(): Answer | undefined {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) return undefined;
    const line = decoder.decode(this.#bytes.subarray(this.at + 1, end - 1));
    const kind = this.#bytes[this.at]!;
    this.at = end + 1;
    if (kind === 43) return line;
    if (kind === 45) return new Refusal(line);
    if (kind === 58) return Number(line);
    if (kind === 36) return this.#bulk(Number(line));
    if (kind === 42) return this.#list(Number(line));
    throw new Error(`Cannot read answer: it begins with ${JSON.stringify(line.slice(0, 20))}`);
  }

  #bulk(length: number): string | null | undefined {
    if (length < 0) return null;
    const end = this.at + length;
    if (end + 2 > this.#bytes.length) return undefined;
    const text = decoder.decode(this.#bytes.subarray(this.at, end));
    this.at = end + 2;
    return text;
  }

  #list(count: number): Answer[] | null | undefined {
    if (count < 0) return null;
    const list: Answer[] = [];
    for (let i = 0; i < count; i++) {
      const answer = this.read();
      if (answer === undefined) return undefined;
      list.push(answer);
    }
    return list;
  }
}
