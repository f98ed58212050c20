// The functions of Lua's C interface that the machine calls, as the WebAssembly file exports them. Numbers
// named `state` are pointers to a lua_State: the main thread of the machine or one of its coroutines.
// https://www.lua.org/manual/5.1/manual.html#3 says what each does.

/** A pointer into the machine's memory, or an index into its table of functions. */
export type Pointer = number;

/** What the file exports, as far as it is used here. */
export interface LuaExports {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  /** Rounds of loops that are left until the host is called. */
  readonly fuel: WebAssembly.Global;
  __wasm_call_ctors(): void;
  malloc(byteCount: number): Pointer;
  free(at: Pointer): void;
  setThrew(isThrown: number, value: number): void;
  emscripten_stack_init(): void;
  /** The lowest address of C's stack, which grows downwards. */
  emscripten_stack_get_end(): Pointer;
  stackSave(): Pointer;
  stackRestore(at: Pointer): void;

  luaL_newstate(): Pointer;
  luaopen_base(state: Pointer): number;
  luaopen_table(state: Pointer): number;
  luaopen_string(state: Pointer): number;
  luaopen_math(state: Pointer): number;
  luaopen_debug(state: Pointer): number;

  lua_gettop(state: Pointer): number;
  lua_settop(state: Pointer, index: number): void;
  lua_insert(state: Pointer, index: number): void;
  lua_remove(state: Pointer, index: number): void;
  lua_replace(state: Pointer, index: number): void;
  lua_pushvalue(state: Pointer, index: number): void;
  lua_checkstack(state: Pointer, count: number): number;
  luaL_checkstack(state: Pointer, count: number, text: Pointer): void;

  lua_isnumber(state: Pointer, index: number): number;
  lua_type(state: Pointer, index: number): number;
  lua_tonumber(state: Pointer, index: number): number;
  lua_toboolean(state: Pointer, index: number): number;
  lua_tolstring(state: Pointer, index: number, lengthAt: Pointer): Pointer;
  lua_objlen(state: Pointer, index: number): number;
  lua_topointer(state: Pointer, index: number): Pointer;
  lua_tocfunction(state: Pointer, index: number): Pointer;
  lua_touserdata(state: Pointer, index: number): Pointer;

  lua_pushnil(state: Pointer): void;
  lua_pushnumber(state: Pointer, value: number): void;
  lua_pushboolean(state: Pointer, value: number): void;
  lua_pushlstring(state: Pointer, at: Pointer, byteCount: number): void;
  lua_pushlightuserdata(state: Pointer, pointer: Pointer): void;
  lua_pushcclosure(state: Pointer, index: Pointer, upvalueCount: number): void;

  lua_createtable(state: Pointer, elementCount: number, fieldCount: number): void;
  lua_getfield(state: Pointer, index: number, name: Pointer): void;
  lua_setfield(state: Pointer, index: number, name: Pointer): void;
  lua_rawget(state: Pointer, index: number): void;
  lua_rawset(state: Pointer, index: number): void;
  lua_rawgeti(state: Pointer, index: number, n: number): void;
  lua_rawseti(state: Pointer, index: number, n: number): void;
  lua_next(state: Pointer, index: number): number;
  lua_getmetatable(state: Pointer, index: number): number;
  lua_setmetatable(state: Pointer, index: number): number;

  lua_pcall(state: Pointer, argumentCount: number, resultCount: number, handler: number): number;
  lua_error(state: Pointer): void;
  lua_concat(state: Pointer, count: number): void;
  lua_gc(state: Pointer, what: number, data: number): number;
  luaL_loadbuffer(state: Pointer, at: Pointer, byteCount: number, name: Pointer): number;
  luaL_ref(state: Pointer, tableIndex: number): number;
  luaL_unref(state: Pointer, tableIndex: number, ref: number): void;
  luaL_where(state: Pointer, level: number): void;
  luaL_argerror(state: Pointer, index: number, text: Pointer): number;
  luaL_checknumber(state: Pointer, index: number): number;
  luaL_checkinteger(state: Pointer, index: number): number;
  luaL_optinteger(state: Pointer, index: number, otherwise: number): number;
  luaL_checklstring(state: Pointer, index: number, lengthAt: Pointer): Pointer;
  luaL_checktype(state: Pointer, index: number, type: number): void;
  luaL_checkany(state: Pointer, index: number): void;
}

/** Indices that stand for tables which are not on the stack. */
export const REGISTRY_INDEX = -10000;
export const GLOBALS_INDEX = -10002;

/** `lua_pcall` pushes all results. */
export const ALL_RESULTS = -1;

/** What `lua_gc` is asked for. */
export const LuaGc = { restart: 1, collect: 2, countKib: 3, setPause: 6, setStepRate: 7 } as const;
