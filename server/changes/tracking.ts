// RESP3 client tracking: remembers what a client has read, or which prefixes it wants, and tells it
// when that may have changed. Keys are remembered before they are read, so that no change slips in
// between. Knows no connection: messages go out through the session's push.

import { type ChangeEvent, ChangeKind } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Command, CommandContext, KeyPlaces } from "../contract/command.ts";
import type { PushReply, Session } from "../contract/session.ts";
import type { Watch, Watcher } from "./watch.ts";

/** Most keys that are remembered for one client; of the oldest it is then told that they changed. */
export const MAX_TRACKED_KEYS = 10_000;
/** Most prefixes of one client. */
export const MAX_PREFIXES = 128;

/** What CLIENT TRACKING ON asks for. */
export interface TrackingOptions {
  readonly isBroadcast: boolean;
  /** Keys that begin with none of them are not of interest; empty: all keys are. */
  readonly prefixes: readonly Uint8Array[];
  /** Whether the client's own changes are not to be told. */
  readonly noLoop: boolean;
}

/** What one client tracks. */
export class ClientTracking implements Watcher {
  readonly options: TrackingOptions;
  readonly #watch: Watch;
  readonly #session: Session;
  readonly #keys = new Map<number, Uint8Array[]>();
  #count = 0;

  constructor(watch: Watch, session: Session, options: TrackingOptions) {
    this.options = options;
    this.#watch = watch;
    this.#session = session;
    if (options.isBroadcast) watch.addAll(this);
  }

  /** Before a command of the client: remembers what it will read, and signs what it will change. */
  begin(context: CommandContext, command: Command, args: Args): void {
    if (this.options.noLoop) context.cache.region.changedBy = this.#session.id | 0;
    if (this.options.isBroadcast) return;
    const { transaction } = this.#session;
    if (command.name === "EXEC" && transaction !== null) {
      for (const { command, bytes, lengths } of transaction.queue) {
        const starts = new Int32Array(lengths.length);
        for (let i = 1; i < starts.length; i++) starts[i] = starts[i - 1]! + lengths[i - 1]!;
        this.#remember(context, command, bytes, starts, lengths, lengths.length);
      }
    } else this.#remember(context, command, args.bytes, args.starts, args.lengths, args.count);
  }

  /** After the command: what follows is others' doing. */
  end(context: CommandContext): void {
    context.cache.region.changedBy = 0;
  }

  #remember(
    { cache }: CommandContext,
    { keys, flags }: Command,
    bytes: Uint8Array,
    starts: Int32Array,
    lengths: Int32Array,
    count: number,
  ): void {
    if (keys === null || !flags.includes("read")) return;
    for (const i of keyPlaces(keys, count)) {
      const key = bytes.slice(starts[i]!, starts[i]! + lengths[i]!);
      this.#add(cache.hash(key, 0, key.length), key);
    }
  }

  #add(hash: number, key: Uint8Array): void {
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
    // Keys of one hash share a watch; to be told too much does no harm.
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
      pushBytes(reply, key);
    });
  }

  /** Ends the tracking, without a word to the client. */
  stop(): void {
    for (const hash of this.#keys.keys()) this.#watch.remove(hash, this);
    this.#keys.clear();
    this.#watch.removeAll(this);
  }
}

function pushBytes(reply: PushReply, bytes: Uint8Array): void {
  const at = reply.room(bytes.length);
  reply.bytes.set(bytes, at);
  reply.value(at, bytes.length);
}

function* keyPlaces({ first, many, step, most }: KeyPlaces, count: number): Generator<number> {
  let left = many ? most ?? count : 1;
  for (let i = first; i < count && left > 0; i += step, left--) yield i;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Whether a key of which only the first bytes are known may begin with `prefix`. */
function mayBegin(key: Uint8Array, keyBytes: number, prefix: Uint8Array): boolean {
  if (keyBytes === 0) return true;
  if (prefix.length > keyBytes) return false;
  const known = Math.min(prefix.length, key.length);
  for (let i = 0; i < known; i++) if (key[i] !== prefix[i]) return false;
  return true;
}
