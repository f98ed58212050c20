// What a command answers within a script. It is kept until the command is done, since commands hold locks
// and Lua may throw at any push; then it becomes Lua values as Redis makes them, by the version of the
// protocol that the script has chosen. Knows no command.

import { grownBytes, grownPlaces, keptBytes } from "../contract/growing_bytes.ts";
import { MAX_DOUBLE_BYTES, writeDouble } from "../contract/numbers/double_bytes.ts";
import { type Failure, MAX_ANSWER_BYTES, type Reply } from "../contract/reply.ts";
import type { LuaStack } from "./lua_stack.ts";

/** The size to which the buffer shrinks back, in bytes. */
const KEPT_BYTES = 64 * 1024;
/** Outcomes that there is space for in the beginning. */
const FIRST_COUNT = 64;

/** The kinds of outcomes. */
const Kind = {
  value: 0,
  status: 1,
  integer: 2,
  miss: 3,
  boolean: 4,
  double: 5,
  verbatim: 6,
  failure: 7,
  array: 8,
  map: 9,
  set: 10,
} as const;

export class ScriptReply implements Reply {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(KEPT_BYTES);
  #used = 0;
  #count = 0;
  #kinds: Uint8Array = new Uint8Array(FIRST_COUNT);
  /** Where a value starts; a count; 0 or 1. */
  #starts: Int32Array = new Int32Array(FIRST_COUNT);
  #lengths: Int32Array = new Int32Array(FIRST_COUNT);
  /** Numbers and words, by the outcome's number. */
  readonly #objects: (number | string | Failure)[] = [];

  /** Whether the command was refused as a whole. */
  get isFailure(): boolean {
    return this.#count > 0 && this.#kinds[0] === Kind.failure;
  }

  /** Bytes and outcomes so far: what turning them into Lua values will cost. */
  get cost(): number {
    return this.#used + 16 * this.#count;
  }

  /** Forgets everything. */
  reset(): void {
    this.#used = 0;
    this.#count = 0;
    this.bytes = keptBytes(this.bytes, KEPT_BYTES);
    if (this.#objects.length > FIRST_COUNT) this.#shrink();
  }

  #shrink(): void {
    this.#objects.length = 0;
    this.#kinds = new Uint8Array(FIRST_COUNT);
    this.#starts = new Int32Array(FIRST_COUNT);
    this.#lengths = new Int32Array(FIRST_COUNT);
  }

  get bytesLeft(): number {
    return MAX_ANSWER_BYTES - this.#used;
  }

  reserve(length: number): number {
    const at = this.#used;
    if (at + length > this.bytes.length) this.bytes = grownBytes(this.bytes, at, at + length);
    return at;
  }

  value(start: number, length: number): void {
    this.#add(Kind.value, start, length);
    this.#used = start + length;
  }

  ok(): void {
    this.status("OK");
  }

  status(word: string): void {
    this.#objects[this.#add(Kind.status, 0, 0)] = word;
  }

  text(text: string): void {
    this.verbatim(new TextEncoder().encode(text));
    this.#kinds[this.#count - 1] = Kind.value;
  }

  verbatim(text: Uint8Array): void {
    const at = this.reserve(text.length);
    this.bytes.set(text, at);
    this.#add(Kind.verbatim, at, text.length);
    this.#used = at + text.length;
  }

  miss(): void {
    this.#add(Kind.miss, 0, 0);
  }

  missArray(): void {
    this.miss();
  }

  conditionNotMet(): void {
    this.miss();
  }

  integer(value: number | bigint): void {
    this.#objects[this.#add(Kind.integer, 0, 0)] = Number(value);
  }

  boolean(value: boolean): void {
    this.#add(Kind.boolean, value ? 1 : 0, 0);
  }

  double(value: number, text?: string): void {
    const at = this.reserve(MAX_DOUBLE_BYTES);
    const length = text === undefined
      ? writeDouble(value, this.bytes, at)
      : new TextEncoder().encodeInto(text, this.bytes.subarray(at)).written;
    this.#objects[this.#add(Kind.double, at, length)] = value;
    this.#used = at + length;
  }

  array(count: number): void {
    this.#add(Kind.array, count, 0);
  }

  map(count: number): void {
    this.#add(Kind.map, count, 0);
  }

  set(count: number): void {
    this.#add(Kind.set, count, 0);
  }

  fail(failure: Failure): void {
    this.#objects[this.#add(Kind.failure, 0, 0)] = failure;
  }

