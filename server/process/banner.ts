// The message of a server that has started: its addresses, its capacity, its workers, its data dir. For people a
// few lines with a command to try; for programs the same facts as fields.

import { type Cache, readStats } from "../../cache/mod.ts";
import { authorityOf } from "../config/addresses.ts";
import type { Config } from "../config/config.ts";
import type { Listen } from "../contract/listen.ts";
import type { FieldsOf } from "../contract/log/events.ts";
import { formatSize } from "../config/units.ts";
import { VERSION } from "../config/version.ts";

/** The facts that it tells. */
export interface BannerFacts {
  readonly cache: Cache;
  readonly config: Config;
  readonly listens: readonly Listen[];
  readonly workers: number;
  readonly maxWorkers: number;
}

/** Schemes of addresses, without TLS and with it. */
const SCHEMES = {
  http: ["http", "https"],
  resp: ["redis", "rediss"],
  text: ["tcp", "tls"],
  memcache: ["memcached", "memcacheds"],
} as const;

/** What comes before the path of a Unix socket. */
const SOCKET_SCHEMES = { http: "", resp: "redis+", text: "", memcache: "memcached+" } as const;

/** The address of a listener as a client would write it. */
export function addressOf({ protocol, hostname, port, unixPath, cert }: Listen): string {
  if (unixPath !== undefined) return `${SOCKET_SCHEMES[protocol ?? "http"]}unix:${unixPath}`;
  const scheme = SCHEMES[protocol ?? "http"][cert === undefined ? 0 : 1];
  return `${scheme}://${authorityOf(hostname, port)}`;
}

/** Items take whole eighths of a slot. */
const ITEM_UNIT_BYTES = 32;

/** How many items of the configured average size the region holds. */
export function capacityItems({ cache, config }: BannerFacts): number {
  const { slabBytes, indexCapacity } = readStats(cache);
  const itemBytes = Math.ceil(config.averageItemBytes / ITEM_UNIT_BYTES) * ITEM_UNIT_BYTES;
  return Math.min(indexCapacity, Math.floor(slabBytes / itemBytes));
}

/** A browser opens no Unix socket. */
function hasDashboard({ config, listens }: BannerFacts): boolean {
  return config.dashboard !== "off" && listens[0]!.unixPath === undefined;
}

/** A few lines for people. */
export function bannerText(facts: BannerFacts): string {
  const { cache, config, listens, workers, maxWorkers } = facts;
  const { dataDir, fsync } = config;
  const memory = formatSize(config.memoryBytes);
  const items = capacityItems(facts).toLocaleString("en-US");
  const grows = maxWorkers > workers ? `, up to ${maxWorkers} under load` : "";
  const url = addressOf(listens[0]!);
  // The token itself is shown nowhere.
  const token = config.token === undefined ? "" : '-H "Authorization: Bearer $SLABKV_TOKEN" ';
  return [
    `slabkv ${VERSION}`,
    ...listens.map((listen) => `  listening  ${addressOf(listen)}`),
    `  memory     ${memory} in ${cache.shards.length} shards`,
    `  capacity   ${items} items of ${config.averageItemBytes} bytes`,
    `  workers    ${workers}${grows}`,
    ...dataDir === undefined ? [] : [`  data       ${dataDir}, --fsync ${fsync}`],
    ...hasDashboard(facts) ? [`  dashboard  ${url}/`] : [],
    `  try        curl ${token}-d '{"key":"k","value":"v"}' ${url}/put`,
  ].join("\n");
}

/** The same for programs. */
export function bannerFields(facts: BannerFacts): FieldsOf<"start"> {
  const { dataDir, fsync } = facts.config;
  return {
    version: VERSION,
    addresses: facts.listens.map(addressOf),
    memoryBytes: facts.config.memoryBytes,
    capacityItems: capacityItems(facts),
    workers: facts.workers,
    workersMax: facts.maxWorkers,
    ...dataDir === undefined ? {} : { dataDir, fsync },
  };
}
