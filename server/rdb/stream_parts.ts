/**
 * Turns the parts of a stream, as a file has them, into the commands that store it again: what is pending comes
 * before its consumers there, and is kept until they have come. Knows no file.
 *
 * @module
 */

import { type RdbStream, StreamPart } from "./rdb_stream.ts";
import { StreamCommands } from "./stream_commands.ts";

/** Numbers for an entry that is pending: ID, time, deliveries. */
const NUMBERS = 4;

/** Writes the commands for one stream after the other. */
export class StreamParts {
  /** Where they are. Whoever takes them empties `commands.commands`. */
  readonly commands: StreamCommands = new StreamCommands();
  /** Whether an entry is pending and nobody's, or the other way round. */
  #isDamaged = false;
  #pending = new BigUint64Array(64 * NUMBERS);
  #count = 0;
  #owned = 0;
  #consumer: Uint8Array = new Uint8Array();

  /** Adds the part that the stream has found. */
  add(stream: RdbStream): void {
    const { commands } = this;
    const { part, ms, seq, fields: { bytes }, starts, lengths, name } = stream;
    if (part === StreamPart.entry) {
      return commands.entry(ms, seq, { bytes, starts, lengths });
    }
    const id = `${ms}-${seq}`;
    if (part === StreamPart.pending) this.#addPending(stream);
    else if (part === StreamPart.owned) this.#claim(stream, id);
    else if (part === StreamPart.head) {
      commands.head(id, stream.added, `${stream.deletedMs}-${stream.deletedSeq}`);
    } else if (part === StreamPart.group) {
      this.#endGroup();
      commands.group(name.bytes.slice(0, name.length), id, stream.entriesRead);
    } else {
      this.#consumer = name.bytes.slice(0, name.length);
      commands.consumer(this.#consumer);
    }
  }

  /** The stream has no more parts. Returns false where what is pending in it is damaged; then that is left out. */
  end(): boolean {
    this.#endGroup();
    const isWhole = !this.#isDamaged;
    this.#isDamaged = false;
    return isWhole;
  }

  #endGroup(): void {
    this.commands.endClaims();
    if (this.#owned !== this.#count) this.#isDamaged = true;
    this.#count = 0;
    this.#owned = 0;
  }

  #addPending({ ms, seq, timeMs, deliveries }: RdbStream): void {
    const at = this.#count++ * NUMBERS;
    if (at === this.#pending.length) {
      const grown = new BigUint64Array(2 * at);
      grown.set(this.#pending);
      this.#pending = grown;
    }
    this.#pending.set([ms, seq, BigInt(timeMs), BigInt(deliveries)], at);
  }

  #claim({ ms, seq }: RdbStream, id: string): void {
    const pending = this.#pending;
    // They are in the order of their IDs.
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * NUMBERS;
      const isBefore = pending[at]! < ms || pending[at]! === ms && pending[at + 1]! < seq;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    const at = low * NUMBERS;
    if (low === this.#count || pending[at] !== ms || pending[at + 1] !== seq) {
      this.#isDamaged = true;
      return;
    }
    this.#owned++;
    const [timeMs, deliveries] = [Number(pending[at + 2]), Number(pending[at + 3])];
    this.commands.claim(this.#consumer, id, timeMs, deliveries);
  }
}
