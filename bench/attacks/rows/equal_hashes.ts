/**
 * Keys that differ and have one hash. The hash of the cache is two lanes over the same bytes, so a few blocks that leave both
 * as they were make any number of such keys: A. Joux, "Multicollisions in iterated hash functions" (2004).
 */

/** Pairs of bytes that do the same to the first lane, which takes 33 times the sum before and adds a byte. */
const PAIRS: readonly string[] = ["BB", "Ac", "C!"];
const PAIRS_OF_A_BLOCK = 12;

/** Both lanes of the hash. */
type Lanes = readonly [djb2: number, fnv: number];

/** The lanes behind `text`, of ASCII. */
function lanesAfter([djb2, fnv]: Lanes, text: string): Lanes {
  for (let i = 0; i < text.length; i++) {
    djb2 = (Math.imul(djb2, 33) + text.charCodeAt(i)) | 0;
    fnv = Math.imul(fnv ^ text.charCodeAt(i), 0x01000193);
  }
  return [djb2, fnv];
}

/** Block number `number`, of those that do the same to the first lane. */
function blockOf(number: number): string {
  let block = "";
  for (let i = 0; i < PAIRS_OF_A_BLOCK; i++) {
    block += PAIRS[number % PAIRS.length];
    number = Math.floor(number / PAIRS.length);
  }
  return block;
}

/** Two blocks that lead from these lanes to the same ones, found as two people with one birthday are. */
function equalBlocks(from: Lanes): readonly [string, string] {
  const seen = new Map<number, number>();
  for (let number = 0;; number++) {
    const block = blockOf(number);
    const [, fnv] = lanesAfter(from, block);
    const other = seen.get(fnv);
    if (other !== undefined) return [blockOf(other), block];
    seen.set(fnv, number);
  }
}

/** So many keys of one hash, as long as each other. */
export function keysOfOneHash(count: number): string[] {
  let lanes: Lanes = [5381, 0x811c9dc5 | 0];
  let keys = [""];
  while (keys.length < count) {
    const [one, other] = equalBlocks(lanes);
    lanes = lanesAfter(lanes, one);
    keys = keys.flatMap((key) => [key + one, key + other]);
  }
  return keys.slice(0, count);
}
