// What a script returns, as an answer: numbers are cut to whole ones, tables become lists up to their first
// nil, or what their fields `ok`, `err`, `double`, `map`, `set`, `big_number` or `verbatim_string` say. It is
// measured before anything is answered, so an answer is whole or a refusal.

import { ANSWER_TOO_LARGE_MESSAGE, type Failure, type Reply } from "../contract/reply.ts";
import { LuaType } from "./lua_stack.ts";
import type { MachineStack } from "./machine_stack.ts";

/** Tables within tables that an answer may have. */
const MAX_DEPTH = 128;
/** What an element takes in an answer besides its bytes. */
const ELEMENT_BYTES = 8;
/** Values that one level of a table keeps on the stack. */
const LEVEL_VALUES = 6;

const TOO_DEEP: Failure = { kind: "refused", code: "ERR", message: "reached lua stack limit" };
const TOO_LARGE: Failure = {
  kind: "answerTooLarge",
  code: "ERR",
  message: ANSWER_TOO_LARGE_MESSAGE,
};

/** The smallest number of 64 bits: what Redis makes of numbers that no whole number is. */
const NOT_WHOLE = -(2n ** 63n);
const WHOLE_BOUND = 2 ** 63;

/** Fields that say what a table is, in the order in which they are looked for. */
const FIELDS = ["err", "ok", "double", "map", "set", "big_number", "verbatim_string"] as const;
type Field = typeof FIELDS[number] | null;

export class ScriptResult {
  readonly #stack: MachineStack;
  #decoder = new TextDecoder();
  #protocol: 2 | 3 = 2;
  #bytesLeft = 0;
  #failure: Failure | null = null;

  constructor(stack: MachineStack) {
    this.#stack = stack;
  }

  /**
   * Finds out whether the topmost value can be answered within `maxBytes`. `protocol` is that of redis.setresp. It may be
   * ended, unlike the answer.
   */
  measure(maxBytes: number, protocol: 2 | 3): void {
    this.#protocol = protocol;
    this.#bytesLeft = maxBytes;
    this.#failure = null;
    const top = this.#stack.top();
    this.#measure(0);
    this.#stack.setTop(top);
  }

  /** Answers the topmost value, which was measured. */
  answer(reply: Reply): void {
    if (this.#failure !== null) reply.fail(this.#failure);
    else this.#write(reply, false);
  }

  /** Takes what the topmost value will need from `#bytesLeft`. */
  #measure(depth: number): void {
    const stack = this.#stack;
    const type = stack.type(-1);
    this.#bytesLeft -= ELEMENT_BYTES;
    if (type === LuaType.string) this.#bytesLeft -= stack.length(-1);
    if (this.#bytesLeft < 0) this.#failure = TOO_LARGE;
    else if (type === LuaType.table) this.#measureTable(depth);
  }

  #measureTable(depth: number): void {
    const stack = this.#stack;
    if (depth === MAX_DEPTH) {
      this.#failure = TOO_DEEP;
      return;
    }
    stack.needSpace(LEVEL_VALUES, "nested result");
    const field = this.#field();
    if (field === "map" || field === "set" || field === "verbatim_string") {
      this.#measureFields(depth, field);
    } else if (field !== null) this.#measure(depth + 1);
    if (field !== null) return stack.pop(1);
    for (let i = 1; this.#failure === null; i++) {
      stack.step();
      stack.getAt(-1, i);
      if (stack.type(-1) === LuaType.nil) break;
      this.#measure(depth + 1);
      stack.pop(1);
    }
    if (this.#failure === null) stack.pop(1);
  }

  /** Measures keys and values of the topmost table; of a set, and of a text with its format, only those that count. */
  #measureFields(depth: number, field: Field): void {
    const stack = this.#stack;
    stack.pushNil();
    while (this.#failure === null && stack.next(-2)) {
      stack.step();
      if (field !== "set") this.#measure(depth + 1);
      stack.pop(1);
      this.#measure(depth + 1);
    }
  }

  /** What the topmost table is by its fields; then the field's value is pushed. */
  #field(): Field {
    const stack = this.#stack;
    for (const name of FIELDS) {
      stack.pushText(name);
      stack.get(-2);
      const isThere = isOfField(stack.type(-1), name);
      if (isThere && (name !== "verbatim_string" || this.#isVerbatim())) return name;
      stack.pop(1);
    }
    return null;
  }

  /** Whether the topmost table has a text and its format. */
  #isVerbatim(): boolean {
    const stack = this.#stack;
    for (const name of ["format", "string"]) {
      stack.pushText(name);
      stack.get(-2);
      const isText = stack.type(-1) === LuaType.string;
      stack.pop(1);
      if (!isText) return false;
    }
    return true;
  }

