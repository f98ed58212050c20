// The members, values and scores of the collections in model.ts, by number, and what the model makes of them.

/** An entry, as the model has it. Members and values have characters of one byte each. */
export interface Entry {
  readonly member: string;
  readonly value: string;
  /** A score, or the deadline of a field. */
  readonly number: number;
}

/** Bytes as characters. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Such characters as bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The member of this number: mostly short, some of up to 2,000 bytes, one empty. */
export function memberOf(id: number): string {
  if (id === 0) return "";
  const length = id % 13 === 0 ? 50 * (id % 41) : id % 30;
  return `\xff${id}`.padEnd(length, String.fromCharCode(id & 0xff));
}

/** The value that a field gets with the write of this number. */
export function valueFor(write: number): string {
  return `${write}`.padEnd(write % 17 === 0 ? 100 * (write % 15) : write % 9, "\0");
}

/** The score that a member gets with the write of this number. */
export function scoreFor(id: number, write: number): number {
  const odd = [0, 1, -1, 2.5, Infinity, -Infinity, 1e300, 1e-300];
  return write % 3 === 0 ? odd[id % odd.length]! : (id * 7 + write) % 50;
}

/** Compares by member. */
export function byMember(a: Entry, b: Entry): number {
  return a.member < b.member ? -1 : a.member > b.member ? 1 : 0;
}

/** Compares by score, then by member. */
export function byScore(a: Entry, b: Entry): number {
  // Infinity has no difference to itself.
  return a.number < b.number ? -1 : a.number > b.number ? 1 : byMember(a, b);
}
