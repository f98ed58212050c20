/**
 * Commands that go to the server in one request: their bytes, where each ends, and which database each is
 * about, so that the rest of them can be sent again. Knows no request.
 *
 * @module
 */

/** A chunk has no more bytes than this, unless it is one command. */
export const CHUNK_BYTES = 256 * 1024;
const MAX_COMMANDS = 16 * 1024;
/** What a SET takes beside key and value: lengths, name, deadline. */
const SET_BYTES = 96;

/** How much of a command is looked at to name it. */
const SHOWN_BYTES = 160;

const encoder = new TextEncoder();
const SET = encoder.encode("*3\r\n$3\r\nSET\r\n$");
const SET_UNTIL = encoder.encode("*5\r\n$3\r\nSET\r\n$");
const PXAT = encoder.encode("\r\n$4\r\nPXAT\r\n$");

/** Bytes in a larger array. */
interface Bytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** A chunk. */
export class Chunk {
  /** The commands, one behind the other. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(CHUNK_BYTES);
  /** How many bytes there are. */
  length = 0;
  /** How many commands there are. */
  count = 0;
  /** Where each ends. */
  readonly ends: Int32Array = new Int32Array(MAX_COMMANDS);
  /** The database in which each begins; -1 for one of no number. */
  readonly databases: Int32Array = new Int32Array(MAX_COMMANDS);
  /** Whether all of them may run twice without another effect. */
  mayRepeat = true;

  /** Forgets all commands. */
  reset(): void {
    if (this.bytes.length > CHUNK_BYTES) this.bytes = new Uint8Array(CHUNK_BYTES);
    this.length = 0;
    this.count = 0;
    this.mayRepeat = true;
  }

  /** Whether a command of so many bytes has a place. An empty chunk has one for any. */
  hasSpace(bytes: number): boolean {
    if (this.count === MAX_COMMANDS) return false;
    return this.count === 0 || this.length + bytes <= CHUNK_BYTES;
  }

  /** Whether all commands of another chunk have a place. */
  hasSpaceForAll(other: Chunk): boolean {
    return this.hasSpace(other.length) && this.count + other.count <= MAX_COMMANDS;
  }

  /** Whether a SET of such a key and value has a place. */
  hasSpaceForSet(keyBytes: number, valueBytes: number): boolean {
    return this.hasSpace(keyBytes + valueBytes + SET_BYTES);
  }

  /** Adds a command as it stands in `from`. */
  add(from: Uint8Array, start: number, end: number, database: number, mayRepeat: boolean): void {
    this.#reserve(end - start);
    this.bytes.set(from.subarray(start, end), this.length);
    this.#end(this.length + end - start, database);
    if (!mayRepeat) this.mayRepeat = false;
  }

  /** Adds the SET of an item; a deadline of 0 is none. */
  addSet(key: Bytes, value: Bytes, deadlineMs: number, database: number): void {
    this.#reserve(key.length + value.length + SET_BYTES);
    let at = this.#write(deadlineMs === 0 ? SET : SET_UNTIL, this.length);
    at = this.#writeString(key, at);
    this.bytes[at++] = 0x24;
    at = this.#writeString(value, at);
    if (deadlineMs !== 0) {
      const text = String(deadlineMs);
      at = this.#write(PXAT, at - 2);
      at = this.#writeText(`${text.length}\r\n${text}\r\n`, at);
    }
    this.#end(at, database);
  }

  /** Adds the commands of another chunk, which have space here. */
  addAll(other: Chunk): void {
    for (let i = 0, start = 0; i < other.count; start = other.ends[i++]!) {
      this.add(other.bytes, start, other.ends[i]!, other.databases[i]!, other.mayRepeat);
    }
  }

  /** Where command `index` begins. */
  startOf(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }

  /** The beginning of command `index`, for people. */
  firstWords(index: number): string {
    const start = this.startOf(index);
    const shown = this.bytes.subarray(start, Math.min(this.ends[index]!, start + SHOWN_BYTES));
    const words = new TextDecoder().decode(shown).split(/\r?\n/);
    return words.filter((word) => !/^[*$]\d+$/.test(word)).slice(1, 2).join("");
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + more, 2 * this.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  #end(at: number, database: number): void {
    this.length = at;
    this.ends[this.count] = at;
    this.databases[this.count++] = database;
  }

  #write(from: Uint8Array, at: number): number {
    const { bytes } = this;
    for (let i = 0; i < from.length; i++) bytes[at + i] = from[i]!;
    return at + from.length;
  }

  /** Writes a length and so many bytes, each with its line end. */
  #writeString({ bytes: from, length }: Bytes, at: number): number {
    const begin = this.#writeText(`${length}\r\n`, at);
    this.bytes.set(from.subarray(0, length), begin);
    this.bytes[begin + length] = 0x0d;
    this.bytes[begin + length + 1] = 0x0a;
    return begin + length + 2;
  }

  #writeText(text: string, at: number): number {
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
    return at + text.length;
  }
}