  #add(kind: number, start: number, length: number): number {
    const index = this.#count++;
    if (index === this.#kinds.length) this.#grow();
    this.#kinds[index] = kind;
    this.#starts[index] = start;
    this.#lengths[index] = length;
    // A list without holes, whatever is stored in it later.
    this.#objects[index] = 0;
    return index;
  }

  #grow(): void {
    this.#starts = grownPlaces(this.#starts, this.#count);
    this.#lengths = grownPlaces(this.#lengths, this.#count);
    this.#kinds = grownBytes(this.#kinds, this.#kinds.length, this.#starts.length);
  }

  /** Pushes the answer as one Lua value. */
  push(stack: LuaStack, protocol: 2 | 3): void {
    if (this.#count === 0) stack.pushNil();
    else this.#push(0, stack, protocol);
  }

  /** Pushes the outcome of number `index`. Returns the number of the one behind it. */
  #push(index: number, stack: LuaStack, protocol: 2 | 3): number {
    const kind = this.#kinds[index]!;
    const start = this.#starts[index]!;
    if (kind === Kind.value) stack.pushBytes(this.bytes, start, this.#lengths[index]!);
    else if (kind === Kind.integer) stack.pushNumber(this.#objects[index] as number);
    else if (kind === Kind.status) pushField(stack, "ok", this.#objects[index] as string);
    else if (kind >= Kind.array) return this.#pushList(index, stack, protocol);
    else if (kind === Kind.failure) pushFailure(stack, this.#objects[index] as Failure);
    else this.#pushByProtocol(index, stack, protocol);
    return index + 1;
  }

  #pushByProtocol(index: number, stack: LuaStack, protocol: 2 | 3): void {
    const kind = this.#kinds[index]!;
    const [start, length] = [this.#starts[index]!, this.#lengths[index]!];
    if (kind === Kind.miss) {
      if (protocol === 3) stack.pushNil();
      else stack.pushBoolean(false);
    } else if (kind === Kind.boolean) {
      if (protocol === 3) stack.pushBoolean(start === 1);
      else stack.pushNumber(start);
    } else if (protocol === 2) stack.pushBytes(this.bytes, start, length);
    else if (kind === Kind.double) {
      stack.newTable(0, 1);
      stack.pushText("double");
      stack.pushNumber(this.#objects[index] as number);
      stack.set(-3);
    } else {
      stack.newTable(0, 1);
      stack.pushText("verbatim_string");
      stack.newTable(0, 2);
      stack.pushText("string");
      stack.pushBytes(this.bytes, start, length);
      stack.set(-3);
      stack.pushText("format");
      stack.pushText("txt");
      stack.set(-3);
      stack.set(-3);
    }
  }

  #pushList(index: number, stack: LuaStack, protocol: 2 | 3): number {
    const kind = this.#kinds[index]!;
    const count = this.#starts[index]!;
    stack.needSpace(8, "nested answer");
    if (kind === Kind.array || protocol === 2) {
      return this.#pushArray(index + 1, kind === Kind.map ? 2 * count : count, stack, protocol);
    }
    stack.newTable(0, 1);
    stack.pushText(kind === Kind.map ? "map" : "set");
    stack.newTable(0, count);
    let next = index + 1;
    for (let i = 0; i < count; i++) {
      next = this.#push(next, stack, protocol);
      if (kind === Kind.map) next = this.#push(next, stack, protocol);
      else stack.pushBoolean(true);
      stack.set(-3);
    }
    stack.set(-3);
    return next;
  }

  #pushArray(from: number, count: number, stack: LuaStack, protocol: 2 | 3): number {
    // With nulls that are nil, the length of a table depends on how it was made: as Redis makes it.
    stack.newTable(protocol === 3 ? 0 : count, 0);
    let next = from;
    for (let i = 1; i <= count; i++) {
      next = this.#push(next, stack, protocol);
      stack.setAt(-2, i);
    }
    return next;
  }
}

function pushField(stack: LuaStack, name: string, text: string): void {
  stack.newTable(0, 1);
  stack.pushText(name);
  stack.pushText(text);
  stack.set(-3);
}

/** Pushes the table that stands for a refusal, as redis.pcall returns it and redis.call raises it. */
export function pushFailure(stack: LuaStack, { code, message }: Failure): void {
  pushField(stack, "err", `${code} ${message}`);
  stack.pushText("ignore_error_stats_update");
  stack.pushBoolean(true);
  stack.set(-3);
}
