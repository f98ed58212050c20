// Pipelined requests of memcached's clients before they run, and the keys of a line before they are answered: each is decoded
// once, into columns, its key hashed, and what the lookups will read is brought into the processor's caches. Changes nothing and
// needs no lock. Meta commands are decoded again when their turn comes: their words do not fit in columns.

import { type Cache, inDatabase, storedDatabase } from "../../../cache/mod.ts";
import { MemcacheDecoder } from "../../codecs/memcache/decode.ts";
import type { MemcacheLimits } from "../../codecs/memcache/limits.ts";
import { Excess } from "../../codecs/excess.ts";
import { Decoded } from "../../codecs/resp_decode.ts";
import { Args } from "../../contract/args.ts";
import type { KeyLine } from "../../contract/memcache/key_line.ts";
import { MetaFlag, Op, Style } from "../../contract/memcache/request.ts";

/** Requests that are read in one go: what they will read has to stay in the fastest cache. */
const MAX_REQUESTS = 64;
/** Bits of a request. */
const QUIET = 1;
const FULL = 2;
const LAST = 4;
const DROPS_OLD = 8;

/** Reads ahead for one worker. */
export class MemcacheAhead {
  readonly #cache: Cache;
  readonly #decoder: MemcacheDecoder;
  readonly #args = new Args();
  readonly #excess = new Excess();
  /** Where each begins and ends; what it is, or Op.error where it is to be decoded again; the number of its key from 1, or 0. */
  readonly #begins = new Int32Array(MAX_REQUESTS);
  readonly #ends = new Int32Array(MAX_REQUESTS);
  readonly #ops = new Uint8Array(MAX_REQUESTS);
  readonly #styles = new Uint8Array(MAX_REQUESTS);
  readonly #bits = new Uint8Array(MAX_REQUESTS);
  readonly #keys = new Uint8Array(MAX_REQUESTS);
  /** Its arguments. */
  readonly #keyStarts = new Int32Array(MAX_REQUESTS);
  readonly #keyLengths = new Int32Array(MAX_REQUESTS);
  readonly #valueStarts = new Int32Array(MAX_REQUESTS);
  /** -1: there is no value. */
  readonly #valueLengths = new Int32Array(MAX_REQUESTS);
  /** Its numbers. */
  readonly #flags = new Float64Array(MAX_REQUESTS);
  readonly #seconds = new Float64Array(MAX_REQUESTS);
  readonly #versions = new Float64Array(MAX_REQUESTS);
  readonly #opaques = new Float64Array(MAX_REQUESTS);
  readonly #codes = new Uint8Array(MAX_REQUESTS);
  /** Of each key: its hash in database 0, that in the database where it is wanted, its bucket there. */
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
    let keys = 0;
    for (; count < MAX_REQUESTS; count++) {
      const begin = decoder.at;
      if (decoder.next(bytes, end, args, this.#excess) !== Decoded.command) break;
      const { op, metaFlags } = decoder.request;
      if (op === Op.tooLarge || op === Op.quit) break;
      this.#begins[count] = begin;
      this.#ends[count] = decoder.at;
      this.#note(count);
      const hasKey = args.count > 0 && (op < Op.flush || op >= Op.metaGet) &&
        (metaFlags & MetaFlag.base64) === 0;
      this.#keys[count] = hasKey ? keys + 1 : 0;
      if (!hasKey) continue;
      const hash = cache.hash(bytes, args.starts[0]!, args.lengths[0]!);
      this.#hashes[keys] = hash;
      this.#wanted[keys++] = inDatabase(hash, stored);
    }
    this.#excess.clear();
    this.#count = count;
    this.#next = 0;
    if (keys > 1) this.warmed ^= cache.warmMany(this.#wanted, keys, this.#buckets);
    else this.#buckets[0] = 0;
    return count === 0 ? at : this.#ends[count - 1]!;
  }

  /** Notes request `i`, which was just decoded. */
  #note(i: number): void {
    const { request } = this.#decoder;
    const { starts, lengths, count } = this.#args;
    const { op } = request;
    const isPlain = op !== Op.error && op < Op.increment && request.style !== Style.meta;
    this.#ops[i] = isPlain ? op : Op.error;
    if (!isPlain) return;
    this.#styles[i] = request.style;
    this.#bits[i] = (request.isQuiet ? QUIET : 0) | (request.isFull ? FULL : 0) |
      (request.isLast ? LAST : 0) | (request.dropsOld ? DROPS_OLD : 0);
    this.#keyStarts[i] = starts[0]!;
    this.#keyLengths[i] = lengths[0]!;
    this.#valueStarts[i] = starts[1]!;
    this.#valueLengths[i] = count > 1 ? lengths[1]! : -1;
    this.#flags[i] = request.clientFlags;
    this.#seconds[i] = request.seconds;
    this.#versions[i] = request.version;
    if (request.style !== Style.binary) return;
    this.#codes[i] = request.code;
    this.#opaques[i] = request.opaque;
  }

  /**
   * Makes the request at the place of `decoder` the current one, with its arguments, if it was read ahead; else it has to be
   * decoded, and {@linkcode give} comes after that.
   */
  take(decoder: MemcacheDecoder, bytes: Uint8Array, args: Args): boolean {
    const i = this.#next;
    if (i >= this.#count || this.#begins[i] !== decoder.at || this.#ops[i] === Op.error) {
      return false;
    }
    const { line } = decoder;
    if (line.hasFailed && line.op !== Op.end) return false;
    const { request } = decoder;
    const op = this.#ops[i]! as Op;
    const bits = this.#bits[i]!;
    const style = this.#styles[i]! as Style;
    decoder.beginAgain();
    request.begin(op, style);
    request.isQuiet = (bits & QUIET) !== 0;
    request.isFull = (bits & FULL) !== 0;
    request.isLast = (bits & LAST) !== 0;
    request.dropsOld = (bits & DROPS_OLD) !== 0;
    request.clientFlags = this.#flags[i]!;
    request.seconds = this.#seconds[i]!;
    request.version = this.#versions[i]!;
    if (style === Style.binary) {
      request.code = this.#codes[i]!;
      request.opaque = this.#opaques[i]!;
    } else if (op <= Op.getAndTouch) {
      if (request.isLast) line.op = Op.end;
      else line.begin(op, request.isFull, request.seconds);
    }
    args.over(bytes);
    args.push(this.#keyStarts[i]!, this.#keyLengths[i]!);
    const length = this.#valueLengths[i]!;
    if (length >= 0) args.push(this.#valueStarts[i]!, length);
    decoder.at = this.#ends[i]!;
    this.#giveHash(i, args);
    return true;
  }

  /** Where the key of the request that began at `at` was hashed, puts that into `args`. */
  give(at: number, args: Args): void {
    const i = this.#next;
    if (i < this.#count && this.#begins[i] === at) this.#giveHash(i, args);
  }

  #giveHash(i: number, args: Args): void {
    this.#next = i + 1;
    const key = this.#keys[i]! - 1;
    if (key >= 0) args.setKeyHash(this.#hashes[key]!, this.#buckets[key]!);
  }
}
