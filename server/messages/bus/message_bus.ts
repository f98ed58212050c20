// The way between the workers: to each of the others one batch a turn, and theirs as they come, in order. What is
// in them is its host's affair. Waits for nobody for longer than a second: a worker that hangs is not waited for.

import type { MemorySource } from "../../contract/memory_account.ts";
import type { TimeSlices } from "../../contract/time_slices.ts";
import { BusFrame, FrameReader } from "./bus_frames.ts";
import { type BusLink, BusPeer } from "./bus_peer.ts";

/** Longest wait for other workers. */
const MAX_WAIT_MS = 1000;
/** Frames between two looks at the clock. */
const SLICE_FRAMES = 64;

/** Who carries out what other workers send. */
export interface BusHost {
  /** Tells a worker that has just come what it has to know. */
  greet(peer: BusPeer): void;
  /** A worker has so many subscribers of a topic. */
  onCount(actor: number, topic: number, name: Uint8Array, count: number): void;
  onMessage(topic: number, name: Uint8Array, body: Uint8Array | null): void;
  /** Messages for a topic were lost; null: for many topics. */
  onLost(topic: number, name: Uint8Array | null): void;
  /** Whether a client is one of this worker's; if so, it can be sent messages from now on. */
  onFind(name: Uint8Array): boolean;
  /** A worker is gone, and all its clients. */
  onGone(actor: number): void;
  /** Until when no more is to be taken, since much is to be delivered; null: it may be. */
  whenFree(): Promise<void> | null;
}

/** A question to all other workers. */
interface Asked {
  /** Those that have not answered. */
  readonly left: Set<number>;
  readonly settle: (isFound: boolean) => void;
}

/** A batch that has come. */
interface Arrived {
  readonly peer: BusPeer;
  readonly reader: FrameReader;
  readonly bytes: number;
}

/** The way to the other workers. */
export class MessageBus {
  readonly #host: BusHost;
  readonly #slices: TimeSlices;
  readonly #memory: () => MemorySource | null;
  readonly #defer: (work: () => void) => void;
  readonly #peers = new Map<number, BusPeer>();
  readonly #arrived: Arrived[] = [];
  readonly #asked = new Map<number, Asked>();
  #asks = 0;
  #marks = 0;
  #isDue = false;
  #isTaking = false;
  #settling: Promise<void> | null = null;
  /** Resolves once all have heard of what is written in this turn. */
  #hearing: Promise<boolean> | null = null;

  constructor(
    host: BusHost,
    slices: TimeSlices,
    memory: () => MemorySource | null,
    defer: (work: () => void) => void,
  ) {
    this.#host = host;
    this.#slices = slices;
    this.#memory = memory;
    this.#defer = defer;
  }

  /** Whether there is no other worker. */
  get isAlone(): boolean {
    return this.#peers.size === 0;
  }

