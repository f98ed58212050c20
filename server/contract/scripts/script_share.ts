// How the workers of a process share the scripts that one of them was sent. An interface; messages between workers
// are the process's affair.

import type { Script, ScriptCache } from "./script_cache.ts";

/** What one worker and the others know of scripts. */
export interface ScriptShare {
  /** The scripts of this worker. */
  readonly cache: ScriptCache;
  /** Resolves when this worker knows what the others do; null once that is so. */
  readonly synced: Promise<void> | null;
  /** Tells the others of a script. Resolves when they know it. */
  tell(script: Script): Promise<void>;
  /** The same for scripts that came with EVAL: not where too many are on their way. */
  tellSoon(script: Script): void;
  /** Has all workers forget all scripts. Resolves when they have. */
  flush(): Promise<void>;
}
