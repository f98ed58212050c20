// The fields of INFO that there always are. Those that Redis has and that mean something here have its
// names. Where nothing ever happens that a field counts, such as copying to a replica, it says so with a constant, since
// tools read it. docs/operate.md lists what is left out.

import { Topic } from "../../contract/messages/topic.ts";
import type { ServerTotals } from "../../contract/server.ts";
import { VERSION } from "../../config/version.ts";
import type { CommandContext } from "../../contract/command.ts";
import { InfoValues } from "../../observe/metrics/info_values.ts";
import { COMPATIBLE_VERSION } from "../compatible_version.ts";

/** The fields of a section, in their order. */
export type Fields = Readonly<Record<string, string | number>>;

/** What the table of metrics says of the same facts. */
export function valuesOf({ cache, server: { startedMs, config } }: CommandContext): InfoValues {
  return new InfoValues({ cache, startedMs, config });
}

/** Section Server. */
export function server(context: CommandContext): Fields {
  const { cache, server } = context;
  const uptime = valuesOf(context).number("uptime_in_seconds");
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
export function clients(context: CommandContext, totals: ServerTotals): Fields {
  return {
    connected_clients: totals.clients,
    cluster_connections: 0,
    maxclients: context.server.options()["maxclients"] ?? 0,
    blocked_clients: valuesOf(context).get("blocked_clients"),
    tracking_clients: totals.trackingClients,
    clients_in_timeout_table: 0,
  };
}

/** Section Memory. Used memory is what items take of the region. */
export function memory(context: CommandContext): Fields {
  const values = valuesOf(context);
  const scripts = context.server.scripts.cache;
  const luaBytes = values.number("used_memory_lua");
  const usedBytes = values.number("used_memory");
  const memoryBytes = values.number("maxmemory");
  const peakBytes = values.number("used_memory_peak");
  const rss = values.number("used_memory_rss");
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
    mem_clients_normal: values.get("mem_clients_normal"),
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
export function stats(context: CommandContext, totals: ServerTotals): Fields {
  const { messages, cache: { region } } = context;
  const values = valuesOf(context);
  return {
    total_connections_received: values.get("total_connections_received"),
    total_commands_processed: totals.calls.reduce((sum, count) => sum + count, 0),
    instantaneous_ops_per_sec: values.get("instantaneous_ops_per_sec"),
    total_net_input_bytes: values.get("total_net_input_bytes"),
    total_net_output_bytes: values.get("total_net_output_bytes"),
    total_net_repl_input_bytes: 0,
    total_net_repl_output_bytes: 0,
    instantaneous_input_kbps: kilobytes(region.gauge(0, "inputPerSecond")),
    instantaneous_output_kbps: kilobytes(region.gauge(0, "outputPerSecond")),
    instantaneous_input_repl_kbps: kilobytes(0),
    instantaneous_output_repl_kbps: kilobytes(0),
    rejected_connections: values.get("rejected_connections"),
    sync_full: 0,
    sync_partial_ok: 0,
    sync_partial_err: 0,
    expired_keys: values.get("expired_keys"),
    evicted_keys: values.get("evicted_keys"),
    evicted_keys_memory: values.get("evicted_keys_memory"),
    evicted_keys_window: values.get("evicted_keys_window"),
    clients_slow: values.get("clients_slow"),
    keyspace_hits: values.get("keyspace_hits"),
    keyspace_misses: values.get("keyspace_misses"),
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
    total_error_replies: values.get("total_error_replies"),
    dump_payload_sanitizations: 0,
    io_threaded_reads_processed: 0,
    io_threaded_writes_processed: 0,
    scripts_ended: values.get("scripts_ended"),
    evicted_scripts: values.get("evicted_scripts"),
    lock_waits: values.get("lock_waits"),
    lock_timeouts: values.get("lock_timeouts"),
    failed_tokens: values.get("failed_tokens"),
    overloads: values.get("overloads"),
  };
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
export function cpu(context: CommandContext): Fields {
  const { region } = context.cache;
  const values = valuesOf(context);
  const fields: Record<string, string | number> = {
    used_cpu_sys: values.get("used_cpu_sys"),
    used_cpu_user: values.get("used_cpu_user"),
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
