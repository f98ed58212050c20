// The start of a server with a data dir: loader threads bring the data back while the workers refuse and
// main shows that it lives; from then on what changes is kept.

import type { Config } from "../../config/config.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import { DENO_FILE_SYSTEM } from "../../disk/file_system.ts";
import { type LoadFacts, loadFields, loadText } from "../../disk/loading/load_report.ts";
import type { Thread } from "../../disk/loading/loader_thread.ts";
import { StoredData } from "../../disk/loading/stored_data.ts";
import { Persistence } from "../../disk/persistence.ts";
import { Liveness } from "../liveness.ts";
import type { Log } from "../log.ts";

const MAX_LOADERS = 8;
const BEAT_MS = 250;

/** How many loaders there may be on so many CPUs. */
export function loaderLimit(cpus: number): number {
  return Math.max(1, Math.min(MAX_LOADERS, cpus));
}

/** Locks the data dir of a configuration and looks at it; null without one. */
export async function openData(
  { dataDir: dir, recover }: Config,
  startMs: number,
  log: Log,
): Promise<StoredData | null> {
  if (dir === undefined) return null;
  const holder = { pid: Deno.pid, host: Deno.hostname(), startMs };
  const stored = await StoredData.open({ fs: DENO_FILE_SYSTEM, dir, recover, holder });
  for (const warning of stored.warnings) log.warn("data", warning);
  return stored;
}

/** What a start with a data dir works with. */
export interface DataStart {
  readonly stored: StoredData;
  readonly cache: ServerCache;
  readonly config: Config;
  readonly log: Log;
  /** Most loaders, and the actor of the first one. */
  readonly loaders: number;
  readonly firstActor: number;
  /** Starts a thread that runs `runLoader`. */
  readonly spawn: (name: string) => Thread;
}

/** Brings the data back, then begins to keep what changes. Rejects where that cannot be done. */
export async function bringBack(start: DataStart): Promise<Persistence> {
  const { stored, cache, config, log, ...threads } = start;
  Liveness.beat(cache.region, 0);
  const timer = setInterval(() => Liveness.beat(cache.region, 0), BEAT_MS);
  try {
    const clock = () => performance.now();
    const loaded = await stored.load({ cache, ...threads, onProgress: () => {}, clock });
    const { facts } = loaded;
    log.info("load", loadText(facts), loadFields(facts));
    for (const { path, offset, reason } of facts.damage.noted) {
      log.warn("load", `skipped damage in ${path} at byte ${offset}: ${reason}`);
    }
    const status = new PersistenceStatus(cache.region);
    note(facts, status);
    return await Persistence.begin({
      cache,
      config,
      fs: DENO_FILE_SYSTEM,
      dir: config.dataDir!,
      release: () => stored.release(),
      status,
      log,
      now: Date.now,
      clock,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }, loaded);
  } finally {
    clearInterval(timer);
  }
}

function note(
  { items, evicted, tornBytes, damage, ms, snapshot }: LoadFacts,
  status: PersistenceStatus,
) {
  status.set("loadedItems", items);
  status.set("loadEvicted", evicted);
  status.set("loadSkipped", tornBytes + damage.bytes);
  status.set("loadMs", ms);
  if (snapshot !== null) status.set("lastSave", snapshot.timeMs / 1000);
}
