/**
 * One keep-alive connection of a load. Sends bytes that are ready, reads one answer at a time into its
 * own buffer, and parses as little of it as it can. Knows no workload.
 *
 * @module
 */

import { closeConnection } from "../connection.ts";

const CONTENT_LENGTH = new TextEncoder().encode("content-length:");
const CONNECTION_CLOSE = new TextEncoder().encode("connection: close");
const HEAD_BYTES = 16 * 1024;

/** A connection with at most one request in flight. */
export class LoadConnection {
  /** The bytes of the last answer. The next exchange overwrites them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The status of the last answer. */
  status = 0;
  /** Start and end of the last answer's body in `bytes`. */
  bodyStart = 0;
  bodyEnd = 0;
  readonly #open: (signal: AbortSignal) => Promise<Deno.Conn>;
  readonly #giveUp = new AbortController();
  #conn: Deno.Conn | undefined;
  #mustReopen = false;

  /** `open` connects. `bodyBytes` is the longest body that an answer may have. */
  constructor(open: (signal: AbortSignal) => Promise<Deno.Conn>, bodyBytes: number) {
    this.#open = open;
    this.bytes = new Uint8Array(HEAD_BYTES + bodyBytes);
  }

  /** Connects. Replaces a connection that the server wants to end. */
  async open(): Promise<void> {
    this.#mustReopen = false;
    if (this.#conn !== undefined) closeConnection(this.#conn);
    this.#conn = await this.#open(this.#giveUp.signal);
  }

  /**
   * Sends one request, after open(), and waits for its answer. It is then in `status`, `bodyStart` and
   * `bodyEnd`. Throws if the connection ends, or the answer is not HTTP/1.1 with a Content-Length.
   */
  async exchange(request: Uint8Array): Promise<void> {
    if (this.#mustReopen) await this.open();
    const conn = this.#conn!;
    let sent = await conn.write(request);
    while (sent < request.length) sent += await conn.write(request.subarray(sent));
    let filled = 0;
    let end = -1;
    do {
      const count = await conn.read(filled === 0 ? this.bytes : this.bytes.subarray(filled));
      if (count === null) throw new Error("The server closed a connection before it answered");
      filled += count;
      if (end < 0) end = this.#parseHead(filled);
      if (end > this.bytes.length || (end < 0 && filled === this.bytes.length)) {
        throw new Error("An answer is longer than any that was asked for");
      }
    } while (end < 0 || filled < end);
    if (filled > end) throw new Error("More bytes than one answer");
    this.bodyEnd = end;
  }

  /** The beginning of the last answer's body, for messages. */
  bodyText(): string {
    const end = Math.min(this.bodyEnd, this.bodyStart + 200);
    return new TextDecoder().decode(this.bytes.subarray(this.bodyStart, end));
  }

  /** Ends the connection for good. An exchange in flight throws. */
  close(): void {
    this.#giveUp.abort();
  }

  /** Where the answer ends, or -1 while its head is incomplete. */
  #parseHead(filled: number): number {
    const bytes = this.bytes;
    let length = -1;
    for (let i = 12; i + 2 < filled; i++) {
      if (bytes[i] !== 10) continue;
      const first = bytes[i + 1]!;
      if (first === 13) {
        if (length < 0) throw new Error("An answer without Content-Length");
        this.status = statusIn(bytes);
        this.bodyStart = i + 3;
        return this.bodyStart + length;
      }
      if ((first | 32) !== 99) continue; // "c", the only letter of interest
      if (startsWith(bytes, i + 1, CONTENT_LENGTH)) {
        length = integerAt(bytes, i + 1 + CONTENT_LENGTH.length);
      } else if (startsWith(bytes, i + 1, CONNECTION_CLOSE)) {
        this.#mustReopen = true;
      }
    }
    return -1;
  }
}

function statusIn(bytes: Uint8Array): number {
  return (bytes[9]! - 48) * 100 + (bytes[10]! - 48) * 10 + bytes[11]! - 48;
}

function startsWith(bytes: Uint8Array, at: number, lowerCase: Uint8Array): boolean {
  for (let i = 0; i < lowerCase.length; i++) {
    if ((bytes[at + i]! | 32) !== lowerCase[i]) return false;
  }
  return true;
}

function integerAt(bytes: Uint8Array, at: number): number {
  let i = at;
  while (bytes[i] === 32) i++;
  let value = 0;
  for (let byte = bytes[i]!; byte >= 48 && byte <= 57; byte = bytes[++i]!) {
    value = value * 10 + byte - 48;
  }
  return value;
}