  /** Another worker has come, or comes in place of one that is gone. */
  add(link: BusLink): void {
    this.remove(link.actor);
    const peer = new BusPeer(link, this.#memory);
    this.#peers.set(link.actor, peer);
    link.port.onmessage = ({ data }) => this.#arrive(peer, data as ArrayBuffer);
    this.#host.greet(peer);
    peer.flush();
  }

  /** Another worker is gone. */
  remove(actor: number): void {
    const peer = this.#peers.get(actor);
    if (peer === undefined) return;
    this.#peers.delete(actor);
    peer.close();
    for (const asked of [...this.#asked.values()]) this.#answered(asked, actor, false);
    this.#host.onGone(actor);
  }

  /** Tells all how many subscribers of a topic this worker has now. */
  tellCount(topic: number, name: Uint8Array, count: number): void {
    if (this.isAlone) return;
    for (const peer of this.#peers.values()) peer.tell(BusFrame.count, topic, count, name);
    this.#schedule();
  }

  /** Begins a message, which goes to those that are marked then. */
  begin(): void {
    this.#marks++;
  }

  /** The message goes to these. */
  mark(actors: Iterable<number>): void {
    for (const actor of actors) {
      const peer = this.#peers.get(actor);
      if (peer !== undefined) peer.mark = this.#marks;
    }
  }

  /** Sends the message to all that are marked. */
  send(topic: number, name: Uint8Array, body: Uint8Array | null): void {
    for (const peer of this.#peers.values()) {
      if (peer.mark === this.#marks) peer.send(topic, name, body);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#defer(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isDue = false;
    this.#hearing = null;
    for (const peer of this.#peers.values()) peer.flush();
  };

  /** Resolves once all have heard of what was told in this turn; null where there is nobody. */
  heard(): Promise<unknown> | null {
    if (this.isAlone) return null;
    return this.#hearing ??= this.#ask(BusFrame.ask);
  }

  /** Asks all whether a client is theirs. */
  find(name: Uint8Array): Promise<boolean> {
    return this.isAlone ? Promise.resolve(false) : this.#ask(BusFrame.find, name);
  }

  #ask(kind: BusFrame, name?: Uint8Array): Promise<boolean> {
    const number = this.#asks = (this.#asks + 1) >>> 0;
    return new Promise((resolve) => {
      const timer = setTimeout(() => asked.settle(false), MAX_WAIT_MS);
      const asked: Asked = {
        left: new Set(this.#peers.keys()),
        settle: (isFound) => {
          clearTimeout(timer);
          this.#asked.delete(number);
          resolve(isFound);
        },
      };
      this.#asked.set(number, asked);
      // What is told later in this turn is to be heard, too.
      this.#defer(() => {
        for (const peer of this.#peers.values()) peer.tell(kind, 0, number, name);
        this.#flush();
      });
    });
  }

  #answered(asked: Asked, actor: number, isFound: boolean): void {
    asked.left.delete(actor);
    if (isFound || asked.left.size === 0) asked.settle(isFound);
  }

  /** Whether who publishes is to wait for {@linkcode settled}. */
  get isFull(): boolean {
    for (const peer of this.#peers.values()) if (peer.isFull) return true;
    return false;
  }

  /** Resolves when less is on its way, or after a second; null where there is little. */
  settled(): Promise<void> | null {
    return this.isFull ? this.#settling ??= this.#settle() : null;
  }

  async #settle(): Promise<void> {
    const endMs = performance.now() + MAX_WAIT_MS;
    this.#flush();
    for (const peer of this.#peers.values()) {
      while (peer.isFull && this.#peers.get(peer.link.actor) === peer) {
        const leftMs = endMs - performance.now();
        if (leftMs <= 0) break;
        await peer.moved(leftMs);
      }
    }
    this.#settling = null;
  }

  /** Gives memory back that is free by now; called a few times a second. */
  tick(): void {
    for (const peer of this.#peers.values()) peer.settle();
  }

  #arrive(peer: BusPeer, batch: ArrayBuffer): void {
    this.#arrived.push({ peer, reader: new FrameReader(batch), bytes: batch.byteLength });
    if (!this.#isTaking) this.#take();
  }

  #take(): void {
    this.#isTaking = true;
    const done = this.#slices.run(() => this.#takeSome());
    if (done === null) this.#taken();
    else done.then(() => this.#taken());
  }

  /** Goes on where delivering had to get on first. */
  #taken(): void {
    const free = this.#arrived.length === 0 ? null : this.#host.whenFree();
    if (this.#arrived.length === 0) this.#isTaking = false;
    else if (free === null) this.#take();
    else free.then(() => this.#take());
    if (this.#isDue) return;
    // Answers to what was asked go at once.
    for (const peer of this.#peers.values()) if (peer.hasNews) this.#schedule();
  }

  /** Takes some frames. Returns whether to stop: there are none, or what they hold has to be delivered first. */
  #takeSome(): boolean {
    const arrived = this.#arrived[0];
    if (arrived === undefined || this.#host.whenFree() !== null) return true;
    const { peer, reader, bytes } = arrived;
    const isGone = this.#peers.get(peer.link.actor) !== peer;
    for (let count = 0; count < SLICE_FRAMES && !isGone; count++) {
      if (reader.next()) {
        this.#takeFrame(peer, reader);
        continue;
      }
      peer.noteTaken(bytes);
      this.#arrived.shift();
      return this.#arrived.length === 0;
    }
    if (isGone) this.#arrived.shift();
    return false;
  }

  #takeFrame(peer: BusPeer, { kind, topic, number, name, body }: FrameReader): void {
    const host = this.#host;
    const { actor } = peer.link;
    if (kind === BusFrame.message) host.onMessage(topic, name, body);
    else if (kind === BusFrame.count) host.onCount(actor, topic, name, number);
    else if (kind === BusFrame.ask) peer.tell(BusFrame.heard, 0, number);
    else if (kind === BusFrame.find) peer.answerFind(number, host.onFind(name));
    else if (kind === BusFrame.lost) host.onLost(topic, name);
    else if (kind === BusFrame.lostAll) host.onLost(topic, null);
    else {
      const asked = this.#asked.get(number);
      if (asked !== undefined) this.#answered(asked, actor, body !== null);
    }
  }
}
