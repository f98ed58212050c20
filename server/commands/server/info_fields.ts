// The fields of INFO that there always are. Those that Redis has and that mean something here have its
// names. Where nothing ever happens that a field counts, such as copying to a replica, it says so with a constant, since
// tools read it. docs/operate.md lists what is left out.

import process from "node:process";
import { readStats } from "../../../cache/mod.ts";
import { heldBytesOf, MEMORY_STEP_BYTES, type ServerRegion } from "../../contract/counters.ts";
import { Topic } from "../../contract/messages/topic.ts";
import { REFUSAL_COUNTERS } from "../../contract/refusal_counters.ts";
import type { ServerTotals } from "../../contract/server.ts";
import { VERSION } from "../../config/version.ts";
import type { CommandContext } from "../../contract/command.ts";
import { COMPATIBLE_VERSION } from "../compatible_version.ts";

/** The fields of a section, in their order. */
export type Fields = Readonly<Record<string, string | number>>;

/** Section Server. */
export function server({ cache, server }: CommandContext): Fields {
  const uptime = Math.max(0, Math.floor((cache.now() - server.startedMs) / 1000));
  return {
    redis_version: COMPATIBLE_VERSION,
    slabkv_version: VERSION,
    redis_git_sha1: "00000000",
    redis_git_dirty: 0,
    redis_build_id: VERSION,
    redis_mode: "standalone",
    os: `${Deno.build.os} ${Deno.build.arch}`,
    arch_bits: 64,
    process_id: Deno.pid,
    process_supervised: "no",
    run_id: server.startedMs.toString(16).padStart(40, "0"),
    tcp_port: server.config.respPort ?? server.config.port,
    server_time_usec: cache.now() * 1000,
    uptime_in_seconds: uptime,
    uptime_in_days: Math.floor(uptime / 86400),
    hz: 4,
    configured_hz: 4,
    io_threads_active: 0,
  };
}

/** Section Clients. */
export function clients({ cache, server }: CommandContext, totals: ServerTotals): Fields {
  return {
    connected_clients: totals.clients,
    cluster_connections: 0,
    maxclients: server.options()["maxclients"] ?? 0,
    blocked_clients: cache.region.gaugeTotal("blockedClients"),
    tracking_clients: totals.trackingClients,
    clients_in_timeout_table: 0,
  };
}

/** Section Memory. Used memory is what items take of the region. */
export function memory({ cache, server }: CommandContext): Fields {
  const { region } = cache;
  const luaBytes = region.gaugeTotal("luaKib") * 1024;
  const scripts = server.scripts.cache;
  const { usedBytes, memoryBytes } = readStats(cache);
  const peakBytes = Math.max(usedBytes, region.gauge(0, "peakBytes") * MEMORY_STEP_BYTES);
  const { rss } = Deno.memoryUsage();
  return {
    used_memory: usedBytes,
    used_memory_human: human(usedBytes),
    used_memory_rss: rss,
    used_memory_rss_human: human(rss),
    used_memory_peak: peakBytes,
    used_memory_peak_human: human(peakBytes),
    used_memory_peak_perc: percent(usedBytes, peakBytes),
    used_memory_overhead: 0,
    used_memory_startup: 0,
    used_memory_dataset: usedBytes,
    used_memory_dataset_perc: percent(usedBytes, usedBytes),
    used_memory_lua: luaBytes,
    used_memory_vm_eval: luaBytes,
    used_memory_lua_human: human(luaBytes),
    used_memory_scripts_eval: scripts.heldBytes,
    number_of_cached_scripts: scripts.size,
    number_of_functions: 0,
    number_of_libraries: 0,
    used_memory_vm_functions: 0,
    used_memory_vm_total: luaBytes,
    used_memory_vm_total_human: human(luaBytes),
    used_memory_functions: 0,
    used_memory_scripts: scripts.heldBytes,
    used_memory_scripts_human: human(scripts.heldBytes),
    maxmemory: memoryBytes,
    maxmemory_human: human(memoryBytes),
    maxmemory_policy: "allkeys-lfu",
    mem_not_counted_for_evict: 0,
    mem_replication_backlog: 0,
    mem_total_replication_buffers: 0,
    mem_clients_slaves: 0,
    mem_clients_normal: heldBytesOf(region),
    mem_cluster_links: 0,
    mem_aof_buffer: 0,
    mem_allocator: "slab",
    active_defrag_running: 0,
    lazyfree_pending_objects: 0,
    lazyfreed_objects: 0,
  };
}

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : 100 * part / whole).toFixed(2)}%`;
}

function human(bytes: number): string {
  const units = ["B", "K", "M", "G"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${units[unit]}`;
}

