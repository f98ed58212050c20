// The stack of the running Lua function, over the machine's exports. Strings go into the machine through a
// buffer in its memory. Knows no library and no command.

import { writeText } from "../contract/text_bytes.ts";
import { ALL_RESULTS, type LuaExports, type Pointer } from "./exports.ts";
import type { LuaInstance } from "./instance.ts";
import type { LuaStack } from "./lua_stack.ts";

/** Bytes of the buffer in the machine's memory; longer strings get a longer one until they are pushed. */
const SCRATCH_BYTES = 16 * 1024;
/** Bytes that are looked at in the time of one step, as a power of two; fewer than so many are not counted. */
const STEP_BYTES_SHIFT = 4;
const FREE_BYTES = 1024;
/** Up to this length a loop copies faster than a call. */
const SHORT_BYTES = 32;

export class MachineStack implements LuaStack {
  /** Whose stack it is: the main thread or a coroutine. Set by whoever is called from Lua. */
  state: Pointer = 0;
  readonly #instance: LuaInstance;
  readonly #exports: LuaExports;
  readonly #spend: (steps: number) => void;
  readonly #scratch: Pointer;
  /** A longer buffer, which the last that needed one has left behind; 0: none. */
  #large: Pointer = 0;

  /** `spend` counts steps of loops against the script's time. */
  constructor(instance: LuaInstance, spend: (steps: number) => void) {
    this.#instance = instance;
    this.#exports = instance.exports;
    this.#spend = spend;
    this.#scratch = instance.exports.malloc(SCRATCH_BYTES);
  }

  get memory(): Uint8Array<ArrayBuffer> {
    return this.#instance.bytes;
  }

  top(): number {
    return this.#exports.lua_gettop(this.state);
  }

  setTop(index: number): void {
    this.#exports.lua_settop(this.state, index);
  }

  pop(count: number): void {
    this.#exports.lua_settop(this.state, -count - 1);
  }

  insert(index: number): void {
    this.#exports.lua_insert(this.state, index);
  }

  remove(index: number): void {
    this.#exports.lua_remove(this.state, index);
  }

  /** Takes the topmost value and puts it in the place of that at `index`. */
  replace(index: number): void {
    this.#exports.lua_replace(this.state, index);
  }

  needSpace(count: number, what: string): void {
    if (this.#exports.lua_checkstack(this.state, count) === 0) {
      this.fail(`stack overflow (${what})`);
    }
  }

  type(index: number): number {
    return this.#exports.lua_type(this.state, index);
  }

  number(index: number): number {
    return this.#exports.lua_tonumber(this.state, index);
  }

  boolean(index: number): boolean {
    return this.#exports.lua_toboolean(this.state, index) !== 0;
  }

  stringStart(index: number): number {
    return this.#exports.lua_tolstring(this.state, index, 0);
  }

  length(index: number): number {
    const length = this.#exports.lua_objlen(this.state, index);
    // Whoever asks goes through them all.
    if (length > FREE_BYTES) this.#spend(length >>> STEP_BYTES_SHIFT);
    return length;
  }

  isNull(index: number): boolean {
    return this.type(index) === 2 && this.#exports.lua_touserdata(this.state, index) === 0;
  }

  identity(index: number): number {
    return this.#exports.lua_topointer(this.state, index);
  }

  pushNil(): void {
    this.#exports.lua_pushnil(this.state);
  }

  pushBoolean(value: boolean): void {
    this.#exports.lua_pushboolean(this.state, value ? 1 : 0);
  }

  pushNumber(value: number): void {
    this.#exports.lua_pushnumber(this.state, value);
  }

  pushNull(): void {
    this.#exports.lua_pushlightuserdata(this.state, 0);
  }

  pushBytes(bytes: Uint8Array, start: number, length: number): void {
    if (bytes === this.#instance.bytes) {
      return this.#exports.lua_pushlstring(this.state, start, length);
    }
    const at = this.#scratchFor(length);
    const { memory } = this;
    if (length <= SHORT_BYTES) {
      for (let i = 0; i < length; i++) memory[at + i] = bytes[start + i]!;
    } else memory.set(bytes.subarray(start, start + length), at);
    this.#exports.lua_pushlstring(this.state, at, length);
  }

