/**
 * The compact forms in which Redis keeps small collections, and writes them as one string: listpacks, ziplists,
 * intsets and zipmaps. Gives their entries one after the other. Pure; reads nothing out of bounds, whatever it is
 * given. The formats: listpack.c, ziplist.c, intset.c and zipmap.c of Redis.
 *
 * @module
 */

/** The forms. */
export const PackedForm = { listpack: 0, ziplist: 1, intset: 2, zipmap: 3 } as const;
/** One of the values of the constant of the same name. */
export type PackedForm = typeof PackedForm[keyof typeof PackedForm];

const LISTPACK_HEAD_BYTES = 6;
const ZIPLIST_HEAD_BYTES = 10;
const INTSET_HEAD_BYTES = 8;
const END = 0xff;
/** Lengths of 254 are followed by a longer one. */
const LONG_LENGTH = 254;
/** The longest 64-bit integer as text. */
const MAX_INTEGER_CHARS = 20;

/** Entries of one packed string. After `next()` has returned true, one of them is at hand. */
export class PackedEntries {
  /** Where the entry's bytes lie: in the string, or for integers as text in a place of their own. */
  bytes: Uint8Array;
  start = 0;
  length = 0;
  /** Whether the string is none of its form, or damaged. */
  isDamaged = false;
  readonly #form: PackedForm;
  readonly #from: Uint8Array;
  readonly #end: number;
  readonly #view: DataView;
  readonly #text = new Uint8Array(MAX_INTEGER_CHARS);
  #at: number;
  /** Of an intset: how many are left, and bytes of each. */
  #left = 0;
  #width = 0;
  /** Of a zipmap: whether the next entry is a value. */
  #isValue = false;

  /** The first `length` bytes of `from` are the string. */
  constructor(form: PackedForm, from: Uint8Array, length: number) {
    this.#form = form;
    this.#from = from;
    this.#end = length;
    this.#view = new DataView(from.buffer, from.byteOffset, from.byteLength);
    this.bytes = from;
    this.#at = [LISTPACK_HEAD_BYTES, ZIPLIST_HEAD_BYTES, INTSET_HEAD_BYTES, 1][form]!;
    if (this.#at > length) this.#fail();
    else if (form === PackedForm.intset) this.#beginIntset();
    else if (form !== PackedForm.zipmap && this.#view.getUint32(0, true) !== length) this.#fail();
  }

  #fail(): boolean {
    this.isDamaged = true;
    return false;
  }

  #beginIntset(): void {
    this.#width = this.#view.getUint32(0, true);
    this.#left = this.#view.getUint32(4, true);
    const isKnown = this.#width === 2 || this.#width === 4 || this.#width === 8;
    if (!isKnown || this.#end !== INTSET_HEAD_BYTES + this.#left * this.#width) this.#fail();
  }

  /** Goes to the next entry. Returns false at the end, and where the string is damaged. */
  next(): boolean {
    if (this.isDamaged) return false;
    if (this.#form === PackedForm.intset) {
      if (this.#left === 0) return false;
      this.#left--;
      return this.#integer(this.#width, this.#at);
    }
    if (this.#at >= this.#end) return this.#fail();
    if (this.#from[this.#at] === END) return this.#at === this.#end - 1 ? false : this.#fail();
    if (this.#form === PackedForm.listpack) return this.#listpackEntry();
    return this.#form === PackedForm.ziplist ? this.#ziplistEntry() : this.#zipmapEntry();
  }

  #listpackEntry(): boolean {
    const begin = this.#at;
    const first = this.#from[begin]!;
    let isThere: boolean;
    if (first < 0x80) isThere = this.#number(first, begin + 1);
    else if (first < 0xc0) isThere = this.#string(begin + 1, first & 0x3f);
    else if (first < 0xe0) {
      const value = (first & 0x1f) << 8 | this.#byteAt(begin + 1);
      isThere = this.#number(value << 19 >> 19, begin + 2);
    } else if (first < 0xf0) {
      isThere = this.#string(begin + 2, (first & 0x0f) << 8 | this.#byteAt(begin + 1));
    } else if (first === 0xf0) isThere = this.#string(begin + 5, this.#uint32(begin + 1, true));
    else if (first <= 0xf4) isThere = this.#integer([2, 3, 4, 8][first - 0xf1]!, begin + 1);
    else return this.#fail();
    // Behind it stands its length, for those who read backwards.
    if (isThere) this.#at += backLengthBytes(this.#at - begin);
    return isThere;
  }

  #ziplistEntry(): boolean {
    // Before it stands the length of the entry before it.
    const at = this.#at + (this.#from[this.#at] === LONG_LENGTH ? 5 : 1);
    const first = this.#byteAt(at);
    if (first < 0x40) return this.#string(at + 1, first);
    if (first < 0x80) return this.#string(at + 2, (first & 0x3f) << 8 | this.#byteAt(at + 1));
    if (first === 0x80) return this.#string(at + 5, this.#uint32(at + 1, false));
    if (first === 0xc0) return this.#integer(2, at + 1);
    if (first === 0xd0) return this.#integer(4, at + 1);
    if (first === 0xe0) return this.#integer(8, at + 1);
    if (first === 0xf0) return this.#integer(3, at + 1);
    if (first === 0xfe) return this.#integer(1, at + 1);
    return first > 0xf0 && first < 0xfe ? this.#number((first & 15) - 1, at + 1) : this.#fail();
  }

  #zipmapEntry(): boolean {
    let at = this.#at + 1;
    let length = this.#from[this.#at]!;
    if (length === LONG_LENGTH) {
      length = this.#uint32(at, true);
      at += 4;
    }
    // Behind the length of a value stands how many bytes are free behind that.
    const free = this.#isValue ? this.#byteAt(at++) : 0;
    this.#isValue = !this.#isValue;
    if (!this.#string(at, length)) return false;
    this.#at += free;
    return true;
  }

  #byteAt(at: number): number {
    return at < this.#end ? this.#from[at]! : 0;
  }

  #uint32(at: number, isLittleEndian: boolean): number {
    return at + 4 <= this.#end ? this.#view.getUint32(at, isLittleEndian) : Infinity;
  }

  /** The entry is `length` bytes from `start`. */
  #string(start: number, length: number): boolean {
    if (start + length > this.#end) return this.#fail();
    this.bytes = this.#from;
    this.start = start;
    this.length = length;
    this.#at = start + length;
    return true;
  }

  /** The entry is an integer of `width` bytes from `start`, the lowest first. */
  #integer(width: number, start: number): boolean {
    if (start + width > this.#end) return this.#fail();
    if (width === 8) return this.#number(this.#view.getBigInt64(start, true), start + width);
    let value = 0;
    for (let i = 0; i < width; i++) value |= this.#from[start + i]! << 8 * i;
    return this.#number(value << 32 - 8 * width >> 32 - 8 * width, start + width);
  }

  /** The entry is a number, and ends before `at`. */
  #number(value: number | bigint, at: number): boolean {
    if (at > this.#end) return this.#fail();
    const text = String(value);
    for (let i = 0; i < text.length; i++) this.#text[i] = text.charCodeAt(i);
    this.bytes = this.#text;
    this.start = 0;
    this.length = text.length;
    this.#at = at;
    return true;
  }
}

/** Bytes that the length of a listpack's entry takes behind it. */
export function backLengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  return length < 268_435_456 ? 4 : 5;
}
