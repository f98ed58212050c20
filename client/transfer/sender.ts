/**
 * Sends chunks of commands to POST /import, one at a time and in order, over one connection. What the server
 * cannot run now is sent again, from the first command on that has not run: none is lost, and none runs twice.
 *
 * @module
 */

import { AnswerReader, type ClientAnswer } from "../answer_reader.ts";
import {
  type Access,
  closeConnection,
  explain,
  openConnection,
  writeBytes,
} from "../connection.ts";
import { authorizationLine, refusal } from "../exchange.ts";
import { ClientError } from "../platform.ts";
import type { Chunk } from "./chunk.ts";
import type { Tally } from "./tally.ts";

/** How long the server may be unable to take anything, and the pauses between two tries. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1000;
/** After so many tries in vain smaller requests are tried. */
const TRIES_BEFORE_LESS = 5;

/** What the server says has become of the commands of a request. */
interface Progress {
  readonly done: number;
  readonly stored: number;
  readonly failed: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly errors: readonly { command: string; key: string; message: string }[];
}

/** What an answer without a count says. */
const NOTHING_DONE: Progress = { done: 0, stored: 0, failed: 0, skipped: {}, errors: [] };

/** Sends chunks. */
export class Sender {
  readonly #access: Access;
  readonly #tally: Tally;
  readonly #pause: (ms: number) => Promise<void>;
  #conn: Deno.Conn | undefined;
  #reader: AnswerReader | undefined;
  /** Commands of one request; fewer where the server has no memory for more. */
  #mostCommands = Infinity;
  /** What it may be at most, since more were too large. */
  #cap = Infinity;
  #hasConnected = false;
  /** Why there is no connection. */
  #cause: ClientError | undefined;

  /** Counts in `tally` what becomes of the commands. `pause` waits, in milliseconds. */
  constructor(access: Access, tally: Tally, pause: (ms: number) => Promise<void> = sleep) {
    this.#access = access;
    this.#tally = tally;
    this.#pause = pause;
  }

  /**
   * Sends a chunk, whatever it takes.
   *
   * @throws {ClientError} if the server is gone for long, refuses, or cannot understand it
   */
  async send(chunk: Chunk): Promise<void> {
    let tries = 0;
    let pausedMs = 0;
    for (let from = 0; from < chunk.count;) {
      const to = Math.min(chunk.count, from + this.#mostCommands);
      const answer = await this.#tryOnce(chunk, from, to);
      if (answer?.status === 413) {
        from += this.#tooLarge(chunk, from, to);
        continue;
      }
      const progress = answer === null ? NOTHING_DONE : this.#progressIn(answer);
      this.#count(progress);
      const wasAll = progress.done === to - from;
      from += progress.done;
      if (answer?.status === 200) {
        if (from !== to) throw this.#unexpected();
        [tries, pausedMs] = [0, 0];
        this.#mostCommands = Math.min(this.#cap, 2 * this.#mostCommands);
        continue;
      }
      // All have run, but the server could not write its log.
      if (wasAll) this.#tally.notDurable = true;
      if (progress.done > 0) [tries, pausedMs] = [0, 0];
      const isHopeless = pausedMs > PATIENCE_MS || !this.#hasConnected;
      if (isHopeless) throw this.#outOfPatience(answer);
      if (++tries > TRIES_BEFORE_LESS) this.#lessThan(to - from);
      const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
      pausedMs += ms;
      await this.#pause(ms);
    }
  }

  /** Ends the connection. */
  close(): void {
    if (this.#conn !== undefined) closeConnection(this.#conn);
    this.#conn = undefined;
  }

  /** Sends the commands `from` to `to`. Returns null where trying again does no harm. */
  async #tryOnce(chunk: Chunk, from: number, to: number): Promise<ClientAnswer | null> {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), this.#access.timeoutMs);
    try {
      const conn = await this.#connection(giveUp.signal);
      if (conn === null) return null;
      giveUp.signal.addEventListener("abort", () => closeConnection(conn));
      const body = chunk.bytes.subarray(chunk.startOf(from), chunk.startOf(to));
      const sent = writeAllOf(conn, this.#head(chunk.databases[from]!, body.length), body);
      const answer = await this.#reader!.read();
      // One that is refused before its body was read ends the connection.
      if (answer.status !== 200) this.close();
      await sent;
      return answer;
    } catch (error) {
      this.close();
      if (chunk.mayRepeat && !(error instanceof ClientError)) return null;
      throw this.#lost(explain(this.#access, error, giveUp.signal));
    } finally {
      clearTimeout(timer);
    }
  }

  /** The connection, perhaps a new one. Returns null where the server cannot be reached any more. */
  async #connection(signal: AbortSignal): Promise<Deno.Conn | null> {
    if (this.#conn !== undefined) return this.#conn;
    try {
      this.#conn = await openConnection(this.#access, signal);
      this.#reader = new AnswerReader(this.#conn);
      this.#hasConnected = true;
      return this.#conn;
    } catch (error) {
      this.#cause = explain(this.#access, error, signal);
      return null;
    }
  }

  #head(database: number, length: number): Uint8Array {
    const { target, token } = this.#access;
    return new TextEncoder().encode(
      `POST ${target.prefix}/import?database=${database} HTTP/1.1\r\nhost: ${target.authority}\r\n` +
        `${authorizationLine(token)}content-length: ${length}\r\n\r\n`,
    );
  }

  /** Notes a request that is too large. Returns how many of its commands are done with. */
  #tooLarge(chunk: Chunk, from: number, to: number): number {
    if (to - from > 1) {
      this.#lessThan(to - from);
      this.#cap = this.#mostCommands;
      return 0;
    }
    this.#tally.refused(chunk.firstWords(from), "it is too large for this server");
    return 1;
  }