  pushText(text: string): void {
    const at = this.#scratchFor(3 * text.length);
    this.#exports.lua_pushlstring(this.state, at, writeText(text, this.memory, at));
  }

  /** A text as C has it, up to a zero byte. It is good until the next push. */
  #cText(text: string): Pointer {
    const at = this.#scratchFor(3 * text.length + 1);
    const { memory } = this;
    memory[at + writeText(text, memory, at)] = 0;
    return at;
  }

  /** A buffer in the machine's memory. Lua's "not enough memory" where there is none. */
  #scratchFor(byteCount: number): Pointer {
    if (byteCount <= SCRATCH_BYTES) return this.#scratch;
    this.releaseLarge();
    this.#large = this.#exports.malloc(byteCount) >>> 0;
    if (this.#large === 0) this.#failRaw("not enough memory");
    return this.#large;
  }

  /** The memory is as it was in the beginning: there is no longer buffer. */
  forgetLarge(): void {
    this.#large = 0;
  }

  /** Gives back the longer buffer. */
  releaseLarge(): void {
    if (this.#large !== 0) this.#exports.free(this.#large);
    this.#large = 0;
  }

  pushValue(index: number): void {
    this.#exports.lua_pushvalue(this.state, index);
  }

  newTable(elementCount: number, fieldCount: number): void {
    this.#exports.lua_createtable(this.state, elementCount, fieldCount);
  }

  getAt(tableIndex: number, n: number): void {
    this.#exports.lua_rawgeti(this.state, tableIndex, n);
  }

  setAt(tableIndex: number, n: number): void {
    this.#exports.lua_rawseti(this.state, tableIndex, n);
  }

  get(tableIndex: number): void {
    this.#exports.lua_rawget(this.state, tableIndex);
  }

  set(tableIndex: number): void {
    this.#exports.lua_rawset(this.state, tableIndex);
  }

  next(tableIndex: number): boolean {
    return this.#exports.lua_next(this.state, tableIndex) !== 0;
  }

  checkNumber(index: number): number {
    return this.#exports.luaL_checknumber(this.state, index);
  }

  checkInteger(index: number): number {
    return this.#exports.luaL_checkinteger(this.state, index);
  }

  optionalInteger(index: number, otherwise: number): number {
    return this.#exports.luaL_optinteger(this.state, index, otherwise);
  }

  checkString(index: number): number {
    return this.#exports.luaL_checklstring(this.state, index, 0);
  }

  checkType(index: number, type: number): void {
    this.#exports.luaL_checktype(this.state, index, type);
  }

  /** Whether the string at `index` means a number. */
  isNumeric(index: number): boolean {
    return this.#exports.lua_isnumber(this.state, index) !== 0;
  }

  checkAny(index: number): void {
    this.#exports.luaL_checkany(this.state, index);
  }

  /** Calls the function below its arguments with `argumentCount` of them; 0, or what went wrong. */
  protectedCall(argumentCount: number): number {
    return this.#exports.lua_pcall(this.state, argumentCount, ALL_RESULTS, 0);
  }

  fail(message: string): never {
    this.#exports.luaL_where(this.state, 1);
    this.pushText(message);
    this.#exports.lua_concat(this.state, 2);
    return this.raise();
  }

  /** Ends the function with an error of this text alone. */
  #failRaw(message: string): never {
    this.pushText(message);
    return this.raise();
  }

  /** Ends the function with the topmost value as the error. */
  raise(): never {
    this.#exports.lua_error(this.state);
    throw new Error("Lua has not raised an error");
  }

  failArgument(index: number, message: string): never {
    this.#exports.luaL_argerror(this.state, index, this.#cText(message));
    throw new Error("Lua has not raised an error");
  }

  step(): void {
    this.#spend(1);
  }
}
