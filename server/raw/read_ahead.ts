// Pipelined commands before they run: each is decoded once, its row found, its key hashed, and what the
// lookups of all their keys will read is brought into the processor's caches. Changes nothing, needs no
// lock, and holds nothing back: what cannot be decoded ahead is decoded when its turn comes.

import { type Cache, inDatabase, storedDatabase } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Command } from "../contract/command.ts";
import { sameBytes } from "../contract/same_bytes.ts";
import { AheadCommands, MAX_AHEAD_COMMANDS } from "./resp_ahead.ts";
import type { RespDecoder, RespLimits } from "../codecs/resp_decode.ts";
import { findCommand } from "../commands/find.ts";

/** Reads ahead for one worker. */
export class ReadAhead {
  /** The command that {@linkcode take} has given last. */
  command: Command | null = null;
  readonly #cache: Cache;
  readonly #commands: AheadCommands;
  /** Of each: its row, and the number of its key from 1, or 0. */
  readonly #rows: (Command | null)[] = new Array(MAX_AHEAD_COMMANDS).fill(null);
  readonly #keys = new Uint8Array(MAX_AHEAD_COMMANDS);
  /** Of each key: its hash in database 0, that in the database where it is wanted, its bucket there. */
  readonly #hashes = new Int32Array(MAX_AHEAD_COMMANDS);
  readonly #wanted = new Int32Array(MAX_AHEAD_COMMANDS);
  readonly #buckets = new Int32Array(MAX_AHEAD_COMMANDS);
  /** The next one that {@linkcode take} gives, and where it begins. */
  #next = 0;
  #at = -1;
  /** Means nothing, but has to be kept; see Cache.warmMany(). */
  warmed = 0;

  constructor(cache: Cache, limits: RespLimits) {
    this.#cache = cache;
    this.#commands = new AheadCommands(limits);
  }

  /** Forgets what was read ahead: the bytes may be others. */
  forget(): void {
    this.#at = -1;
  }

  /**
   * Reads ahead in `bytes`, from `at` to `end`. Keys are taken to be in what clients call `database`.
   * Returns where the commands end that it has seen.
   */
  look(bytes: Uint8Array, at: number, end: number, database: number): number {
    const commands = this.#commands;
    commands.decode(bytes, at, end);
    const { count } = commands;
    if (count === 0) return at;
    this.#next = 0;
    this.#at = at;
    const keys = this.#find(bytes, count, storedDatabase(this.#cache.region, database));
    if (keys > 1) this.warmed ^= this.#cache.warmMany(this.#wanted, keys, this.#buckets);
    else this.#buckets[0] = 0;
    return commands.ends[count - 1]!;
  }

  /** Finds rows and hashes keys. Returns how many keys there are. */
  #find(bytes: Uint8Array, count: number, stored: number): number {
    const { firsts, starts, lengths } = this.#commands;
    let keys = 0;
    let row: Command | null = null;
    let nameStart = 0;
    let nameLength = 0;
    for (let i = 0; i < count; i++) {
      const word = firsts[i]!;
      const start = starts[word]!;
      const length = lengths[word]!;
      // Most often it is the same command again, which is quicker to see than to find.
      if (length !== nameLength || !sameBytes(bytes, nameStart, bytes, start, length)) {
        row = findCommand(bytes, start, length);
        nameStart = start;
        nameLength = length;
      }
      this.#rows[i] = row;
      const hasKey = row !== null && row.keys !== null && row.keys.first === 0 &&
        firsts[i + 1]! - word > 1;
      this.#keys[i] = hasKey ? keys + 1 : 0;
      if (!hasKey) continue;
      const hash = this.#cache.hash(bytes, starts[word + 1]!, lengths[word + 1]!);
      this.#hashes[keys] = hash;
      this.#wanted[keys++] = inDatabase(hash, stored);
    }
    return keys;
  }

  /**
   * Where the next command was read ahead, puts its arguments into `args`, moves `decoder` behind it, and
   * sets {@linkcode command}. Returns whether it was.
   */
  take(decoder: RespDecoder, bytes: Uint8Array, args: Args): boolean {
    if (this.#at !== decoder.at) return false;
    const { count, ends, firsts, starts, lengths } = this.#commands;
    const i = this.#next++;
    const word = firsts[i]!;
    args.overPlaces(bytes, starts, lengths, word + 1, firsts[i + 1]!);
    const key = this.#keys[i]! - 1;
    if (key >= 0) args.setKeyHash(this.#hashes[key]!, this.#buckets[key]!);
    decoder.nameStart = starts[word]!;
    decoder.nameLength = lengths[word]!;
    decoder.at = ends[i]!;
    this.#at = this.#next < count ? decoder.at : -1;
    this.command = this.#rows[i]!;
    return true;
  }
}
