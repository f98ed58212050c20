// The Lua machine of one worker: compiles scripts, runs them with KEYS and ARGV, and answers what they
// return. It is made when the first script comes. Where a run ends in the middle, or has left much behind,
// the instance of Lua is thrown away and made anew. Knows no cache, no locks and no cached scripts.

import type { Args } from "../contract/args.ts";
import type { Reply } from "../contract/reply.ts";
import { bitLibrary } from "./libraries/bit.ts";
import { cjsonLibrary } from "./libraries/cjson.ts";
import { cmsgpackLibrary } from "./libraries/cmsgpack.ts";
import { structLibrary } from "./libraries/struct.ts";
import { meteredLua } from "./lua_binary.ts";
import { LuaPanic } from "./instance.ts";
import { failureOf } from "./script_result.ts";
import { LuaState, type StateHost } from "./state.ts";

/** A script that a machine has compiled. It belongs to that machine. */
export interface CompiledScript {
  /** Its text without a first line "#!lua". */
  readonly source: Uint8Array;
  /** Its SHA-1 in hexadecimal digits, for errors. */
  readonly sha: string;
  /** Where the compiled function is, in the instance of this number. */
  ref: number;
  instance: number;
}

/** What may be in use after a run, without having to be collected. */
const MAX_LEFT_KIB = 6 * 1024;
/** What may be in use after that; with more, or once the memory has grown, the instance is made anew. */
const MAX_KEPT_KIB = 4 * 1024;
const NO_MEMORY = "not enough memory";

/** What a machine needs of the server around it. What it throws comes out of run() and compile(). */
export type LuaHost = StateHost;

export class LuaMachine {
  readonly #module: WebAssembly.Module;
  readonly #host: LuaHost;
  #state: LuaState | null = null;
  /** The number of the instance, so that scripts know whether they are compiled in it. */
  #instance = 1;

  private constructor(module: WebAssembly.Module, host: LuaHost) {
    this.#module = module;
    this.#host = host;
  }

  /** Makes the machine of a worker. */
  static async load(host: LuaHost): Promise<LuaMachine> {
    return new LuaMachine(new WebAssembly.Module(await meteredLua()), host);
  }

  /** Compiles a script. A text says what is wrong with it. */
  compile(source: Uint8Array, sha: string): CompiledScript | string {
    const script: CompiledScript = { source, sha, ref: 0, instance: 0 };
    const problem = this.#compile(script);
    this.#tidy();
    return problem ?? script;
  }

  /** Forgets a compiled script. */
  release(script: CompiledScript): void {
    if (script.instance === this.#instance) this.#state?.release(script.ref);
    script.instance = 0;
  }

  /**
   * Runs a script with `keyCount` keys, arguments of `args` from `firstKey` on; what follows is ARGV. Its result or its
   * error goes to `reply`. What the host throws ends it.
   */
  run(
    script: CompiledScript,
    args: Args,
    firstKey: number,
    keyCount: number,
    reply: Reply,
  ): void {
    if (script.instance !== this.#instance) {
      const problem = this.#compile(script);
      if (problem !== undefined) return reply.fail(failureOf(`ERR ${problem}`));
    }
    const failure = this.#guarded((state) => state.run(script, args, firstKey, keyCount, reply));
    if (typeof failure === "string") reply.fail(failureOf(`ERR ${failure}`));
    else this.#tidy();
  }

  /** Compiles a script in the instance that there is, or in a new one where its memory does not do. */
  #compile(script: CompiledScript): string | undefined {
    const isNew = this.#state === null;
    const problem = this.#guarded((state) => {
      const ref = state.compile(script.source);
      if (typeof ref === "string") return ref;
      script.ref = ref;
      script.instance = this.#instance;
      return undefined;
    });
    const isFull = problem?.endsWith(NO_MEMORY) === true;
    if (isFull) this.#discard();
    return isFull && !isNew ? this.#compile(script) : problem;
  }

  /** Runs `work` in the instance, which is gone if anything is thrown. A text says that memory ran out. */
  #guarded<T>(work: (state: LuaState) => T): T | string {
    const state = this.#state ??= this.#begin();
    try {
      return work(state);
    } catch (error) {
      this.#discard();
      if (error instanceof LuaPanic || error instanceof WebAssembly.RuntimeError) return NO_MEMORY;
      if (error instanceof RangeError) return "stack overflow";
      throw error;
    }
  }

  /** Lets go of the instance, and so of all that was compiled in it. */
  #discard(): void {
    this.#state = null;
    this.#instance++;
  }

  #begin(): LuaState {
    const libraries = [cjsonLibrary(), cmsgpackLibrary(), structLibrary(), bitLibrary()];
    return new LuaState(this.#module, this.#host, libraries);
  }

  /** Makes sure that what was left behind is little. */
  #tidy(): void {
    const state = this.#state;
    if (state === null || (!state.hasGrown && state.usedKib <= MAX_LEFT_KIB)) return;
    if (!state.hasGrown) state.collect();
    if (state.hasGrown || state.usedKib > MAX_KEPT_KIB) this.#discard();
  }
}