  #lessThan(count: number): void {
    this.#mostCommands = Math.max(1, Math.floor(count / 2));
  }

  #progressIn(answer: ClientAnswer): Progress {
    const { status, body } = answer;
    const isOther = status !== 200 && status !== 503 && status !== 400;
    if (isOther) throw refusal(this.#access, answer);
    const found = progressOf(new TextDecoder().decode(body));
    if (found !== undefined && status !== 400) return found;
    if (status === 503) return NOTHING_DONE;
    if (status === 200) throw this.#unexpected();
    throw refusal(this.#access, answer);
  }

  #count({ stored, failed, skipped, errors }: Progress): void {
    const tally = this.#tally;
    tally.taken += stored;
    for (const [name, count] of Object.entries(skipped)) tally.leftOut(commandsOf(name), count);
    for (const { command, key, message } of errors) tally.refused(key, `${command}: ${message}`);
    tally.alsoRefused(failed - errors.length);
  }

  #outOfPatience(answer: ClientAnswer | null): ClientError {
    const { url } = this.#access.target;
    if (answer !== null) return refusal(this.#access, answer);
    return this.#cause ?? new ClientError(`Cannot reach ${url} any more: connections are lost`);
  }

  #lost(cause: ClientError): ClientError {
    return new ClientError(
      `${cause.message}. Commands were on their way, and whether they have run is not known`,
    );
  }

  #unexpected(): ClientError {
    const { url } = this.#access.target;
    return new ClientError(`${url} answered something else than slabkv does: is --url right?`);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Writes head and body. What goes wrong shows when the answer is read. */
async function writeAllOf(conn: Deno.Conn, head: Uint8Array, body: Uint8Array): Promise<void> {
  try {
    await writeBytes(conn, head);
    await writeBytes(conn, body);
  } catch {
    // The server may have answered before it has read all.
  }
}

function progressOf(text: string): Progress | undefined {
  try {
    const found = JSON.parse(text);
    return typeof found?.done === "number" && Array.isArray(found.errors) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What people call commands of a name that were left out; the server names databases, too. */
function commandsOf(name: string): string {
  if (name.startsWith("database ")) return `commands for ${name}, which slabkv has not`;
  return name === "others" ? "other commands that slabkv does not take in" : `commands ${name}`;
}
