// Makes any number of keys with one hash, as somebody who knows the source could. Needs the two
// recurrences of the hash and nothing else of the engine.
// Joux's multicollision (CRYPTO 2004): two blocks that lead from one state to the same next state
// give 2 keys; 17 such pairs in a row give 2^17. A pair is found among blocks that djb2 maps onto
// each other by design, (a, b) and (a - 1, b + 33), by the birthday paradox on the FNV lane.

const BLOCK_PAIRS = 7;
const BLOCK_BYTES = 2 * BLOCK_PAIRS;
/** Second bytes that go with first bytes 127, 126 and so on, so that djb2 sees no difference. */
const VARIANTS = 7;

function block(choice: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  let rest = choice;
  for (let i = 0; i < BLOCK_BYTES; i += 2) {
    const variant = rest % VARIANTS;
    rest = Math.floor(rest / VARIANTS);
    bytes[i] = 127 - variant;
    bytes[i + 1] = 33 * variant;
  }
  return bytes;
}

function fnvLane(state: number, bytes: Uint8Array): number {
  let fnv = state;
  for (const byte of bytes) fnv = Math.imul(fnv ^ byte, 0x01000193);
  return fnv;
}

/** Two blocks that lead from `state` to the same state, and that state. */
function collide(state: number): { pair: [Uint8Array, Uint8Array]; next: number } {
  const seen = new Map<number, number>();
  for (let choice = 0; choice < VARIANTS ** BLOCK_PAIRS; choice++) {
    const bytes = block(choice);
    const next = fnvLane(state, bytes);
    const other = seen.get(next);
    if (other !== undefined) return { pair: [block(other), bytes], next };
    seen.set(next, choice);
  }
  throw new Error("Cannot find two blocks that collide: use longer blocks");
}

/** `count` different keys with one hash: about 14 bytes for every doubling of their number. */
export function sameHashKeys(count: number): Uint8Array[] {
  const pairs: [Uint8Array, Uint8Array][] = [];
  let state = 0x811c9dc5 | 0;
  while (2 ** pairs.length < count) {
    const { pair, next } = collide(state);
    pairs.push(pair);
    state = next;
  }
  return Array.from({ length: count }, (_, number) => {
    const key = new Uint8Array(pairs.length * BLOCK_BYTES);
    pairs.forEach((pair, i) => key.set(pair[(number >>> i) & 1]!, i * BLOCK_BYTES));
    return key;
  });
}
