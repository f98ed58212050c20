// Looks at the keys of pipelined commands before the first of them is run. A lookup waits for memory;
// the lookups of many keys, begun together, wait together. Changes nothing, needs no lock, and what
// it finds may be out of date by the time it is used, since only the processor's caches remember it.

import { type Cache, storedDatabase } from "../../cache/mod.ts";
import { Args } from "../contract/args.ts";
import { Excess } from "../codecs/excess.ts";
import { Decoded, type RespDecoder } from "../codecs/resp_decode.ts";

/** Commands looked at in one go: their items have to stay in the fastest cache. */
const MAX_COMMANDS = 64;

/** Reads ahead for one worker. */
export class ReadAhead {
  readonly #cache: Cache;
  readonly #args: Args = new Args();
  readonly #excess = new Excess();
  readonly #hashes = new Int32Array(MAX_COMMANDS);
  /** Means nothing, but has to be kept; see Cache.warmMany(). */
  warmed = 0;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /**
   * Looks at what comes next in `bytes`, up to `end`, and leaves `decoder` where it was. Keys are taken
   * to be in what clients call `database`. Returns where the commands end that it has looked at.
   */
  look(decoder: RespDecoder, bytes: Uint8Array, end: number, database: number): number {
    const args = this.#args;
    const stored = storedDatabase(this.#cache.region, database);
    const { at, error, needed } = decoder;
    let count = 0;
    // A line is unquoted where it stands, so it must not be read twice.
    while (count < MAX_COMMANDS && bytes[decoder.at] === 0x2a) {
      if (decoder.next(bytes, end, args, this.#excess) !== Decoded.command) break;
      if (args.count === 0) continue;
      this.#hashes[count++] = this.#cache.hash(
        bytes,
        args.starts[0]!,
        args.lengths[0]!,
        stored,
      );
    }
    const seen = decoder.at;
    decoder.at = at;
    decoder.error = error;
    decoder.needed = needed;
    if (count > 1) this.warmed ^= this.#cache.warmMany(this.#hashes, count);
    return seen;
  }
}
