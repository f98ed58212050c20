// Scripts as the Lua machine has them: compiled when they are first run, forgotten when the cache forgets them. What
// their first line and their text say is found out then, too.

import type { Failure } from "../../contract/reply.ts";
import {
  MAX_SCRIPT_BYTES,
  Script,
  type ScriptCache,
  shaOf,
} from "../../contract/scripts/script_cache.ts";
import type { CompiledScript, LuaMachine } from "../../lua/machine.ts";
import { refused } from "../failures.ts";
import { asksForGivenKeys } from "./named_keys.ts";
import { ScriptEnd, type ScriptTime } from "./script_time.ts";
import { readShebang, type Shebang } from "./shebang.ts";

const TOO_LONG = refused(`script is too long: at most ${MAX_SCRIPT_BYTES} bytes`);
const decoder = new TextDecoder();

/** A script that can be run. */
export interface Prepared {
  readonly script: Script;
  readonly shebang: Shebang;
  readonly compiled: CompiledScript;
}

/** The scripts of one worker. */
export class LuaScripts {
  readonly machine: LuaMachine;
  readonly #cache: ScriptCache;
  readonly #time: ScriptTime;

  /** `time` bounds how long a script is compiled, as it bounds how long it runs. */
  constructor(machine: LuaMachine, cache: ScriptCache, time: ScriptTime) {
    this.machine = machine;
    this.#cache = cache;
    this.#time = time;
    cache.onDrop = (script) => {
      const prepared = script.compiled as Prepared | null;
      script.compiled = null;
      if (prepared !== null) machine.release(prepared.compiled);
    };
  }

  /** Makes a script ready to run: one that the cache has, or one of this text, which it then has; or says what is wrong. */
  prepare(scriptOrSource: Script | Uint8Array): Prepared | Failure {
    if (scriptOrSource instanceof Script) {
      return scriptOrSource.compiled as Prepared | null ?? this.#compile(scriptOrSource);
    }
    if (scriptOrSource.length > MAX_SCRIPT_BYTES) return TOO_LONG;
    const script = new Script(shaOf(scriptOrSource), scriptOrSource);
    const prepared = this.#compile(script);
    if ("script" in prepared && this.#cache.add(script) !== script) {
      // Another worker has told of it meanwhile.
      this.machine.release(prepared.compiled);
      return this.prepare(this.#cache.add(script));
    }
    return prepared;
  }

  #compile(script: Script): Prepared | Failure {
    const { source, sha } = script;
    const shebang = readShebang(source);
    if ("message" in shebang) return shebang;
    const text = source.subarray(shebang.textAt);
    const compiled = this.#compileInTime(text, sha);
    if (typeof compiled === "string") return refused(compiled);
    script.needsAll ??= asksForMore(shebang, text);
    const prepared = { script, shebang, compiled };
    script.compiled = prepared;
    return prepared;
  }

  #compileInTime(text: Uint8Array, sha: string): CompiledScript | string {
    this.#time.begin();
    try {
      return this.machine.compile(text, sha);
    } catch (error) {
      if (!(error instanceof ScriptEnd)) throw error;
      return `Script took longer than ${this.#time.maxMs} ms to be compiled and was ended (--script-time)`;
    } finally {
      this.#time.end();
    }
  }
}

/** Whether a script may ask for keys that it has not named, as far as it says so itself, or else its text shows. */
function asksForMore({ flags }: Shebang, text: Uint8Array): boolean {
  if (flags.includes("allow-cross-slot-keys")) return true;
  return !flags.includes("allow-key-locking") && !asksForGivenKeys(decoder.decode(text));
}
