// Pipelined requests of memcached's clients before they run, and the keys of a line before they are answered: their keys are
// hashed, and what the lookups will read is brought into the processor's caches. Changes nothing and needs no lock.

import { type Cache, inDatabase, storedDatabase } from "../../../cache/mod.ts";
import { MemcacheDecoder } from "../../codecs/memcache/decode.ts";
import type { MemcacheLimits } from "../../codecs/memcache/limits.ts";
import { Excess } from "../../codecs/excess.ts";
import { Decoded } from "../../codecs/resp_decode.ts";
import { Args } from "../../contract/args.ts";
import type { KeyLine } from "../../contract/memcache/key_line.ts";
import { MetaFlag, Op } from "../../contract/memcache/request.ts";

/** Requests that are read in one go: what they will read has to stay in the fastest cache. */
const MAX_REQUESTS = 64;

/** Reads ahead for one worker. */
export class MemcacheAhead {
  readonly #cache: Cache;
  readonly #decoder: MemcacheDecoder;
  readonly #args = new Args();
  readonly #excess = new Excess();
  /** Of each that has a key: where it begins, its hash in database 0, that in the database where it is wanted, its bucket there. */
  readonly #places = new Int32Array(MAX_REQUESTS);
  readonly #hashes = new Int32Array(MAX_REQUESTS);
  readonly #wanted = new Int32Array(MAX_REQUESTS);
  readonly #buckets = new Int32Array(MAX_REQUESTS);
  #count = 0;
  #next = 0;
  /** Means nothing, but has to be kept; see Cache.warmMany(). */
  warmed = 0;

  constructor(cache: Cache, limits: MemcacheLimits) {
    this.#cache = cache;
    this.#decoder = new MemcacheDecoder(limits);
    this.#decoder.isAhead = true;
  }

  /** Forgets what was read ahead: the bytes may be others. */
  forget(): void {
    this.#count = 0;
    this.#next = 0;
  }

  /**
   * Reads ahead in `bytes`, from `at` to `end`; `line` is what the connection keeps of a line of keys. Keys are taken to be in
   * what clients call `database`. Returns where the requests end that it has seen.
   */
  look(bytes: Uint8Array, at: number, end: number, line: KeyLine, database: number): number {
    const decoder = this.#decoder;
    const args = this.#args;
    const cache = this.#cache;
    const stored = storedDatabase(cache.region, database);
    decoder.at = at;
    decoder.line.copy(line);
    let count = 0;
    for (let seen = 0; seen < MAX_REQUESTS; seen++) {
      const begin = decoder.at;
      if (decoder.next(bytes, end, args, this.#excess) !== Decoded.command) break;
      const { op, metaFlags } = decoder.request;
      if (op === Op.tooLarge || op === Op.quit) break;
      if (args.count === 0 || op >= Op.flush && op < Op.metaGet) continue;
      if ((metaFlags & MetaFlag.base64) !== 0) continue;
      const hash = cache.hash(bytes, args.starts[0]!, args.lengths[0]!);
      this.#places[count] = begin;
      this.#hashes[count] = hash;
      this.#wanted[count++] = inDatabase(hash, stored);
    }
    this.#excess.clear();
    this.#count = count;
    this.#next = 0;
    if (count > 1) this.warmed ^= cache.warmMany(this.#wanted, count, this.#buckets);
    else this.#buckets[0] = 0;
    return decoder.at;
  }

  /** Where the key of the request that begins at `at` was hashed, puts that into `args`. */
  give(at: number, args: Args): void {
    const i = this.#next;
    if (i >= this.#count || this.#places[i] !== at) return;
    this.#next = i + 1;
    args.setKeyHash(this.#hashes[i]!, this.#buckets[i]!);
  }
}