/** Section Stats. Connections and bytes are those of the Redis and text protocols. */
export function stats({ cache, messages }: CommandContext, totals: ServerTotals): Fields {
  const { region } = cache;
  const { evictions, windowEvictions, expirations } = readStats(cache);
  return {
    total_connections_received: region.total("connections"),
    total_commands_processed: totals.calls.reduce((sum, count) => sum + count, 0),
    instantaneous_ops_per_sec: region.gauge(0, "requestsPerSecond"),
    total_net_input_bytes: region.total("inputBytes"),
    total_net_output_bytes: region.total("outputBytes"),
    total_net_repl_input_bytes: 0,
    total_net_repl_output_bytes: 0,
    instantaneous_input_kbps: kilobytes(region.gauge(0, "inputPerSecond")),
    instantaneous_output_kbps: kilobytes(region.gauge(0, "outputPerSecond")),
    instantaneous_input_repl_kbps: kilobytes(0),
    instantaneous_output_repl_kbps: kilobytes(0),
    rejected_connections: region.total("clientsRefused"),
    sync_full: 0,
    sync_partial_ok: 0,
    sync_partial_err: 0,
    expired_keys: expirations,
    evicted_keys: evictions,
    evicted_keys_memory: evictions - windowEvictions,
    evicted_keys_window: windowEvictions,
    clients_slow: region.total("clientsSlow"),
    keyspace_hits: region.total("hits"),
    keyspace_misses: region.total("misses"),
    pubsub_channels: messages.topicCount(Topic.channel),
    pubsub_patterns: messages.topicCount(Topic.pattern),
    pubsubshard_channels: messages.topicCount(Topic.shardChannel),
    latest_fork_usec: 0,
    total_forks: 0,
    migrate_cached_sockets: 0,
    slave_expires_tracked_keys: 0,
    active_defrag_hits: 0,
    active_defrag_misses: 0,
    active_defrag_key_hits: 0,
    active_defrag_key_misses: 0,
    total_active_defrag_time: 0,
    current_active_defrag_time: 0,
    unexpected_error_replies: 0,
    total_error_replies: errorCount(region),
    dump_payload_sanitizations: 0,
    io_threaded_reads_processed: 0,
    io_threaded_writes_processed: 0,
    scripts_ended: region.total("scriptsEnded"),
    evicted_scripts: region.total("scriptsEvicted"),
    lock_waits: region.total("lockWaits"),
    lock_timeouts: region.total("lockTimeouts"),
    failed_tokens: region.total("failedTokens"),
    overloads: region.total("overloads"),
  };
}

function errorCount(region: ServerRegion): number {
  return REFUSAL_COUNTERS.reduce(
    (sum, row) => "code" in row ? sum + region.total(row.name) : sum,
    0,
  );
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(2);
}

/** Section Replication: there is none. */
export function replication(): Fields {
  return {
    role: "master",
    connected_slaves: 0,
    master_failover_state: "no-failover",
    master_replid: "0".repeat(40),
    master_replid2: "0".repeat(40),
    master_repl_offset: 0,
    second_repl_offset: -1,
    repl_backlog_active: 0,
    repl_backlog_size: 0,
    repl_backlog_first_byte_offset: 0,
    repl_backlog_histlen: 0,
  };
}

/**
 * Section CPU: the process, main and each worker. The time of main and the workers is that of their
 * threads; what is left has gone to the threads of V8 and Deno.
 */
export function cpu({ cache: { region } }: CommandContext): Fields {
  const { user, system } = process.cpuUsage();
  const fields: Record<string, string> = {
    used_cpu_sys: seconds(system / 1e6),
    used_cpu_user: seconds(user / 1e6),
    used_cpu_sys_children: seconds(0),
    used_cpu_user_children: seconds(0),
  };
  for (let actor = 0; actor < region.geometry.actorCount; actor++) {
    if (region.gauge(actor, "serving") === 0) continue;
    const thread = actor === 0 ? "main_thread" : `worker_${actor}`;
    fields[`used_cpu_sys_${thread}`] = seconds(region.gauge(actor, "cpuSystem") / 100);
    fields[`used_cpu_user_${thread}`] = seconds(region.gauge(actor, "cpuUser") / 100);
  }
  return fields;
}

function seconds(count: number): string {
  return count.toFixed(6);
}
