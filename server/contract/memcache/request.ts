// One request of a memcached client, beside its key and value, which are arguments. The codec fills the one object that a
// worker has, commands and answers read it. Numbers are as the client sent them. Knows no bytes on the wire.

/** What a request asks for. */
export const Op = {
  /** It cannot be understood, or has to be refused: `error` says how. */
  error: 0,
  get: 1,
  /** get, with another time to live. */
  getAndTouch: 2,
  set: 3,
  add: 4,
  replace: 5,
  append: 6,
  prepend: 7,
  /** set, where the version is the one given. */
  compareAndSet: 8,
  increment: 9,
  decrement: 10,
  delete: 11,
  touch: 12,
  flush: 13,
  stats: 14,
  version: 15,
  verbosity: 16,
  quit: 17,
  /** Nothing, but its answer says that those before it are complete. */
  noop: 18,
  /** The keys of a line are all answered. */
  end: 19,
  /** A value is too large: `error` is answered, and a value that it would have replaced goes. */
  tooLarge: 20,
  auth: 21,
  /** The ways in which a client may show who it is. */
  mechanisms: 22,
  metaGet: 23,
  metaDelete: 24,
  metaArithmetic: 25,
  metaDebug: 26,
  /** metaGet that may change something. */
  metaTouch: 27,
} as const;
/** One of the values of the constant of the same name. */
export type Op = typeof Op[keyof typeof Op];

/** How many operations there are. */
export const OP_COUNT = 28;

/** In which of memcached's three ways a request is written, and answered. */
export const Style = { classic: 0, meta: 1, binary: 2 } as const;
/** One of the values of the constant of the same name. */
export type Style = typeof Style[keyof typeof Style];

/** What a meta command has besides: a bit for each. */
export const MetaFlag = {
  /** The key is base64. */
  base64: 1,
  /** The value is wanted. */
  value: 2,
  /** Where nothing is there, an empty item is stored. */
  vivify: 8,
  /** A time to live is given. */
  ttl: 16,
  /** Who comes when less than this is left is to store the value anew. */
  recache: 32,
  /** A version is given. */
  version: 64,
  /** What is there, or is stored late, counts as stale. */
  stale: 128,
  /** The item is not touched. */
  untouched: 256,
} as const;

/** Most words of a meta command behind its key. */
export const MAX_META_FLAGS = 20;

/** A request. */
export class MemcacheRequest {
  op: Op = Op.error;
  style: Style = Style.classic;
  /** Whether only what is out of the ordinary is answered. */
  isQuiet = false;
  /** Whether the answer to a get has the version: in classic style. The key: in binary style. */
  isFull = false;
  /** The number that a client stores with a value, from 0 to 2^32 - 1. */
  clientFlags = 0;
  /** Time to live in seconds, or if longer than 30 days, a time in seconds since 1970; negative for one that is past. */
  seconds = 0;
  /** The same, of an item that is made since nothing was there. */
  newSeconds = 0;
  /** The same: see MetaFlag.recache. */
  recacheSeconds = 0;
  /** The version that must be there. Too large ones are Infinity. 0: none is given. */
  version = 0;
  /** What to add or take. */
  delta = 0n;
  /** What a number begins with that is not there. */
  initial = 0n;
  /** Whether this is the last key of its line: its answer ends that of the line. */
  isLast = true;
  /** Whether what is under the key goes, since its new value is too large. */
  dropsOld = false;
  /** What to answer to what cannot be understood. */
  error = "";
  /** What a meta command has, of {@linkcode MetaFlag}. */
  metaFlags = 0;
  /** Where its words behind the key lie, the flags, in the bytes of the arguments. */
  readonly flagStarts: Int32Array = new Int32Array(MAX_META_FLAGS);
  readonly flagLengths: Int32Array = new Int32Array(MAX_META_FLAGS);
  readonly flagLetters: Uint8Array = new Uint8Array(MAX_META_FLAGS);
  flagCount = 0;
  /** How a meta command says that it does what it does. */
  mode = "";
  /** Whether it takes away from a number. */
  isDecrement = false;
  /** Of a binary request: its code, what is to come back as it is, and if it is refused how, and whether nothing can follow. */
  code = 0;
  opaque = 0;
  status = 0;
  ends = false;

  /** Begins another one: what most requests do not have. */
  begin(op: Op, style: Style): void {
    this.op = op;
    this.style = style;
    this.isQuiet = false;
    this.isFull = false;
    this.clientFlags = 0;
    this.seconds = 0;
    this.version = 0;
    this.ends = false;
    this.isLast = true;
    this.metaFlags = 0;
    this.flagCount = 0;
  }

  /** Adds a word of a meta command: `letter`, and what follows it. */
  addFlag(letter: number, start: number, length: number): void {
    this.flagLetters[this.flagCount] = letter;
    this.flagStarts[this.flagCount] = start;
    this.flagLengths[this.flagCount++] = length;
  }

  /** Makes it one that is refused with this text. */
  fail(error: string): void {
    this.op = Op.error;
    this.error = error;
  }

  /** Whether a meta command has this. */
  has(flag: number): boolean {
    return (this.metaFlags & flag) !== 0;
  }
}
