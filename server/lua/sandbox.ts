// What scripts see of a machine: the libraries of Lua and of the host behind tables that cannot be changed,
// and functions of Lua that would go past that, replaced. Nothing that a script leaves is seen by the next.

import { ALL_RESULTS, GLOBALS_INDEX, type Pointer, REGISTRY_INDEX } from "./exports.ts";
import type { HostFunction, LuaInstance } from "./instance.ts";
import type { LuaLibrary } from "./lua_stack.ts";
import { LuaType } from "./lua_stack.ts";
import type { MachineStack } from "./machine_stack.ts";
import { ALLOWED_NAMES, SANDBOX_SOURCE } from "./sandbox_source.ts";

const READ_ONLY = "Attempt to modify a readonly table";

/** Functions by their names. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** What is put into a machine. */
export interface SandboxParts {
  readonly libraries: readonly LuaLibrary[];
  /** The table `redis`. */
  readonly redis: HostFunctions;
  readonly redisConstants: Readonly<Record<string, number | string>>;
  /** Functions of Lua that are replaced: globals, and those of its libraries. */
  readonly globals: HostFunctions;
  readonly replaced: Readonly<Record<string, HostFunctions>>;
  /** Functions around those of Lua, by "name" or "library.name". */
  readonly around: Readonly<Record<string, (original: HostFunction) => HostFunction>>;
}

/** Builds the globals of scripts in a new machine. */
export class Sandbox {
  /** Places in the registry of the table behind the globals, and of the function that handles errors. */
  readonly globalsRef: number;
  readonly handlerRef: number;
  readonly #instance: LuaInstance;
  readonly #stack: MachineStack;
  /** Places in the registry of what protected tables stand for, and of what getmetatable gives for them. */
  readonly #behind = new Map<Pointer, number>();
  readonly #visible = new Map<Pointer, number>();
  #stringMetaRef = 0;

  constructor(instance: LuaInstance, stack: MachineStack, state: Pointer, parts: SandboxParts) {
    this.#instance = instance;
    this.#stack = stack;
    stack.state = state;
    const { exports } = instance;
    exports.luaopen_base(state);
    exports.luaopen_table(state);
    exports.luaopen_string(state);
    exports.luaopen_math(state);
    exports.luaopen_debug(state);
    exports.lua_settop(state, 0);
    this.#load();
    this.#pushHost(parts);
    this.#pushLibraries(parts);
    stack.pushText(ALLOWED_NAMES);
    if (exports.lua_pcall(state, 3, ALL_RESULTS, 0) !== 0) {
      throw new Error("Cannot set up the Lua machine: its first text has failed");
    }
    this.#stringMetaRef = this.#ref();
    this.#takePlaces(this.#visible);
    this.#takePlaces(this.#behind);
    this.handlerRef = this.#ref();
    this.globalsRef = this.#ref();
    exports.lua_replace(state, GLOBALS_INDEX);
    exports.lua_settop(state, 0);
  }

  #load(): void {
    const source = new TextEncoder().encode(`${SANDBOX_SOURCE}\0=sandbox\0`);
    const { exports } = this.#instance;
    const at = exports.malloc(source.length);
    this.#instance.bytes.set(source, at);
    const length = source.indexOf(0);
    const status = exports.luaL_loadbuffer(this.#stack.state, at, length, at + length + 1);
    exports.free(at);
    if (status !== 0) throw new Error("Cannot set up the Lua machine: its first text is wrong");
  }

