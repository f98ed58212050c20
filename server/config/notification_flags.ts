// The letters of `notify-keyspace-events`: which key events are told of, and on which channels. Knows no event. The bits
// are those of KeyEventClass in the engine.

/** The letters in the order in which Redis writes them, with their bits; those of HOW come last. */
const LETTERS: readonly (readonly [letter: string, bit: number])[] = [
  ["g", 4],
  ["$", 8],
  ["l", 16],
  ["s", 32],
  ["h", 64],
  ["z", 128],
  ["x", 256],
  ["e", 512],
  ["t", 1024],
  ["d", 4096],
  ["n", 8192],
];
const HOW: readonly (readonly [letter: string, bit: number])[] = [
  ["K", 1],
  ["E", 2],
  ["m", 2048],
];
const NEW = 8192;
/** What the letter A stands for: neither keys that are missing nor new ones. */
const ALL = LETTERS.reduce((sum, [, bit]) => sum | bit, 0) & ~NEW;
const BITS: ReadonlyMap<string, number> = new Map([...LETTERS, ...HOW, ["A", ALL]]);

/** The bits of these letters, or undefined where one of them means nothing. */
export function notificationFlags(letters: string): number | undefined {
  let bits = 0;
  for (const letter of letters) {
    const bit = BITS.get(letter);
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}

/** The letters of these bits, as Redis 7.0 writes them: behind A it leaves out that of new keys. */
export function notificationLetters(bits: number): string {
  const shown = (letters: typeof LETTERS) =>
    letters.filter(([, bit]) => (bits & bit) !== 0).map(([letter]) => letter).join("");
  return ((bits & ALL) === ALL ? "A" : shown(LETTERS)) + shown(HOW);
}

/** What Redis says of other letters. */
export const BAD_LETTERS = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
