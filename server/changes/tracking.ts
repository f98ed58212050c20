// RESP3 client tracking: remembers the keys that a client has read, or the prefixes that it wants, and
// tells it when they may have changed. Keys are remembered before they are read, so that no change in
// between is missed. Knows no connection: messages go out through the session's push.

import { type ChangeEvent, ChangeKind } from "../../cache/mod.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { answerBytes } from "../contract/reply.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import type { Session } from "../contract/session.ts";
import type { Tracking, TrackingOptions } from "../contract/tracking.ts";

/** Most keys that are remembered for one client. For more, it is told that the oldest changed. */
export const MAX_TRACKED_KEYS = 10_000;

/** The tracking of one client. */
export class ClientTracking implements Tracking, Watcher {
  readonly options: TrackingOptions;
  readonly #watch: Watch;
  readonly #session: Session;
  readonly #keys = new Map<number, Uint8Array[]>();
  #count = 0;

  constructor(watch: Watch, session: Session, options: TrackingOptions) {
    this.options = options;
    this.#watch = watch;
    this.#session = session;
  }

  /** Begins to watch the prefixes, if there are any. Returns false if there are too many watches. */
  start(): boolean {
    const { isBroadcast, prefixes } = this.options;
    if (!isBroadcast) return true;
    if (prefixes.length === 0) return this.#watch.addAll(this);
    return prefixes.every((prefix) => this.#watch.addPrefix(prefix, this));
  }

  remember(hash: number, key: Uint8Array): void {
    if (this.options.isBroadcast) return;
    const keys = this.#keys.get(hash);
    if (keys?.some((other) => isSame(other, key))) return;
    if (this.#count >= MAX_TRACKED_KEYS) this.#forgetOldest();
    if (!this.#watch.add(hash, this)) return this.#invalidate(key);
    if (keys === undefined) this.#keys.set(hash, [key]);
    else keys.push(key);
    this.#count++;
  }

  #forgetOldest(): void {
    const [hash, keys] = this.#keys.entries().next().value!;
    this.#forget(hash, keys);
    for (const key of keys) this.#invalidate(key);
  }

  #forget(hash: number, keys: readonly Uint8Array[]): void {
    this.#keys.delete(hash);
    this.#count -= keys.length;
    this.#watch.remove(hash, this);
  }

  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    const isAsked = kind === ChangeKind.put || kind === ChangeKind.deleted;
    if (this.options.noLoop && isAsked && event.changedBy === (this.#session.id | 0)) return;
    if (this.options.isBroadcast) return this.#broadcast(event);
    const keys = this.#keys.get(hash);
    if (keys === undefined) return;
    // Keys with one hash share a watch. An invalidation too many does no harm.
    this.#forget(hash, keys);
    for (const key of keys) this.#invalidate(key);
  }

  #broadcast({ key, keyBytes }: ChangeEvent): void {
    const { prefixes } = this.options;
    if (prefixes.length > 0 && !prefixes.some((prefix) => mayBegin(key, keyBytes, prefix))) return;
    this.#invalidate(keyBytes > 0 && keyBytes === key.length ? key : null);
  }

  onOverflow(): void {
    for (const hash of this.#keys.keys()) this.#watch.remove(hash, this);
    this.#keys.clear();
    this.#count = 0;
    this.#invalidate(null);
  }

  /** Tells the client to forget a key, or null for all of them. */
  #invalidate(key: Uint8Array | null): void {
    if (this.#session.protocol !== 3) return;
    this.#session.push?.((reply) => {
      reply.push(2);
      reply.text("invalidate");
      if (key === null) return reply.miss();
      reply.array(1);
      answerBytes(key, 0, key.length, reply);
    });
  }

  stop(): void {
    for (const hash of this.#keys.keys()) this.#watch.remove(hash, this);
    this.#keys.clear();
    this.#watch.removeAll(this);
    for (const prefix of this.options.prefixes) this.#watch.removePrefix(prefix, this);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && sameBytes(a, 0, b, 0, a.length);
}

/** Whether a key may begin with `prefix`. Only the first bytes of the key are known. */
function mayBegin(key: Uint8Array, keyBytes: number, prefix: Uint8Array): boolean {
  if (keyBytes === 0) return true;
  if (prefix.length > keyBytes) return false;
  return sameBytes(key, 0, prefix, 0, Math.min(prefix.length, key.length));
}
