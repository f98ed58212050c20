/**
 * Puts together a command of the Redis protocol, argument by argument, in one buffer that is used again. Knows no
 * command.
 *
 * @module
 */

const encoder = new TextEncoder();
const LINE_END = encoder.encode("\r\n");

/** Arguments of a command that is being put together. */
export class CommandArguments {
  /** How many there are. */
  count = 0;
  /** Bytes that they take. */
  used = 0;
  #bytes = new Uint8Array(4096);

  /** Begins with the next command. */
  clear(): void {
    this.count = 0;
    this.used = 0;
  }

  /** Adds an argument. */
  add(from: Uint8Array, start: number, length: number): void {
    const head = encoder.encode(`$${length}\r\n`);
    const end = this.used + head.length + length + LINE_END.length;
    this.#reserve(end - this.used);
    this.#bytes.set(head, this.used);
    this.#bytes.set(from.subarray(start, start + length), this.used + head.length);
    this.#bytes.set(LINE_END, end - LINE_END.length);
    this.used = end;
    this.count++;
  }

  /** Adds a text. */
  addText(text: string): void {
    const bytes = encoder.encode(text);
    this.add(bytes, 0, bytes.length);
  }

  /** Adds those of another. */
  append(other: CommandArguments): void {
    this.#reserve(other.used);
    this.#bytes.set(other.#bytes.subarray(0, other.used), this.used);
    this.used += other.used;
    this.count += other.count;
  }

  #reserve(more: number): void {
    const end = this.used + more;
    if (end <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.used));
    this.#bytes = grown;
  }

  /** The command. */
  command(): Uint8Array<ArrayBuffer> {
    const head = encoder.encode(`*${this.count}\r\n`);
    const command = new Uint8Array(head.length + this.used);
    command.set(head);
    command.set(this.#bytes.subarray(0, this.used), head.length);
    return command;
  }
}
