// One instance of Lua with everything in it that scripts use. It compiles texts and runs what it has
// compiled. Whatever is thrown through it, and is no error of Lua, leaves it in pieces: its owner then makes
// another one.

import type { Args } from "../contract/args.ts";
import type { Reply } from "../contract/reply.ts";
import { LuaGc, type Pointer, REGISTRY_INDEX } from "./exports.ts";
import { LuaInstance, type LuaMeter } from "./instance.ts";
import { protectedCall, randomFunctions } from "./lua_functions.ts";
import { type LuaLibrary, LuaType } from "./lua_stack.ts";
import { MachineStack } from "./machine_stack.ts";
import { RandomNumbers } from "./random_numbers.ts";
import { type CommandCall, RedisCalls } from "./redis_calls.ts";
import { REDIS_NUMBERS, RedisLibrary, type RedisLibraryHost } from "./redis_library.ts";
import { Sandbox } from "./sandbox.ts";
import { format, toNumber } from "./whole_numbers.ts";
import { failureOf, ScriptResult, textAt } from "./script_result.ts";

/** Bytes that a machine may take: Lua says "not enough memory" then. */
export const MAX_MACHINE_BYTES = 32 * 1024 * 1024;
/** Work between two looks at the clock, in rounds of loops. */
const FUEL = 100_000;
/** Bytes that are copied in the time of one such round. */
const COPIED_BYTES_SHIFT = 4;

/** The name by which errors call the script. */
const CHUNK_NAME = "@user_script";
/** The pace of the collector, as Lua begins with it. */
const GC_PAUSE = 200;
const GC_STEP_RATE = 200;

/** What the instance needs of the server around it. */
export interface StateHost extends RedisLibraryHost {
  /** The version of Redis that scripts see, such as "7.0.15". */
  readonly redisVersion: string;
  /** Carries out a command of the running script. What it throws ends the run. */
  readonly call: CommandCall;
  /** Asked from time to time while Lua is at work; throws to end that. */
  check(): void;
}

export class LuaState implements LuaMeter {
  readonly #host: StateHost;
  readonly #instance: LuaInstance;
  readonly #main: Pointer;
  readonly #stack: MachineStack;
  readonly #sandbox: Sandbox;
  readonly #calls: RedisCalls;
  readonly #result: ScriptResult;
  readonly #random = new RandomNumbers();
  readonly #decoder = new TextDecoder();
  readonly #nameAt: Pointer;
  /** What libraries do before each script. */
  readonly #resets: readonly (() => void)[];
  #fuel = FUEL;
  /** Whether a script has called collectgarbage. */
  #hasSetCollector = false;
  /** Whether what runs may be ended: text of a script, and not what is done around it. */
  #mayEnd = false;

