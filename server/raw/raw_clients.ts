// The connections of one worker by the number of their client: for CLIENT LIST and KILL, for the
// bound on how many there may be in the process, and for deadlines, which one timer looks after.

import type { ServerRegion } from "../contract/counters.ts";
import { clientLine } from "../commands/connection/client_facts.ts";
import { hasChannels } from "../contract/messages/topic.ts";
import { MAX_ANSWER_BYTES } from "../contract/reply.ts";
import type { ClientFilter, ClientRegistry } from "../contract/server.ts";
import type { Session } from "../contract/session.ts";

/** A connection, as the others see it. */
export interface RawClient {
  readonly session: Session;
  readonly protocol: keyof typeof GAUGES;
  /** Closes it, once the answers to what it has sent are written. */
  finish(): void;
  /** Looks whether something has taken too long. */
  check(nowMs: number): void;
}

const GAUGES = {
  resp: "respClients",
  text: "textClients",
  memcache: "memcacheClients",
} as const;

/** All raw connections of a worker. */
export class RawClients implements ClientRegistry {
  readonly #region: ServerRegion;
  readonly #actor: number;
  readonly #most: number;
  readonly #now: () => number;
  readonly #clients = new Map<number, RawClient>();
  #whenEmpty: (() => void) | undefined;

  /** There may be `most` clients in the whole process. */
  constructor(region: ServerRegion, actor: number, most: number, now: () => number) {
    this.#region = region;
    this.#actor = actor;
    this.#most = most;
    this.#now = now;
  }

  get size(): number {
    return this.#clients.size;
  }

  get trackingCount(): number {
    let count = 0;
    for (const { session } of this.#clients.values()) if (session.tracking !== null) count++;
    return count;
  }

  /** The connection of a client, if it is one of this worker's. */
  get(id: number): RawClient | undefined {
    return this.#clients.get(id);
  }

  sessionOf(id: number): Session | null {
    return this.#clients.get(id)?.session ?? null;
  }

  /** Counts one more client. Returns its number, or 0 when there are too many. */
  admit(protocol: keyof typeof GAUGES): number {
    const { words } = this.#region;
    const word = this.#region.gaugeWord(this.#actor, GAUGES[protocol]);
    // Counted before the look, so that two workers never both take the last place.
    Atomics.add(words, word, 1);
    let count = 0;
    for (const gauge of Object.values(GAUGES)) count += this.#region.gaugeTotal(gauge);
    if (count <= this.#most) return this.#region.nextNumber();
    Atomics.sub(words, word, 1);
    return 0;
  }

  /** Enters a connection that was admitted. */
  add(client: RawClient): void {
    this.#clients.set(client.session.id, client);
  }

  /** Removes a connection that has ended. */
  remove(client: RawClient): void {
    this.#clients.delete(client.session.id);
    Atomics.sub(
      this.#region.words,
      this.#region.gaugeWord(this.#actor, GAUGES[client.protocol]),
      1,
    );
    if (this.#clients.size === 0) this.#whenEmpty?.();
  }

  /** Closes what has taken too long; its worker calls this a few times a second. */
  check(): void {
    const nowMs = this.#now();
    for (const client of this.#clients.values()) client.check(nowMs);
  }

  /** Closes all, each once its answers are written; resolves when they are. */
  async drain(): Promise<void> {
    if (this.#clients.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#whenEmpty = resolve);
    for (const client of [...this.#clients.values()]) client.finish();
    await empty;
  }

  lines(): string | null {
    const nowMs = this.#now();
    let text = "";
    for (const client of this.#clients.values()) {
      text += `${clientLine(client.session, nowMs)}\n`;
      if (text.length > MAX_ANSWER_BYTES) return null;
    }
    return text;
  }

  unblock(id: number, isError: boolean): boolean {
    const { unblock } = this.#clients.get(id)?.session ?? {};
    unblock?.(isError);
    return unblock !== undefined && unblock !== null;
  }

  kill(filter: ClientFilter): number {
    const nowMs = this.#now();
    const found = [...this.#clients.values()].filter(({ session }) =>
      matches(session, filter, nowMs)
    );
    for (const client of found) client.finish();
    return found.length;
  }
}

function matches(session: Session, filter: ClientFilter, nowMs: number): boolean {
  const { id, address, localAddress, name, exceptId, minAgeSeconds } = filter;
  const { hasChannels: isSubscriber } = filter;
  return (id === undefined || session.id === id) &&
    (address === undefined || session.address === address) &&
    (localAddress === undefined || session.localAddress === localAddress) &&
    (name === undefined || session.name === name) &&
    session.id !== exceptId &&
    (isSubscriber === undefined || hasChannels(session.subscriptions) === isSubscriber) &&
    (minAgeSeconds === undefined || nowMs - session.createdMs >= minAgeSeconds * 1000);
}
