// The hash of a key: djb2 and an FNV-1a lane over the same bytes, XORed and then avalanched.
// With plain djb2, 10 % of a million base62 counters collide. The second lane removes that, and the
// avalanche makes every bit usable on its own.

/**
 * Hashes `length` bytes of `bytes` from `start` to a signed 32-bit integer.
 * The low bits choose the shard, the next the tag, the high bits the home bucket.
 *
 * Sources: djb2 as posted by D. J. Bernstein to comp.lang.c; FNV-1a by Fowler, Noll and Vo;
 * the finalizer of MurmurHash3 by A. Appleby.
 */
export function hashKey(bytes: Uint8Array, start: number, length: number): number {
  let djb2 = 5381;
  let fnv = 0x811c9dc5 | 0;
  const end = start + length;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    djb2 = (Math.imul(djb2, 33) + byte) | 0;
    fnv = Math.imul(fnv ^ byte, 0x01000193);
  }
  let hash = djb2 ^ fnv;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const DATABASE_FACTOR = 0x9e3779b1 | 0;

/**
 * The hash in stored database `database` of a key whose hash is `hash` in database 0; and the other way
 * around. Its products with the numbers of all databases differ in the bits of the tag (tests/cache). So a key
 * has another tag, or another shard, in each: items with the same tag and the same key are in the same one.
 */
export function inDatabase(hash: number, database: number): number {
  return hash ^ Math.imul(database, DATABASE_FACTOR);
}