  /** Takes the topmost value. Returns its place in the registry. */
  #ref(): number {
    return this.#instance.exports.luaL_ref(this.#stack.state, REGISTRY_INDEX);
  }

  /** Takes the topmost table, whose keys are protected tables. */
  #takePlaces(places: Map<Pointer, number>): void {
    const stack = this.#stack;
    stack.pushNil();
    while (stack.next(-2)) places.set(stack.identity(-2), this.#ref());
    stack.pop(1);
  }

  #pushFunctions(functions: HostFunctions): void {
    const { exports } = this.#instance;
    const first = this.#instance.addFunctions(Object.values(functions));
    this.#stack.newTable(0, 0);
    Object.keys(functions).forEach((name, i) => {
      this.#stack.pushText(name);
      exports.lua_pushcclosure(this.#stack.state, first + i, 0);
      this.#stack.set(-3);
    });
  }

  /** Pushes the table that the text knows as `host`. */
  #pushHost(parts: SandboxParts): void {
    const stack = this.#stack;
    this.#pushFunctions({ readonly: this.#refuseWrite, unknown: this.#refuseUnknown });
    stack.pushText("globals");
    const { "": globals, ...around } = this.#around(parts);
    this.#pushFunctions({ ...parts.globals, ...globals, ...this.#globalGuards() });
    stack.set(-3);
    stack.pushText("replaced");
    stack.newTable(0, 0);
    const table = this.#tableGuards();
    for (const [name, functions] of Object.entries({ ...parts.replaced, ...around, table })) {
      stack.pushText(name);
      this.#pushFunctions(functions);
      stack.set(-3);
    }
    stack.set(-3);
  }

  /** The functions around those of Lua, by library and name. */
  #around(parts: SandboxParts): Record<string, Record<string, HostFunction>> {
    const functions: Record<string, Record<string, HostFunction>> = {};
    for (const [path, make] of Object.entries(parts.around)) {
      const [library, name] = path.includes(".") ? path.split(".") : ["", path];
      (functions[library!] ??= {})[name!] = make(this.#original(library!, name!));
    }
    return functions;
  }

  #pushLibraries(parts: SandboxParts): void {
    const stack = this.#stack;
    stack.newTable(0, 0);
    stack.pushText("redis");
    this.#pushFunctions(parts.redis);
    this.#setConstants(parts.redisConstants);
    stack.set(-3);
    for (const library of parts.libraries) {
      stack.pushText(library.name);
      this.#pushFunctions(Object.fromEntries(
        Object.entries(library.functions).map(([name, call]) => [name, this.#bound(call)]),
      ));
      this.#setConstants(library.constants ?? {});
      for (const name of library.nulls ?? []) {
        stack.pushText(name);
        stack.pushNull();
        stack.set(-3);
      }
      stack.set(-3);
    }
  }

  #bound(call: (stack: MachineStack) => number): HostFunction {
    const stack = this.#stack;
    return (state) => {
      stack.state = state;
      return call(stack);
    };
  }

  #setConstants(constants: Readonly<Record<string, number | string>>): void {
    const stack = this.#stack;
    for (const [name, value] of Object.entries(constants)) {
      stack.pushText(name);
      if (typeof value === "number") stack.pushNumber(value);
      else stack.pushText(value);
      stack.set(-3);
    }
  }

  /** The function of Lua in a global table, or a global one. */
  #original(library: string, name: string): HostFunction {
    const stack = this.#stack;
    const { exports } = this.#instance;
    exports.lua_pushvalue(stack.state, GLOBALS_INDEX);
    for (const key of library === "" ? [name] : [library, name]) {
      stack.pushText(key);
      stack.get(-2);
      stack.remove(-2);
    }
    const call = this.#instance.functionAt(exports.lua_tocfunction(stack.state, -1));
    stack.pop(1);
    return call as unknown as HostFunction;
  }

  readonly #refuseWrite: HostFunction = (state) => {
    this.#stack.state = state;
    return this.#stack.fail(READ_ONLY);
  };

  /** What the globals do where a script reads one that is not there. */
  readonly #refuseUnknown: HostFunction = (state) => {
    const stack = this.#stack;
    stack.state = state;
    const start = stack.checkString(2);
    const name = new TextDecoder().decode(stack.memory.subarray(start, start + stack.length(2)));
    return stack.fail(`Script attempted to access nonexistent global variable '${name}'`);
  };

  /** The functions of Lua that look past metatables, as they treat protected tables. */
  #globalGuards(): HostFunctions {
    const plain = this.#original("", "next");
    const next = this.#seeingThrough(plain);
    return {
      rawset: this.#refusing(this.#original("", "rawset")),
      setmetatable: this.#refusing(this.#original("", "setmetatable")),
      getmetatable: this.#getMetatable(this.#original("", "getmetatable")),
      rawget: this.#seeingThrough(this.#original("", "rawget")),
      next,
      pairs: this.#pairs(this.#functionRef(plain), this.#functionRef(next)),
    };
  }

  #tableGuards(): HostFunctions {
    return {
      insert: this.#refusing(this.#original("table", "insert")),
      foreach: this.#seeingThrough(this.#original("table", "foreach")),
    };
  }

  #functionRef(call: HostFunction): number {
    const { exports } = this.#instance;
    exports.lua_pushcclosure(this.#stack.state, this.#instance.addFunctions([call]), 0);
    return this.#ref();
  }

  /** A function that changes its first argument: protected tables it must not. */
  #refusing(original: HostFunction): HostFunction {
    const { exports } = this.#instance;
    return (state) => {
      if (!this.#behind.has(exports.lua_topointer(state, 1))) return original(state);
      this.#stack.state = state;
      this.#stack.pushText(READ_ONLY);
      return this.#stack.raise();
    };
  }

  /** A function that reads its first argument: for a protected table it reads what is behind that. */
  #seeingThrough(original: HostFunction): HostFunction {
    const { exports } = this.#instance;
    return (state) => {
      const ref = this.#behind.get(exports.lua_topointer(state, 1));
      if (ref !== undefined) {
        exports.lua_rawgeti(state, REGISTRY_INDEX, ref);
        exports.lua_replace(state, 1);
      }
      return original(state);
    };
  }

  /** The two functions that go through a table: Lua's own, and the one for protected tables. */
  #pairs(plainRef: number, nextRef: number): HostFunction {
    const { exports } = this.#instance;
    return (state) => {
      exports.luaL_checktype(state, 1, LuaType.table);
      const isPlain = !this.#behind.has(exports.lua_topointer(state, 1));
      exports.lua_rawgeti(state, REGISTRY_INDEX, isPlain ? plainRef : nextRef);
      exports.lua_pushvalue(state, 1);
      exports.lua_pushnil(state);
      return 3;
    };
  }

  #getMetatable(original: HostFunction): HostFunction {
    const { exports } = this.#instance;
    return (state) => {
      const table = exports.lua_topointer(state, 1);
      const isString = exports.lua_type(state, 1) === LuaType.string;
      if (!isString && !this.#behind.has(table)) return original(state);
      const ref = isString ? this.#stringMetaRef : this.#visible.get(table);
      if (ref === undefined) exports.lua_pushnil(state);
      else exports.lua_rawgeti(state, REGISTRY_INDEX, ref);
      return 1;
    };
  }
}
