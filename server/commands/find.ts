// Finds a command by the bytes of its name, in any case, without making a string. It is a hash table
// with open addressing, which packs the first twelve letters of a name four to a word. Clearing one bit
// of a letter makes it upper case. What is longer, or has a point or a line, is compared once more.

import type { Command } from "../contract/command.ts";
import { COMMANDS } from "./table.ts";

const MAX_NAME_BYTES = 24;
const PACKED_BYTES = 12;
const SIZE = 1024;
const UPPER = 0xdf;
const SMALL_A = 0x61;
const SMALL_Z = 0x7a;

/** Finds commands of a table by name. */
export class CommandFinder {
  /** Three words and the length of each name. A length of 0 is an empty place. */
  readonly #names = new Int32Array(4 * SIZE);
  readonly #commands: Command[] = [];
  readonly #places = new Int32Array(SIZE);
  /** The name of each command whose words do not say all of it, else null. */
  readonly #exact: (Uint8Array | null)[] = [];

  /** Throws RangeError when a name is too long, or not of upper-case letters, points and lines. */
  constructor(commands: readonly Command[]) {
    for (const command of commands) {
      if (!/^[A-Z][A-Z._]{0,23}$/.test(command.name)) {
        throw new RangeError(`Cannot enter command ${command.name}: 1 to 24 letters A to Z`);
      }
      const bytes = new TextEncoder().encode(command.name);
      const [a, b, c] = [0, 4, 8].map((at) => pack(bytes, at, Math.min(at + 4, bytes.length))) as [
        number,
        number,
        number,
      ];
      let at = placeOf(a, b, c);
      while (this.#names[4 * at + 3] !== 0) at = (at + 1) & (SIZE - 1);
      this.#names.set([a, b, c, bytes.length], 4 * at);
      this.#exact.push(/^[A-Z]{1,12}$/.test(command.name) ? null : bytes);
      this.#places[at] = this.#commands.push(command) - 1;
    }
  }

  /** The command whose name is the `length` bytes of `bytes` from `start`, or null. */
  find(bytes: Uint8Array, start: number, length: number): Command | null {
    if (length > MAX_NAME_BYTES || length === 0) return null;
    const end = start + length;
    const names = this.#names;
    const a = pack(bytes, start, end < start + 4 ? end : start + 4);
    const b = length > 4 ? pack(bytes, start + 4, end < start + 8 ? end : start + 8) : 0;
    const packedEnd = length > PACKED_BYTES ? start + PACKED_BYTES : end;
    const c = length > 8 ? pack(bytes, start + 8, packedEnd) : 0;
    for (let at = placeOf(a, b, c); names[4 * at + 3] !== 0; at = (at + 1) & (SIZE - 1)) {
      const i = 4 * at;
      if (
        names[i] === a && names[i + 1] === b && names[i + 2] === c && names[i + 3] === length
      ) {
        const place = this.#places[at]!;
        const exact = this.#exact[place]!;
        if (exact === null || isSpelled(exact, bytes, start)) return this.#commands[place]!;
      }
    }
    return null;
  }
}

/** Whether the bytes from `start` are this name, in any case. */
function isSpelled(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    const isSmall = byte >= SMALL_A && byte <= SMALL_Z;
    if ((isSmall ? byte & UPPER : byte) !== name[i]) return false;
  }
  return true;
}

function pack(bytes: Uint8Array, from: number, to: number): number {
  let word = 0;
  for (let i = from; i < to; i++) word = (word << 8) | (bytes[i]! & UPPER);
  return word;
}

function placeOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 131), 0x9e3779b1);
  return mixed >>> 22;
}

const FINDER = new CommandFinder(COMMANDS);

/** The command whose name is these bytes, in any case, or null. */
export function findCommand(bytes: Uint8Array, start: number, length: number): Command | null {
  return FINDER.find(bytes, start, length);
}