  /** Answers the topmost value and takes nothing off the stack. */
  #write(reply: Reply, isElement: boolean): void {
    const stack = this.#stack;
    const type = stack.type(-1);
    if (type === LuaType.string) this.#writeString(reply);
    else if (type === LuaType.number) reply.integer(wholeNumber(stack.number(-1)));
    else if (type === LuaType.boolean) this.#writeBoolean(reply, stack.boolean(-1));
    else if (type === LuaType.table) this.#writeTable(reply, isElement);
    else reply.miss();
  }

  #writeString(reply: Reply): void {
    const stack = this.#stack;
    const start = stack.stringStart(-1);
    const length = stack.length(-1);
    const at = reply.reserve(length);
    reply.bytes.set(stack.memory.subarray(start, start + length), at);
    reply.value(at, length);
  }

  #writeBoolean(reply: Reply, value: boolean): void {
    if (this.#protocol === 3) reply.boolean(value);
    else if (value) reply.integer(1);
    else reply.miss();
  }

  #writeTable(reply: Reply, isElement: boolean): void {
    const stack = this.#stack;
    const field = this.#field();
    if (field === null) return this.#writeList(reply);
    if (field === "err") reply.fail(failureOf(this.#text(-1)), isElement);
    else if (field === "ok") reply.status(this.#text(-1).replace(/[\r\n]/g, " "));
    else if (field === "double") reply.double(stack.number(-1));
    else if (field === "map") this.#writeFields(reply, true);
    else if (field === "set") this.#writeFields(reply, false);
    else if (field === "big_number") reply.text(this.#text(-1).replace(/[\r\n]/g, " "));
    else this.#writeVerbatim(reply);
    stack.pop(1);
  }

  #writeList(reply: Reply): void {
    const stack = this.#stack;
    let count = 0;
    for (;; count++) {
      stack.getAt(-1, count + 1);
      const isEnd = stack.type(-1) === LuaType.nil;
      stack.pop(1);
      if (isEnd) break;
    }
    reply.array(count);
    for (let i = 1; i <= count; i++) {
      stack.getAt(-1, i);
      this.#write(reply, true);
      stack.pop(1);
    }
  }

  /** Answers the topmost table as a map, or its keys as a set. */
  #writeFields(reply: Reply, isMap: boolean): void {
    const stack = this.#stack;
    let count = 0;
    for (stack.pushNil(); stack.next(-2); stack.pop(1)) count++;
    if (isMap) reply.map(count);
    else reply.set(count);
    for (stack.pushNil(); stack.next(-2); stack.pop(1)) {
      stack.pushValue(-2);
      this.#write(reply, true);
      stack.pop(1);
      if (isMap) this.#write(reply, true);
    }
  }

  #writeVerbatim(reply: Reply): void {
    const stack = this.#stack;
    stack.pushText("string");
    stack.get(-2);
    const start = stack.stringStart(-1);
    reply.verbatim(stack.memory.slice(start, start + stack.length(-1)));
    stack.pop(1);
  }

  #text(index: number): string {
    // As in C, a text ends where a byte is 0.
    return textAt(this.#stack, index, this.#decoder).split("\0", 1)[0]!;
  }
}

/** The string at `index`, read as UTF-8. */
export function textAt(stack: MachineStack, index: number, decoder: TextDecoder): string {
  const start = stack.stringStart(index);
  return decoder.decode(stack.memory.subarray(start, start + stack.length(index)));
}

/** Whether a value of `type` in this field says what its table is. */
function isOfField(type: number, field: typeof FIELDS[number]): boolean {
  if (field === "err" || field === "ok" || field === "big_number") return type === LuaType.string;
  return type === (field === "double" ? LuaType.number : LuaType.table);
}

/** A number as Redis makes it whole: towards 0, and what has no place in 64 bits is the smallest one. */
export function wholeNumber(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  return whole >= -WHOLE_BOUND && whole < WHOLE_BOUND ? BigInt(whole) : NOT_WHOLE;
}

/** A refusal of this text, which begins with its code. */
export function failureOf(text: string): Failure {
  const line = text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
  const space = line.indexOf(" ");
  const code = space === -1 ? line : line.slice(0, space);
  return { kind: "refused", code, message: space === -1 ? "" : line.slice(space + 1) };
}
