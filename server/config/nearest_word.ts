/**
 * Finds the known word nearest to a misspelt one, for error messages. Does not know what the words
 * mean. Runs at start-up only, so it is plain rather than fast.
 *
 * @module
 */

/**
 * Finds the word that is the fewest insertions, deletions and replacements of a character away. More
 * than half its length is too many.
 *
 * @param word the word as given
 * @param candidates the words it may have meant
 * @returns the nearest candidate, or undefined if none is near
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < least && distance * 2 <= candidate.length) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

// Wagner and Fischer, "The string-to-string correction problem", 1974, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
