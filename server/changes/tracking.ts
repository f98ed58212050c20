// Client tracking: remembers what a client has read, or which prefixes it wants, and tells it
// when that may have changed. Keys are remembered before they are read, so that no change slips in
// between. Knows no connection: messages go out through the session's push, or to the client that it is redirected
// to, whichever worker that is connected to. What is kept is taken from the session's memory.

import { type ChangeEvent, ChangeKind } from "../../cache/mod.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { COST_BYTES } from "../contract/memory_budget.ts";
import type { Messages } from "../contract/messages/messages.ts";
import { answerBytes } from "../contract/reply.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import type { Session } from "../contract/session.ts";
import type { Tracking, TrackingOptions, TrackingStart } from "../contract/tracking.ts";
import { MAX_KEYS_OF_HASH, TrackedKeys } from "./tracked_keys.ts";

/** Most keys that are remembered for one client. For more, it is told that the oldest changed. */
export const MAX_TRACKED_KEYS = 10_000;
/** What the worker's watch of one hash costs, also where several clients share it. */
const WATCH_BYTES = COST_BYTES.entry;
/** What a prefix costs beside three times its length: in a few Maps, as bytes and as text. */
const PREFIX_BYTES = COST_BYTES.bytes + 4 * COST_BYTES.entry + 2 * COST_BYTES.map +
  2 * COST_BYTES.string;

/** The tracking of one client. */
export class ClientTracking implements Tracking, Watcher {
  options: TrackingOptions;
  isCaching = false;
  isBroken = false;
  readonly #watch: Watch;
  readonly #session: Session;
  readonly #messages: Messages;
  /** Whether the client that it is redirected to is being looked for. */
  #isLooking = false;
  #keys = new TrackedKeys();
  /** What it has taken of the session's memory. */
  #heldBytes = 0;
  #isStopped = false;

  constructor(watch: Watch, session: Session, messages: Messages, options: TrackingOptions) {
    this.options = options;
    this.#messages = messages;
    this.#watch = watch;
    this.#session = session;
  }

  /** Begins to watch the prefixes, if there are any. Says why not, with nothing watched. */
  start(): TrackingStart {
    const keyBytes = this.#keys.heldBytes + COST_BYTES.object + 2 * COST_BYTES.bytes;
    if (!this.#hold(keyBytes)) return "noMemory";
    const outcome = this.#watchPrefixes(this.options.prefixes);
    if (outcome !== "started") this.stop();
    return outcome;
  }

  change(options: TrackingOptions): TrackingStart {
    const known = new Set(this.options.prefixes);
    const outcome = this.#watchPrefixes(options.prefixes.filter((prefix) => !known.has(prefix)));
    if (outcome !== "started") return outcome;
    this.options = options;
    this.isBroken = false;
    return outcome;
  }

  /** Watches some more prefixes: all of them, or none. */
  #watchPrefixes(prefixes: readonly Uint8Array[]): TrackingStart {
    const bytes = prefixes.reduce((sum, { length }) => sum + PREFIX_BYTES + 3 * length, 0);
    if (!this.#hold(bytes)) return "noMemory";
    const isAll = prefixes.every((prefix) =>
      prefix.length === 0 ? this.#watch.addAll(this) : this.#watch.addPrefix(prefix, this)
    );
    if (isAll) return "started";
    for (const prefix of prefixes) this.#unwatchPrefix(prefix);
    this.#hold(-bytes);
    return "tooMany";
  }

  #unwatchPrefix(prefix: Uint8Array): void {
    if (prefix.length === 0) this.#watch.removeAll(this);
    else this.#watch.removePrefix(prefix, this);
  }

