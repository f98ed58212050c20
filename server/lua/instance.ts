// One instance of the WebAssembly file of Lua: its memory, its table of functions, and the imports that it
// asks for. Files, clocks and the environment are refused. Where Lua throws, it is carried by an exception
// that only `invoke_vii` catches, so anything else that is thrown ends the whole run. Knows no scripts.

import type { LuaExports, Pointer } from "./exports.ts";

/** A page of WebAssembly memory. */
const PAGE_BYTES = 65536;
/** Rounds of loops before the host is called for the first time: enough to begin with. */
const FIRST_FUEL = 1_000_000;
/** Bytes of the heap that are kept; a new machine with all its libraries takes a quarter of it. */
const KEPT_BYTES = 1024 * 1024;
/** Answers of system calls: this one is not there, this file is not open. */
const NO_SYSTEM_CALL = -52;
const BAD_FILE = 8;

/** Lua's own throw, on its way to the `setjmp` that waits for it. */
const LONG_JUMP = Symbol("longjmp");

/** Thrown where Lua has no way on but to end the program: it ran out of memory outside any call. */
export class LuaPanic extends Error {}

/** Hears what the machine uses up. Throwing ends the run; the instance is of no use then. */
export interface LuaMeter {
  /** All fuel is used: the loops of the machine have gone round as often as was allowed. */
  outOfFuel(): void;
  /** Work outside those loops: bytes copied by one instruction. */
  copied(byteCount: number): void;
}

/** A host function: gets the state that called it, returns the number of results on the stack. */
export type HostFunction = (state: Pointer) => number;

export class LuaInstance {
  readonly exports: LuaExports;
  /** The memory. It is another view after it has grown. */
  bytes: Uint8Array<ArrayBuffer>;
  readonly #meter: LuaMeter;
  readonly #maxBytes: number;
  /** The memory as it was when it was kept: below C's stack, and from that on. */
  #keptData: Uint8Array = new Uint8Array();
  #keptHeap: Uint8Array = new Uint8Array();
  #stackBase: Pointer = 0;
  readonly #functions: ((a: number, b: number) => void)[] = [];