  constructor(module: WebAssembly.Module, host: StateHost, libraries: readonly LuaLibrary[]) {
    this.#host = host;
    const instance = this.#instance = new LuaInstance(module, this, MAX_MACHINE_BYTES);
    this.#main = instance.exports.luaL_newstate();
    this.#stack = new MachineStack(instance, (steps) => this.#spend(steps));
    this.#calls = new RedisCalls(instance, this.#stack, host.call, (steps) => this.#spend(steps));
    this.#result = new ScriptResult(this.#stack);
    this.#sandbox = new Sandbox(instance, this.#stack, this.#main, {
      libraries,
      redis: new RedisLibrary(this.#stack, this.#calls, host).functions(),
      redisConstants: {
        ...REDIS_NUMBERS,
        REDIS_VERSION: host.redisVersion,
        REDIS_VERSION_NUM: versionNumber(host.redisVersion),
      },
      globals: { pcall: protectedCall(instance, this.#stack) },
      replaced: { math: randomFunctions(this.#stack, this.#random) },
      around: {
        "tonumber": (original) => toNumber(original, this.#stack),
        "collectgarbage": (original) => (state) => {
          this.#hasSetCollector = true;
          return original(state);
        },
        "string.format": (original) => format(original, this.#stack),
      },
    });
    const name = new TextEncoder().encode(`${CHUNK_NAME}\0`);
    this.#nameAt = instance.exports.malloc(name.length);
    instance.bytes.set(name, this.#nameAt);
    this.#resets = libraries.flatMap(({ reset }) => reset === undefined ? [] : [reset]);
    instance.keep();
  }

  /** Begins anew, as just made: nothing that was compiled is there any more. */
  restore(): void {
    this.#instance.restore();
    this.#stack.forgetLarge();
  }

  outOfFuel(): void {
    this.#instance.exports.fuel.value = FUEL;
    if (this.#mayEnd) this.#host.check();
  }

  copied(byteCount: number): void {
    this.#spend(byteCount >>> COPIED_BYTES_SHIFT);
  }

  #spend(steps: number): void {
    this.#fuel -= steps;
    if (this.#fuel > 0) return;
    this.#fuel = FUEL;
    if (this.#mayEnd) this.#host.check();
  }

  /** Bytes of its memory. */
  get memoryBytes(): number {
    return this.#instance.bytes.length;
  }

  /** What Lua has in use, in KiB, with what is to be collected. */
  get usedKib(): number {
    return this.#instance.exports.lua_gc(this.#main, LuaGc.countKib, 0);
  }

  /** Collects everything that is not in use. */
  collect(): void {
    this.#instance.exports.lua_gc(this.#main, LuaGc.collect, 0);
  }

  /** Compiles a text. Returns its place in the registry, or what is wrong with it. */
  compile(source: Uint8Array): number | string {
    const { exports } = this.#instance;
    const at = exports.malloc(source.length + 1) >>> 0;
    if (at === 0) return "not enough memory";
    this.#instance.bytes.set(source, at);
    let status: number;
    try {
      this.#mayEnd = true;
      status = exports.luaL_loadbuffer(this.#main, at, source.length, this.#nameAt);
    } finally {
      this.#mayEnd = false;
    }
    exports.free(at);
    this.#stack.state = this.#main;
    if (status === 0) return exports.luaL_ref(this.#main, REGISTRY_INDEX);
    const text = textAt(this.#stack, -1, this.#decoder);
    this.#stack.pop(1);
    return `Error compiling script (new function): ${text}`;
  }

  /** Forgets what was compiled. */
  release(ref: number): void {
    this.#instance.exports.luaL_unref(this.#main, REGISTRY_INDEX, ref);
  }

  /** Runs what was compiled with KEYS and ARGV, answers its result or its error. */
  run(
    script: { readonly ref: number; readonly sha: string },
    args: Args,
    firstKey: number,
    keyCount: number,
    reply: Reply,
  ): void {
    const { exports } = this.#instance;
    const stack = this.#stack;
    const state = stack.state = this.#main;
    this.#fuel = FUEL;
    this.#calls.protocol = 2;
    for (const reset of this.#resets) reset();
    this.#random.seed(Math.floor(Math.random() * 2 ** 32));
    exports.lua_settop(state, 0);
    exports.lua_rawgeti(state, REGISTRY_INDEX, this.#sandbox.globalsRef);
    this.#setList("KEYS", args, firstKey, firstKey + keyCount);
    this.#setList("ARGV", args, firstKey + keyCount, args.count);
    exports.lua_rawgeti(state, REGISTRY_INDEX, this.#sandbox.handlerRef);
    exports.lua_rawgeti(state, REGISTRY_INDEX, script.ref);
    const status = this.#call(reply.bytesLeft);
    if (status !== 0) this.#answerError(script.sha, reply);
    else this.#result.answer(reply);
    exports.lua_settop(state, 0);
    stack.releaseLarge();
    if (this.#hasSetCollector) this.#resetCollector();
  }

  /** The collector goes on as in the beginning. This has it work at once, so it is done only where a script has changed it. */
  #resetCollector(): void {
    const { exports } = this.#instance;
    this.#hasSetCollector = false;
    exports.lua_gc(this.#main, LuaGc.restart, 0);
    exports.lua_gc(this.#main, LuaGc.setPause, GC_PAUSE);
    exports.lua_gc(this.#main, LuaGc.setStepRate, GC_STEP_RATE);
  }

  /** Calls the topmost function, and measures what it returns. Returns 0, or what went wrong. */
  #call(maxBytes: number): number {
    const state = this.#main;
    try {
      this.#mayEnd = true;
      const status = this.#instance.exports.lua_pcall(state, 0, 1, -2);
      this.#stack.state = state;
      if (status === 0) this.#result.measure(maxBytes, this.#calls.protocol);
      return status;
    } finally {
      this.#mayEnd = false;
    }
  }

  /** Sets a list of the topmost table, the globals, to arguments. */
  #setList(name: string, args: Args, from: number, to: number): void {
    const stack = this.#stack;
    stack.pushText(name);
    stack.newTable(to - from, 0);
    for (let i = from; i < to; i++) {
      stack.pushBytes(args.bytes, args.starts[i]!, args.lengths[i]!);
      stack.setAt(-2, i - from + 1);
    }
    stack.set(-3);
  }

  /** Answers the topmost value, which the handler of errors has made. */
  #answerError(sha: string, reply: Reply): void {
    const stack = this.#stack;
    if (stack.type(-1) !== LuaType.table) {
      const text = stack.type(-1) === LuaType.string ? textAt(stack, -1, this.#decoder) : "";
      const message = text === "" ? "execution failure" : text;
      return reply.fail(failureOf(`ERR Error running script ${sha}, ${message}`));
    }
    const text = this.#field("err") ?? "ERR unknown error";
    const [source, line] = [this.#field("source"), this.#field("line")];
    const place = source !== undefined && line !== undefined ? `, on ${source}:${line}.` : "";
    reply.fail(failureOf(place === "" ? text : `${text} script: ${sha}${place}`));
  }

  /** A field of the topmost table, where it is a text or a number. */
  #field(name: string): string | undefined {
    const stack = this.#stack;
    stack.pushText(name);
    stack.get(-2);
    const type = stack.type(-1);
    const isText = type === LuaType.string || type === LuaType.number;
    const text = isText ? textAt(stack, -1, this.#decoder).split("\0", 1)[0]! : undefined;
    stack.pop(1);
    return text;
  }
}

/** "7.0.15" as one number, a byte for each part. */
function versionNumber(version: string): number {
  return version.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