  remember(hash: number, bytes: Uint8Array, start: number, length: number): void {
    const keys = this.#keys;
    if (this.options.isBroadcast || keys.has(hash, bytes, start, length)) return;
    if (keys.count >= MAX_TRACKED_KEYS) this.#invalidateAll(keys.oldestHash());
    if (keys.countOf(hash) >= MAX_KEYS_OF_HASH) this.#invalidateAll(hash);
    // A client that lets too many messages wait is closed.
    if (this.#isStopped) return;
    // What cannot be remembered is told to be forgotten at once, behind the answer to this read.
    const more = keys.heldBytesWith(length) - keys.heldBytes + WATCH_BYTES;
    if (!this.#hold(more)) return this.#invalidate(bytes.subarray(start, start + length));
    if (!this.#watch.add(hash, this)) {
      this.#hold(-more);
      return this.#invalidate(bytes.subarray(start, start + length));
    }
    keys.add(hash, bytes, start, length);
  }

  /** Forgets the keys of a hash and tells the client to do so. */
  #invalidateAll(hash: number): void {
    this.#watch.remove(hash, this);
    const keys = this.#keys.take(hash);
    this.#hold(-keys.length * WATCH_BYTES);
    for (const key of keys) this.#invalidate(key);
  }

  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    const isAsked = kind === ChangeKind.put || kind === ChangeKind.deleted;
    if (this.options.noLoop && isAsked && event.changedBy === (this.#session.id | 0)) return;
    if (this.options.isBroadcast) this.#broadcast(event);
    // Keys of one hash share a watch; to be told too much does no harm.
    else if (this.#keys.countOf(hash) > 0) this.#invalidateAll(hash);
  }

  #broadcast({ key, keyBytes }: ChangeEvent): void {
    const { prefixes } = this.options;
    if (!prefixes.some((prefix) => mayBegin(key, keyBytes, prefix))) return;
    this.#invalidate(keyBytes > 0 && keyBytes === key.length ? key : null);
  }

  onOverflow(): void {
    this.forget();
  }

  hear(): void {
    this.#watch.hear();
  }

  forget(): void {
    const { heldBytes, count } = this.#keys;
    this.#unwatchKeys();
    this.#hold(this.#keys.heldBytes - heldBytes - count * WATCH_BYTES);
    this.#invalidate(null);
  }

  #unwatchKeys(): void {
    for (const hash of this.#keys.hashes()) this.#watch.remove(hash, this);
    this.#keys = new TrackedKeys();
  }

  #hold(bytes: number): boolean {
    if (!this.#session.tryTake(bytes)) return false;
    this.#heldBytes += bytes;
    return true;
  }

  /** Tells the client to forget a key, or null for all of them. */
  #invalidate(key: Uint8Array | null): void {
    if (this.options.redirect !== 0) return this.#redirect(key);
    if (this.#session.protocol !== 3) return;
    this.#session.push?.((reply) => {
      reply.push(2);
      reply.text("invalidate");
      if (key === null) return reply.miss();
      reply.array(1);
      answerBytes(key, 0, key.length, reply);
    });
  }

  /** Tells the client that this one is redirected to. */
  #redirect(key: Uint8Array | null): void {
    if (this.isBroken) return this.#tellBroken();
    if (this.#isLooking || this.#messages.invalidate(this.options.redirect, key)) return;
    void this.#lookAgain();
  }

  /** The other client cannot be reached: it is gone, or has begun anew with RESET. */
  async #lookAgain(): Promise<void> {
    const { redirect } = this.options;
    this.#isLooking = true;
    const isFound = await this.#messages.findClient(redirect);
    this.#isLooking = false;
    if (this.#isStopped || redirect !== this.options.redirect) return;
    // What has changed meanwhile is not known any more.
    if (isFound && this.#messages.invalidate(redirect, null)) return;
    this.isBroken = true;
    this.#tellBroken();
  }

  #tellBroken(): void {
    if (this.#session.protocol !== 3) return;
    this.#session.push?.((reply) => {
      reply.push(2);
      reply.text("tracking-redir-broken");
      reply.integer(this.options.redirect);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#unwatchKeys();
    for (const prefix of this.options.prefixes) this.#unwatchPrefix(prefix);
    this.#hold(-this.#heldBytes);
  }
}

/** Whether a key of which only the first bytes are known may begin with `prefix`. */
function mayBegin(key: Uint8Array, keyBytes: number, prefix: Uint8Array): boolean {
  if (keyBytes === 0) return true;
  if (prefix.length > keyBytes) return false;
  return sameBytes(key, 0, prefix, 0, Math.min(prefix.length, key.length));
}
