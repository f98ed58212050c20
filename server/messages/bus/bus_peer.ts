// One other worker, as this one writes to it: a batch for each turn, and how much of what was sent it has taken.
// It says that in shared memory, so nothing has to be sent back. What is more than a bound is not sent.

import type { MemorySource } from "../../contract/memory_account.ts";
import { BusFrame, frameLength, FrameWriter } from "./bus_frames.ts";

/** The two ends of what connects two workers, as main hands them out: this is one of them. */
export interface BusLink {
  /** The other worker. */
  readonly actor: number;
  readonly port: MessagePort;
  /** Two words: bytes that the one has taken of the other's, and the other way around. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The word in which the other one counts what it has taken, 0 or 1. */
  readonly sentWord: number;
}

/** Most bytes on their way to one worker; and with how many those who publish wait. */
export const MAX_BYTES_ON_WAY = 8 * 1024 * 1024;
export const EASY_BYTES_ON_WAY = 1024 * 1024;
/** Most topics of which it is told one by one that messages were lost. */
const MAX_LOST = 1000;

/** Another worker. */
export class BusPeer {
  readonly link: BusLink;
  readonly #memory: () => MemorySource | null;
  readonly #writer = new FrameWriter();
  #sentBytes = 0;
  /** What it has of the memory. */
  #heldBytes = 0;
  /** Topics of which messages were lost since there was space for the last time. */
  readonly #lost = new Set<string>();
  /** The latest message that it is to get, by its number. */
  mark = 0;

  constructor(link: BusLink, memory: () => MemorySource | null) {
    this.link = link;
    this.#memory = memory;
  }

  /** Whether anything waits to be sent. */
  get hasNews(): boolean {
    return this.#writer.used > 0;
  }

  /** What was sent and is not taken yet, and what waits to be sent, in bytes. */
  get bytesOnWay(): number {
    const { words, sentWord } = this.link;
    return ((this.#sentBytes - Atomics.load(words, sentWord)) >>> 0) + this.#writer.used;
  }

  /** Whether who publishes is to wait for it. */
  get isFull(): boolean {
    return this.bytesOnWay > EASY_BYTES_ON_WAY;
  }

  /** Tells it something that is needed to keep in step. */
  tell(kind: BusFrame, topic: number, number: number, name?: Uint8Array): void {
    this.#writer.write(kind, topic, number, name);
  }

  /** Answers its question whether a client is here. */
  answerFind(number: number, isHere: boolean): void {
    this.#writer.write(BusFrame.found, 0, number, undefined, isHere ? new Uint8Array() : null);
  }

  /** Sends a message for the subscribers of a topic. Where there is no space, tells it that one is lost. */
  send(topic: number, name: Uint8Array, body: Uint8Array | null): void {
    const length = frameLength(name, body);
    if (this.bytesOnWay + length > MAX_BYTES_ON_WAY || !this.#take(length)) {
      return this.#lose(topic, name);
    }
    if (this.#lost.size > 0) this.#lost.clear();
    this.#writer.write(BusFrame.message, topic, 0, name, body);
  }

  #take(length: number): boolean {
    if (this.#memory()?.tryTake(length) === false) return false;
    this.#heldBytes += length;
    return true;
  }

  #lose(topic: number, name: Uint8Array): void {
    if (this.#lost.size > MAX_LOST) return;
    const word = `${topic} ${name.toHex()}`;
    if (this.#lost.has(word)) return;
    this.#lost.add(word);
    if (this.#lost.size > MAX_LOST) this.#writer.write(BusFrame.lostAll, 0, 0);
    else this.#writer.write(BusFrame.lost, topic, 0, name);
  }

  /** Sends what waits to be sent. */
  flush(): void {
    const { used } = this.#writer;
    if (used > 0) {
      const batch = this.#writer.take();
      this.#sentBytes = (this.#sentBytes + used) | 0;
      this.link.port.postMessage(batch, [batch]);
    }
    this.settle();
  }

  /** Gives memory back for what was taken. */
  settle(): void {
    const taken = this.#heldBytes - this.bytesOnWay;
    if (taken <= 0) return;
    this.#heldBytes -= taken;
    this.#memory()?.give(taken);
  }

  /** Counts bytes of its that were taken here. */
  noteTaken(bytes: number): void {
    const { words, sentWord } = this.link;
    Atomics.add(words, 1 - sentWord, bytes);
    Atomics.notify(words, 1 - sentWord);
  }

  /** Resolves when it has taken more, or after `timeoutMs`. */
  async moved(timeoutMs: number): Promise<void> {
    const { words, sentWord } = this.link;
    const taken = Atomics.load(words, sentWord);
    if (!this.isFull) return;
    await Atomics.waitAsync(words, sentWord, taken, timeoutMs).value;
  }

  /** It is gone. */
  close(): void {
    this.link.port.close();
    this.#memory()?.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
