// Whether a key matches a pattern, in the plainest way: a table of all pairs of beginnings. What the
// fuzzer compares the real matcher with; shares no code with it.

/** Whether `key` matches `pattern`, as KEYS understands it. */
export function plainMatch(pattern: Uint8Array, key: Uint8Array): boolean {
  const elements = elementsOf(pattern);
  // Row i tells which beginnings of the key the first i elements match.
  let row = Array.from({ length: key.length + 1 }, (_, i) => i === 0);
  for (const element of elements) {
    const next = row.map(() => false);
    for (let i = 0; i <= key.length; i++) {
      if (element === "star") next[i] = row[i]! || i > 0 && next[i - 1]!;
      else if (i > 0) next[i] = row[i - 1]! && element.has(key[i - 1]!);
    }
    row = next;
  }
  return row[key.length]!;
}

function elementsOf(pattern: Uint8Array): ("star" | Set<number>)[] {
  const elements: ("star" | Set<number>)[] = [];
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const text = String.fromCharCode(...pattern);
  for (let rest = text; rest !== "";) {
    const set = /^\[(\^?)((?:\\[^]|[^\]\\]-[^]|[^\]\\](?!-[^])|\\$|[^\]\\])*)\]?/.exec(rest);
    if (rest[0] === "*") elements.push("star");
    else if (rest[0] === "?") elements.push(new Set(all));
    else if (rest[0] === "[" && set !== null) {
      const members = membersOf(set[2]!);
      elements.push(new Set(all.filter((byte) => members.has(byte) === (set[1] === ""))));
      rest = rest.slice(set[0].length);
      continue;
    } else if (rest[0] === "\\" && rest.length > 1) {
      elements.push(new Set([rest.charCodeAt(1)]));
      rest = rest.slice(2);
      continue;
    } else elements.push(new Set([rest.charCodeAt(0)]));
    rest = rest.slice(1);
  }
  return elements;
}

/** The bytes that the inside of a set stands for. */
function membersOf(inside: string): Set<number> {
  const members = new Set<number>();
  for (let rest = inside; rest !== "";) {
    let [low, high, length] = [rest.charCodeAt(0), rest.charCodeAt(0), 1];
    if (rest[0] === "\\" && rest.length > 1) {
      low = high = rest.charCodeAt(1);
      length = 2;
    } else if (rest[1] === "-" && rest.length > 2) {
      high = rest.charCodeAt(2);
      length = 3;
    }
    for (let byte = Math.min(low, high); byte <= Math.max(low, high); byte++) members.add(byte);
    rest = rest.slice(length);
  }
  return members;
}
