// Picks lines out of a list of clients as bytes: there may be thousands of lines and of clients that ask, and
// texts of all of them would be garbage of many times that size.

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
/** What stands before the flags of a line, and the flag of who hears of channels: P. */
const FLAGS: Uint8Array = new TextEncoder().encode(" flags=");
const CHANNELS = 0x50;
/** What each line begins with. */
const START_BYTES = "id=".length;

/** The lines of CLIENT LIST that begin with "id=" and one of `ids`, which go up. */
export function linesOfClients(list: Uint8Array, ids: Float64Array): Uint8Array<ArrayBuffer> {
  return linesThat(list, (at) => includes(ids, numberAt(list, at + START_BYTES)));
}

/** The lines of clients that hear of channels, or of the others. */
export function linesOfKind(list: Uint8Array, hasChannels: boolean): Uint8Array<ArrayBuffer> {
  return linesThat(list, (at, end) => hasFlag(list, at, end) === hasChannels);
}

/** Whether the flags of a line say that its client hears of channels. A name has no spaces. */
function hasFlag(list: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end - FLAGS.length; i++) {
    if (list[i] !== SPACE || !FLAGS.every((byte, j) => list[i + j] === byte)) continue;
    for (let j = i + FLAGS.length; list[j] !== SPACE && j < end; j++) {
      if (list[j] === CHANNELS) return true;
    }
    return false;
  }
  return false;
}

function linesThat(
  list: Uint8Array,
  isWanted: (at: number, end: number) => boolean,
): Uint8Array<ArrayBuffer> {
  const found = new Uint8Array(list.length);
  let used = 0;
  for (let at = 0; at < list.length;) {
    const newline = list.indexOf(NEWLINE, at);
    const end = newline < 0 ? list.length : newline + 1;
    if (isWanted(at, end)) {
      found.set(list.subarray(at, end), used);
      used += end - at;
    }
    at = end;
  }
  return found.subarray(0, used);
}

function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  for (let i = at; bytes[i]! >= ZERO && bytes[i]! <= NINE; i++) {
    number = 10 * number + bytes[i]! - ZERO;
  }
  return number;
}

/** Whether a number is among others that go up. */
function includes(sorted: Float64Array, number: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < number) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === number;
}
