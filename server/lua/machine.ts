// The Lua machine of one worker: compiles scripts, runs them with KEYS and ARGV, and answers what they
// return. It is made when the first script comes. Where a run ends in the middle, or has left much behind,
// the machine begins anew. Knows no cache, no locks and no cached scripts.

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
  /** Where the compiled function is, since the machine has begun for the time of this number. */
  ref: number;
  beginning: number;
}

/** What may be in use after a run, without having to be collected. */
const MAX_LEFT_KIB = 6 * 1024;
/** What may be in use after that; with more the machine begins anew. */
const MAX_KEPT_KIB = 4 * 1024;
const NO_MEMORY = "not enough memory";

/** What a machine needs of the server around it. What it throws comes out of run() and compile(). */
export type LuaHost = StateHost;

export class LuaMachine {
  readonly #state: LuaState;
  /** How often it has begun, so that scripts know whether they are compiled. */
  #beginning = 1;
  /** Whether nothing has been compiled since. */
  #isNew = true;

  private constructor(module: WebAssembly.Module, host: LuaHost) {
    const libraries = [cjsonLibrary(), cmsgpackLibrary(), structLibrary(), bitLibrary()];
    this.#state = new LuaState(module, host, libraries);
  }

  /** Makes the machine of a worker. */
  static async load(host: LuaHost): Promise<LuaMachine> {
    return new LuaMachine(new WebAssembly.Module(await meteredLua()), host);
  }

  /** Compiles a script. A text says what is wrong with it. */
  compile(source: Uint8Array, sha: string): CompiledScript | string {
    const script: CompiledScript = { source, sha, ref: 0, beginning: 0 };
    const problem = this.#compile(script);
    this.#tidy();
    return problem ?? script;
  }

  /** Bytes of its memory. */
  get memoryBytes(): number {
    return this.#state?.memoryBytes ?? 0;
  }

  /** Forgets a compiled script. */
  release(script: CompiledScript): void {
    if (script.beginning === this.#beginning) this.#state.release(script.ref);
    script.beginning = 0;
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
    if (script.beginning !== this.#beginning) {
      const problem = this.#compile(script);
      if (problem !== undefined) return reply.fail(failureOf(`ERR ${problem}`));
    }
    try {
      this.#state.run(script, args, firstKey, keyCount, reply);
    } catch (error) {
      return reply.fail(failureOf(`ERR ${this.#endOf(error)}`));
    }
    this.#tidy();
  }

  /** Compiles a script in the machine as it is, or in a new one where its memory does not do. */
  #compile(script: CompiledScript): string | undefined {
    const wasNew = this.#isNew;
    const compiled = this.#tryCompile(script.source);
    if (typeof compiled === "number") {
      script.ref = compiled;
      script.beginning = this.#beginning;
      return undefined;
    }
    if (!compiled.endsWith(NO_MEMORY)) return compiled;
    this.#beginAnew();
    return wasNew ? compiled : this.#compile(script);
  }

  #tryCompile(source: Uint8Array): number | string {
    this.#isNew = false;
    try {
      return this.#state.compile(source);
    } catch (error) {
      return this.#endOf(error);
    }
  }

  /** Something was thrown through the machine. Says what, or throws on what the host has thrown. */
  #endOf(error: unknown): string {
    this.#beginAnew();
    if (error instanceof LuaPanic || error instanceof WebAssembly.RuntimeError) return NO_MEMORY;
    if (error instanceof RangeError) return "stack overflow";
    throw error;
  }

  /** Forgets all that was compiled and all that was left behind. */
  #beginAnew(): void {
    this.#state.restore();
    this.#beginning++;
    this.#isNew = true;
  }

  /** Makes sure that what was left behind is little. */
  #tidy(): void {
    const state = this.#state;
    if (state.usedKib <= MAX_LEFT_KIB) return;
    state.collect();
    if (state.usedKib > MAX_KEPT_KIB) this.#beginAnew();
  }
}
