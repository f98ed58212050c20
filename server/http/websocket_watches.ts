// What one WebSocket client watches: keys by hash, and the messages it is sent when they change.
// Knows no socket; the texts are those of docs/api.md.

import { type Cache, type ChangeEvent, ChangeKind } from "../../cache/mod.ts";
import { errorText } from "../codecs/json_answers.ts";
import { type Fields, readDelete } from "../codecs/json_slow.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import type { HttpContext } from "./context.ts";

/** Most keys that one client may watch. */
export const MAX_CLIENT_WATCHES = 1000;

const WATCHING = '{"status":"OK","message":"Watching."}';
const NOT_WATCHING = '{"status":"OK","message":"No longer watching."}';
const OVERFLOW = '{"event":"overflow"}';
const EVENTS: Readonly<Record<ChangeKind, string>> = {
  [ChangeKind.put]: "put",
  [ChangeKind.deleted]: "deleted",
  [ChangeKind.expired]: "expired",
  [ChangeKind.evicted]: "evicted",
};

interface WatchedKey {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The watches of one client. */
export class SocketWatches implements Watcher {
  readonly #cache: Cache;
  readonly #watch: Watch;
  readonly #send: (text: string) => void;
  readonly #keys = new Map<number, WatchedKey[]>();
  #count = 0;

  /** `send` takes the messages about changes. */
  constructor(cache: Cache, watch: Watch, send: (text: string) => void) {
    this.#cache = cache;
    this.#watch = watch;
    this.#send = send;
  }

  /** {"op":"watch","key":"k"} */
  watch(fields: Fields, context: HttpContext): string {
    const problem = readDelete(fields, context.args, context.jsonLimits);
    if (problem !== null) return errorText(problem.message);
    const name = fields.key as string;
    const [hash, bytes] = this.#keyOf(context);
    const keys = this.#keys.get(hash) ?? [];
    if (keys.some((key) => key.name === name)) return WATCHING;
    if (this.#count >= MAX_CLIENT_WATCHES) {
      return errorText(`Too many watches. Watch at most ${MAX_CLIENT_WATCHES} keys at a time.`);
    }
    if (!this.#watch.add(hash, this)) {
      return errorText("Server has too many watches. Unwatch some.");
    }
    this.#keys.set(hash, [...keys, { name, bytes }]);
    this.#count++;
    return WATCHING;
  }

  /** {"op":"unwatch","key":"k"}, or without a key for all. */
  unwatch(fields: Fields, context: HttpContext): string {
    if (Object.keys(fields).length === 0) {
      this.end();
      return NOT_WATCHING;
    }
    const problem = readDelete(fields, context.args, context.jsonLimits);
    if (problem !== null) return errorText(problem.message);
    const [hash] = this.#keyOf(context);
    const keys = this.#keys.get(hash) ?? [];
    const rest = keys.filter(({ name }) => name !== fields.key);
    this.#count -= keys.length - rest.length;
    if (rest.length > 0) this.#keys.set(hash, rest);
    else if (this.#keys.delete(hash)) this.#watch.remove(hash, this);
    return NOT_WATCHING;
  }

  #keyOf({ args }: HttpContext): [hash: number, bytes: Uint8Array] {
    const bytes = args.copyOf(0);
    return [this.#cache.hash(bytes, 0, bytes.length), bytes];
  }

  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    for (const { name, bytes } of this.#keys.get(hash) ?? []) {
      if (!isAbout(event, bytes)) continue;
      this.#send(`{"event":"${EVENTS[kind]}","key":${JSON.stringify(name)}}`);
    }
  }

  onOverflow(): void {
    this.#send(OVERFLOW);
  }

  /** Ends all watches. */
  end(): void {
    for (const hash of this.#keys.keys()) this.#watch.remove(hash, this);
    this.#keys.clear();
    this.#count = 0;
  }
}

/** Whether an event may be about this key, as far as it tells. */
function isAbout({ key, keyBytes }: ChangeEvent, bytes: Uint8Array): boolean {
  if (keyBytes === 0) return true;
  if (keyBytes !== bytes.length) return false;
  return sameBytes(key, 0, bytes, 0, key.length);
}