  /** `maxBytes`: to how much the memory may grow. */
  constructor(module: WebAssembly.Module, meter: LuaMeter, maxBytes: number) {
    this.#meter = meter;
    this.#maxBytes = maxBytes;
    const instance = new WebAssembly.Instance(module, this.#imports());
    this.exports = instance.exports as unknown as LuaExports;
    this.bytes = new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
    this.exports.fuel.value = FIRST_FUEL;
    this.exports.__wasm_call_ctors();
  }

  /** Keeps the memory as it is now, outside any call, for {@linkcode restore}. */
  keep(): void {
    const { exports } = this;
    exports.emscripten_stack_init();
    this.#stackBase = exports.stackSave();
    const last = exports.malloc(PAGE_BYTES);
    exports.free(last);
    const end = this.#stackBase + KEPT_BYTES;
    // What the allocator notes lies up to a page behind what it has given out.
    if (last + 2 * PAGE_BYTES > end) {
      throw new Error("Cannot keep the Lua machine: it is too large");
    }
    this.#keptData = this.bytes.slice(0, exports.emscripten_stack_get_end());
    this.#keptHeap = this.bytes.slice(this.#stackBase, end);
  }

  /**
   * Makes the memory what it was when it was kept, wherever the last call has ended. That is all that the instance knows,
   * and takes 0.1 ms; another instance would take more, and stay in memory until the collector comes.
   */
  restore(): void {
    const { bytes, exports } = this;
    bytes.set(this.#keptData);
    bytes.set(this.#keptHeap, this.#stackBase);
    exports.stackRestore(this.#stackBase);
    exports.setThrew(0, 0);
  }

  /** Makes functions callable from Lua. Returns the index of the first in the table of functions. */
  addFunctions(functions: readonly HostFunction[]): Pointer {
    const module = new WebAssembly.Module(trampolines(functions.length));
    const imports = Object.fromEntries(functions.map((call, i) => [String(i), call]));
    const { exports } = new WebAssembly.Instance(module, { f: imports });
    const table = this.exports.__indirect_function_table;
    const first = table.grow(functions.length);
    for (let i = 0; i < functions.length; i++) {
      table.set(first + i, exports[String(i)] as HostFunction);
    }
    return first;
  }

  /** The function of an index of the table, such as `lua_tocfunction` gives. */
  functionAt(index: Pointer): (a: number, b: number) => number {
    return this.#functionAt(index) as (a: number, b: number) => number;
  }

  #functionAt(index: Pointer): (a: number, b: number) => void {
    return this.#functions[index] ??= this.exports.__indirect_function_table
      .get(index) as (a: number, b: number) => void;
  }

  /** Calls a function within a `setjmp`: Lua's throw comes back as a word that is set. */
  #invoke(index: Pointer, a: number, b: number): void {
    const { exports } = this;
    const stack = exports.stackSave();
    try {
      this.#functionAt(index)(a, b);
    } catch (error) {
      if (error !== LONG_JUMP) throw error;
      exports.stackRestore(stack);
      exports.setThrew(1, 0);
    }
  }

  /** Grows the memory to at least `byteCount` bytes: 1, or 0 where that is too much. */
  #grow(byteCount: number): number {
    if (byteCount >>> 0 > this.#maxBytes) return 0;
    const { memory } = this.exports;
    try {
      memory.grow(Math.ceil(((byteCount >>> 0) - this.bytes.length) / PAGE_BYTES));
    } catch {
      return 0;
    }
    this.bytes = new Uint8Array(memory.buffer as ArrayBuffer);
    return 1;
  }

  #copy(to: Pointer, from: Pointer, byteCount: number): void {
    this.bytes.copyWithin(to, from, from + byteCount);
    this.#meter.copied(byteCount);
  }

  #imports(): WebAssembly.Imports {
    const refuse = () => NO_SYSTEM_CALL;
    const zero = () => 0;
    const badFile = () => BAD_FILE;
    return {
      env: {
        exit: () => {
          throw new LuaPanic("Lua has ended itself");
        },
        invoke_vii: (index: Pointer, a: number, b: number) => this.#invoke(index, a, b),
        _emscripten_throw_longjmp: () => {
          throw LONG_JUMP;
        },
        emscripten_memcpy_js: (to: Pointer, from: Pointer, byteCount: number) =>
          this.#copy(to >>> 0, from >>> 0, byteCount >>> 0),
        emscripten_resize_heap: (byteCount: number) => this.#grow(byteCount),
        // No library that asks for the time is there. The loops of the metered machine call this one.
        emscripten_date_now: () => {
          this.#meter.outOfFuel();
          return 0;
        },
        _emscripten_get_now_is_monotonic: zero,
        _emscripten_system: refuse,
        strftime: zero,
        _tzset_js: zero,
        _mktime_js: zero,
        _localtime_js: zero,
        _gmtime_js: zero,
        __syscall_openat: refuse,
        __syscall_fcntl64: refuse,
        __syscall_ioctl: refuse,
        __syscall_dup3: refuse,
        __syscall_unlinkat: refuse,
        __syscall_rmdir: refuse,
        __syscall_renameat: refuse,
        __syscall_readlinkat: refuse,
      },
      wasi_snapshot_preview1: {
        fd_write: badFile,
        fd_read: badFile,
        fd_close: badFile,
        fd_seek: badFile,
        environ_sizes_get: badFile,
        environ_get: badFile,
      },
    };
  }
}

/** A module that exports `count` imported functions of one number: only such can enter a table. */
function trampolines(count: number): Uint8Array<ArrayBuffer> {
  const names = Array.from({ length: count }, (_, i) => nameBytes(String(i)));
  const imports = names.flatMap((name) => [1, 0x66, ...name, 0, 0]);
  const exports = names.flatMap((name, i) => [...name, 0, ...unsigned(i)]);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(2, [...unsigned(count), ...imports]),
    ...section(7, [...unsigned(count), ...exports]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function nameBytes(name: string): number[] {
  return [name.length, ...new TextEncoder().encode(name)];
}

/** A number as LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}
