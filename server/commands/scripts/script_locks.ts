// The locks of a script that runs by itself: those of the keys that it names, or of all shards. Where it turns out to
// want others it is run again with all. Knows no Lua.

import type { Script } from "../../contract/scripts/script_cache.ts";
import type { ScriptCalls, ScriptFrame } from "./script_calls.ts";

/** How long the commands of one script may be at all keys. */
const MAX_WALK_MS = 500;

/** What a run has come to. */
export type Outcome = "done" | "stale" | "wantsMore" | "busy";

/**
 * Locks what a script asks for and has `execute` run it. Returns "busy", with nothing run, where a lock could not be had
 * in time.
 */
export function runWithLocks(
  frame: ScriptFrame,
  script: Script,
  calls: ScriptCalls,
  execute: () => Outcome,
): "done" | "busy" {
  const { context, context: { session } } = frame;
  const { database, running } = session;
  context.isAtomic = true;
  try {
    context.holdsAll = script.needsAll === true;
    for (;;) {
      context.heldWalks.reset(MAX_WALK_MS);
      const outcome = runLocked(frame, calls, execute);
      session.database = database;
      if (outcome === "busy") return outcome;
      if (outcome !== "stale" && calls.hasMissed) script.needsAll = true;
      if (outcome === "done") return outcome;
      // It wants a shard that it had not named; or others exchange databases faster than keys are hashed.
      context.holdsAll = true;
    }
  } finally {
    context.isAtomic = false;
    context.holdsAll = false;
    session.database = database;
    session.running = running;
  }
}

function runLocked(frame: ScriptFrame, calls: ScriptCalls, execute: () => Outcome): Outcome {
  const { context, context: { cache } } = frame;
  let outcome: Outcome = "busy";
  const work = {
    runLocked: () => {
      outcome = context.isStale && !context.holdsAll ? "stale" : execute();
    },
  };
  context.enterDatabase(context.session.database);
  if (!context.holdsAll) noteShards(frame);
  try {
    if (context.holdsAll) cache.withAllShards(work);
    else cache.withNoted(work);
  } catch (error) {
    calls.poison();
    throw error;
  }
  calls.release();
  return outcome;
}

function noteShards({ context, args, firstKey, keyCount }: ScriptFrame): void {
  const { cache, database } = context;
  const { bytes, starts, lengths } = args;
  for (let key = firstKey; key < firstKey + keyCount; key++) {
    cache.noteShard(cache.hash(bytes, starts[key]!, lengths[key]!, database));
  }
}
