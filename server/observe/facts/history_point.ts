// The point of a history that live facts make: the server writes one down every few seconds, and the dashboard adds one with
// each event. Pure.

import type { HistorySeries } from "./history_facts.ts";
import type { LiveFacts } from "./live_facts.ts";

/** The value of each series; null where it is not known. */
export function historyPoint(facts: LiveFacts): Record<HistorySeries, number | null> {
  const { requestsPerSecond: requests, latency: { all }, memory } = facts;
  const { memory: evicted, window } = facts.evictionsPerSecond;
  return {
    httpPerSecond: requests.http,
    restPerSecond: requests.rest,
    websocketPerSecond: requests.websocket,
    respPerSecond: requests.resp,
    textPerSecond: requests.text,
    memcachePerSecond: requests.memcache,
    hitsPerSecond: facts.hitsPerSecond,
    missesPerSecond: facts.missesPerSecond,
    p50Us: all?.p50Us ?? null,
    p99Us: all?.p99Us ?? null,
    p999Us: all?.p999Us ?? null,
    usedBytes: memory.usedBytes,
    heldBytes: memory.heldBytes,
    rssBytes: memory.rssBytes,
    items: facts.items,
    memoryEvictionsPerSecond: evicted ?? 0,
    windowEvictionsPerSecond: window ?? 0,
    expirationsPerSecond: facts.expirationsPerSecond,
    lockWaitMsPerSecond: facts.lockWaitMsPerSecond,
    lagMs: Math.max(0, ...facts.workers.map(({ lagMs }) => lagMs)),
    usedCores: facts.cpu.usedCores,
    errorsPerSecond: facts.errorsPerSecond,
  };
}
