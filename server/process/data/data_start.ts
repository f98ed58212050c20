// The start of a server with a data dir: loader threads bring the data back while the workers refuse and
// main shows that it lives; from then on what changes is kept.

import type { Config } from "../../config/config.ts";
import type { ServerCache } from "../../contract/counters.ts";
import type { LatencyEventName } from "../../contract/metrics/latency.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import { DENO_FILE_SYSTEM } from "../../disk/file_system.ts";
import { type LoadFacts, loadFields, loadText } from "../../disk/loading/load_report.ts";
import type { Thread } from "../../disk/loading/loader_thread.ts";
import { StoredData } from "../../disk/loading/stored_data.ts";
import { Persistence } from "../../disk/persistence.ts";
import type { Log } from "../log/log.ts";
import { LoadLine, type Terminal } from "./load_line.ts";
import { loadProgress } from "../../contract/persistence/load_progress.ts";
import { MIB } from "../../config/units.ts";

const MAX_LOADERS = 8;

/** What bringing the data back works with. */
export interface DataStartParts {
  readonly cache: ServerCache;
  /** Where a bar may be drawn. */
  readonly terminal: Terminal | undefined;
  /** Where clients are refused meanwhile. */
  readonly addresses: readonly string[];
  /** Most loaders, and the actor of the first one. */
  readonly loaders: number;
  readonly firstActor: number;
  /** Starts a thread that runs `runLoader`. */
  readonly spawn: (name: string) => Thread;
  /** Hears what took how many milliseconds once the data are there. */
  readonly noteLatency: (name: LatencyEventName, ms: number) => void;
}

/** A start with a data dir. */
export class DataStart {
  readonly #stored: StoredData;
  readonly #config: Config;
  readonly #log: Log;

  private constructor(stored: StoredData, config: Config, log: Log) {
    this.#stored = stored;
    this.#config = config;
    this.#log = log;
  }

  /** Locks the data dir of a configuration and looks at it. Rejects where it cannot be used. */
  static async open(config: Config, startMs: number, log: Log): Promise<DataStart> {
    const { dataDir, recover } = config;
    const holder = { pid: Deno.pid, host: Deno.hostname(), startMs };
    const dir = dataDir!;
    const stored = await StoredData.open({ fs: DENO_FILE_SYSTEM, dir, recover, holder });
    for (const warning of stored.warnings) log.warn("data", warning);
    return new DataStart(stored, config, log);
  }

  /** How many loaders there may be on so many CPUs. */
  loaderLimit(cpus: number): number {
    return Math.max(1, Math.min(MAX_LOADERS, cpus));
  }

  /** Brings the data back, then begins to keep what changes. Rejects where that cannot be done. */
  async bringBack(parts: DataStartParts): Promise<Persistence> {
    const { cache, terminal, addresses, noteLatency, ...threads } = parts;
    const stored = this.#stored;
    const config = this.#config;
    const log = this.#log;
    const clock = () => performance.now();
    const syncEvent = config.fsync === "always" ? "aof-fsync-always" : "aof-fsync";
    const { bytes } = stored;
    if (bytes > 0) {
      const size = `${Math.ceil(bytes / MIB)} MiB of ${config.dataDir}`;
      const text = `loading ${size}; until then ${addresses.join(", ")} refuse`;
      log.info("loading", text, { bytes, addresses });
    }
    const line = new LoadLine(terminal, log, clock);
    const onProgress = () => {
      const progress = loadProgress(cache);
      if (progress !== null) line.show(progress);
    };
    const loaded = await stored.load({ cache, ...threads, onProgress, clock })
      .finally(() => line.end());
    report(loaded.facts, log);
    const status = new PersistenceStatus(cache.region);
    note(loaded.facts, status);
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
      took: (step, ms) => noteLatency(step === "write" ? "aof-write" : syncEvent, ms),
    }, loaded);
  }

  /** Gives the data dir up. */
  release(): Promise<void> {
    return this.#stored.release();
  }
}

function report(facts: LoadFacts, log: Log): void {
  log.info("load", loadText(facts), loadFields(facts));
  for (const { path, offset, reason } of facts.damage.noted) {
    const text = `skipped damage in ${path} at byte ${offset}: ${reason}`;
    log.warn("load-damage", text, { path, offset, reason });
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
