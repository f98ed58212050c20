// What one WebSocket client watches: keys of database 0 by hash, and the messages it is sent when they change.
// Knows no socket; the texts are those of docs/api.md.

import { type Cache, type ChangeEvent, ChangeKind, storedDatabase } from "../../cache/mod.ts";
import { errorText } from "../codecs/json_answers.ts";
import { type Fields, readDelete } from "../codecs/json_slow.ts";
import type { Watch, Watcher } from "../contract/changes.ts";
import { COST_BYTES, type MemoryBudget } from "../contract/memory_budget.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import type { HttpContext } from "./context.ts";

/** Most keys that one client may watch. */
export const MAX_CLIENT_WATCHES = 1000;

/** The part of the budget up to which watches may take memory: they keep it for as long as they like. */
const WATCHES_SHARE = 1 / 2;
/** What a watch costs beside its key, here and where changes are told: lists, entries, objects. */
const WATCH_COST_BYTES = COST_BYTES.bytes + 3 * COST_BYTES.object + 2 * COST_BYTES.entry;

const WATCHING = '{"status":"OK","message":"Watching."}';
const TOO_MANY = errorText("Server has too many watches. Unwatch some.");
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
  readonly #budget: MemoryBudget;
  readonly #send: (text: string) => void;
  readonly #keys = new Map<number, WatchedKey[]>();
  #count = 0;
  #heldBytes = 0;

  /** `send` takes the messages about changes; watches take memory from `budget`. */
  constructor(cache: Cache, watch: Watch, budget: MemoryBudget, send: (text: string) => void) {
    this.#cache = cache;
    this.#watch = watch;
    this.#budget = budget;
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
    const costBytes = costOf(bytes);
    if (!this.#budget.tryTake(costBytes, WATCHES_SHARE)) return TOO_MANY;
    if (!this.#watch.add(hash, this)) {
      this.#budget.give(costBytes);
      return TOO_MANY;
    }
    this.#heldBytes += costBytes;
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
    const [hash, bytes] = this.#keyOf(context);
    const keys = this.#keys.get(hash) ?? [];
    const rest = keys.filter(({ name }) => name !== fields.key);
    if (rest.length < keys.length) this.#release(1, costOf(bytes));
    if (rest.length > 0) this.#keys.set(hash, rest);
    else if (this.#keys.delete(hash)) this.#watch.remove(hash, this);
    return NOT_WATCHING;
  }

  #keyOf({ args }: HttpContext): [hash: number, bytes: Uint8Array] {
    const bytes = args.copyOf(0);
    return [this.#cache.hash(bytes, 0, bytes.length), bytes];
  }

  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    if (event.database !== storedDatabase(this.#cache.region, 0)) return;
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
    this.#release(this.#count, this.#heldBytes);
  }

  #release(count: number, heldBytes: number): void {
    this.#count -= count;
    this.#heldBytes -= heldBytes;
    this.#budget.give(heldBytes);
  }
}

/** What a watch of this key holds: its bytes, and its name, which may take two bytes a character. */
function costOf({ length }: Uint8Array): number {
  return WATCH_COST_BYTES + 3 * length;
}

/** Whether an event may be about this key, as far as it tells. */
function isAbout({ key, keyBytes }: ChangeEvent, bytes: Uint8Array): boolean {
  if (keyBytes === 0) return true;
  if (keyBytes !== bytes.length) return false;
  return sameBytes(key, 0, bytes, 0, key.length);
}
