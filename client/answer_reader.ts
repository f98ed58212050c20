/**
 * Reads one HTTP/1.1 answer from a connection, with any kind of body length. For single requests: it
 * copies freely, and bounds the size of an answer. The load generator has a reader of its own.
 *
 * @module
 */

import { ClientError } from "./platform.ts";

/** An answer of the server. */
export interface ClientAnswer {
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;

/** Reads the answer to one request. */
export class AnswerReader {
  readonly #conn: Pick<Deno.Conn, "read">;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(16 * 1024);
  #start = 0;
  #end = 0;

  constructor(conn: Pick<Deno.Conn, "read">) {
    this.#conn = conn;
  }

  /**
   * Reads the answer.
   *
   * @returns its status and its whole body
   * @throws {ClientError} if it isn't HTTP, too long, or ends early
   */
  async read(): Promise<ClientAnswer> {
    const { status, headers } = await this.readHead();
    return { status, body: await this.readBody(status, headers) };
  }

  /**
   * Reads the beginning of the answer.
   *
   * @returns its status, and its headers with names in lower case
   * @throws {ClientError} if it isn't HTTP, too long, or ends early
   */
  async readHead(): Promise<{ status: number; headers: Map<string, string> }> {
    let status = 100;
    let headers = new Map<string, string>();
    while (status < 200) {
      status = this.#status(await this.#line());
      headers = await this.#headers();
    }
    return { status, headers };
  }

  /**
   * Gives the body of an answer piece by piece, whatever its length. Each piece is good until the next.
   *
   * @param headers what {@linkcode readHead} has read
   * @throws {ClientError} if it is not whole
   */
  async *pieces(headers: Map<string, string>): AsyncGenerator<Uint8Array> {
    if (!/\bchunked$/i.test(headers.get("transfer-encoding") ?? "")) {
      yield* this.#span(lengthOf(headers.get("content-length") ?? "", 10));
      return;
    }
    for (;;) {
      const length = lengthOf((await this.#line()).split(";", 1)[0] ?? "", 16);
      if (length === 0) break;
      yield* this.#span(length);
      await this.#line();
    }
    await this.#headers();
  }

  /** Gives the next `length` bytes as they come. */
  async *#span(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.#start === this.#end) await this.#fillOrFail();
      const count = Math.min(left, this.#end - this.#start);
      const piece = this.#bytes.subarray(this.#start, this.#start + count);
      this.#start += count;
      left -= count;
      yield piece;
    }
  }

  #status(line: string): number {
    const match = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(line);
    if (match === null) throw new ClientError("The answer is not HTTP/1.1: is --url right?");
    return Number(match[1]);
  }

  async #headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>();
    for (let line = await this.#line(); line !== ""; line = await this.#line()) {
      const colon = line.indexOf(":");
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    return headers;
  }

  /**
   * Reads the body of an answer.
   *
   * @param status its status
   * @param headers what {@linkcode readHead} has read
   * @throws {ClientError} if it is too long, or ends early
   */
  async readBody(status: number, headers: Map<string, string>): Promise<Uint8Array<ArrayBuffer>> {
    if (status === 204 || status === 304) return new Uint8Array(0);
    if (/\bchunked$/i.test(headers.get("transfer-encoding") ?? "")) return await this.#chunks();
    const length = headers.get("content-length");
    if (length !== undefined) return await this.#exactly(lengthOf(length, 10));
    while (await this.#fill());
    return this.#take(this.#end - this.#start);
  }

  async #chunks(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let total = 0;
    for (;;) {
      const length = lengthOf((await this.#line()).split(";", 1)[0] ?? "", 16);
      if (length === 0) break;
      total = checkedLength(total + length);
      chunks.push(await this.#exactly(length));
      await this.#line();
    }
    await this.#headers();
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  async #line(): Promise<string> {
    let from = this.#start;
    for (;;) {
      const at = this.#bytes.subarray(0, this.#end).indexOf(NEWLINE, from);
      if (at >= 0) {
        const line = this.#take(at + 1 - this.#start);
        return String.fromCharCode(...line).replace(/\r?\n$/, "");
      }
      const scanned = this.#end - this.#start;
      if (scanned > MAX_HEAD_BYTES) throw new ClientError("The answer has an endless header");
      await this.#fillOrFail();
      from = this.#start + scanned;
    }
  }

  async #exactly(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#end - this.#start < length) await this.#fillOrFail();
    return this.#take(length);
  }

  async #fillOrFail(): Promise<void> {
    if (!await this.#fill()) throw new Error("the connection was closed before the answer ended");
  }

  /** Reads the bytes that have come. Returns false at the end. */
  async #fill(): Promise<boolean> {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#bytes.length) {
      const grown = new Uint8Array(checkedLength(this.#end) * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    const count = await this.#conn.read(this.#bytes.subarray(this.#end));
    this.#end += count ?? 0;
    return count !== null;
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(this.#start, this.#start + length);
    this.#start += length;
    return taken;
  }
}

function lengthOf(text: string, radix: 10 | 16): number {
  const pattern = radix === 10 ? /^\d{1,15}$/ : /^[\da-f]{1,12}$/i;
  if (!pattern.test(text.trim())) {
    throw new ClientError("The answer has a length that is no number");
  }
  return checkedLength(parseInt(text, radix));
}

function checkedLength(length: number): number {
  if (length > MAX_BODY_BYTES) throw new ClientError(`The answer has over ${MAX_BODY_BYTES} bytes`);
  return length;
}
