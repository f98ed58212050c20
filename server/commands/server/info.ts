// INFO: facts about the server for tools and client libraries, as lines in sections. Numbers of the
// cache come from the region, those of other workers from the server facade.

import { readDatabases, readStats, storedDatabase } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { ServerRegion } from "../../contract/counters.ts";
import { REFUSAL_COUNTERS } from "../../contract/refusal_counters.ts";
import type { Reply } from "../../contract/reply.ts";
import type { ServerTotals } from "../../contract/server.ts";
import { VERSION } from "../../config/version.ts";
import type { CommandContext } from "../../contract/command.ts";
import { COMPATIBLE_VERSION } from "../compatible_version.ts";
import { later } from "../deferred_answer.ts";
import { answerText } from "../answer_text.ts";
import { tokenOf } from "../argument_text.ts";

type Fields = Readonly<Record<string, string | number>>;
type Section = (context: CommandContext, totals: ServerTotals) => Fields;

const DEFAULT_SECTIONS = [
  "Server",
  "Clients",
  "Memory",
  "Persistence",
  "Stats",
  "Replication",
  "Cluster",
  "Keyspace",
];

const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ["Server", server],
  ["Clients", clients],
  ["Memory", memory],
  ["Persistence", persistence],
  ["Stats", stats],
  ["Replication", replication],
  ["Commandstats", commandstats],
  ["Errorstats", errorstats],
  ["Cluster", () => ({ cluster_enabled: 0 })],
  ["Keyspace", keyspace],
]);

/** INFO [section ...]: lines of fields. */
export function info(context: CommandContext, args: Args, reply: Reply): void | Promise<void> {
  const wanted = Array.from({ length: args.count }, (_, i) => tokenOf(args, i));
  const all = wanted.includes("ALL") || wanted.includes("EVERYTHING");
  const normal = wanted.length === 0 || wanted.includes("DEFAULT");
  const names = [...SECTIONS.keys()].filter((name) =>
    all || normal && DEFAULT_SECTIONS.includes(name) || wanted.includes(name.toUpperCase())
  );
  return later(context, reply, async () => {
    const totals = await context.server.totals();
    answerText(
      names.map((name) => {
        const fields = SECTIONS.get(name)!(context, totals);
        const lines = Object.entries(fields).map(([field, value]) => `${field}:${value}\r\n`);
        return `# ${name}\r\n${lines.join("")}`;
      }).join("\r\n"),
      reply,
    );
  });
}

function server({ cache, server }: CommandContext): Fields {
  const uptime = Math.max(0, Math.floor((cache.now() - server.startedMs) / 1000));
  return {
    redis_version: COMPATIBLE_VERSION,
    slabkv_version: VERSION,
    redis_mode: "standalone",
    arch_bits: 64,
    process_id: Deno.pid,
    run_id: server.startedMs.toString(16).padStart(40, "0"),
    tcp_port: server.config.respPort ?? server.config.port,
    server_time_usec: cache.now() * 1000,
    uptime_in_seconds: uptime,
    uptime_in_days: Math.floor(uptime / 86400),
    hz: 4,
  };
}

function clients({ server }: CommandContext, totals: ServerTotals): Fields {
  return {
    connected_clients: totals.clients,
    maxclients: server.options()["maxclients"] ?? 0,
    blocked_clients: 0,
  };
}

function memory({ cache }: CommandContext): Fields {
  const { usedBytes, memoryBytes } = readStats(cache);
  return {
    used_memory: usedBytes,
    used_memory_human: human(usedBytes),
    used_memory_rss: Deno.memoryUsage().rss,
    used_memory_dataset: usedBytes,
    maxmemory: memoryBytes,
    maxmemory_human: human(memoryBytes),
    maxmemory_policy: "allkeys-lfu",
    mem_allocator: "slab",
  };
}

function human(bytes: number): string {
  const units = ["B", "K", "M", "G"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${units[unit]}`;
}

function persistence({ server }: CommandContext): Fields {
  return {
    loading: 0,
    rdb_changes_since_last_save: 0,
    rdb_bgsave_in_progress: 0,
    rdb_last_save_time: Math.floor(server.startedMs / 1000),
    rdb_last_bgsave_status: "ok",
    aof_enabled: 0,
    aof_rewrite_in_progress: 0,
  };
}

function stats({ cache }: CommandContext, totals: ServerTotals): Fields {
  const { region } = cache;
  const { evictions, windowEvictions, expirations } = readStats(cache);
  return {
    total_commands_processed: totals.calls.reduce((sum, count) => sum + count, 0),
    rejected_connections: region.total("clientsRefused"),
    expired_keys: expirations,
    evicted_keys: evictions,
    evicted_keys_window: windowEvictions,
    keyspace_hits: region.total("hits"),
    keyspace_misses: region.total("misses"),
    pubsub_channels: 0,
    pubsub_patterns: 0,
    latest_fork_usec: 0,
    total_error_replies: errorCount(region),
    lock_waits: region.total("lockWaits"),
    lock_timeouts: region.total("lockTimeouts"),
  };
}

function errorCount(region: ServerRegion): number {
  return REFUSAL_COUNTERS.reduce(
    (sum, row) => "code" in row ? sum + region.total(row.name) : sum,
    0,
  );
}

function replication(): Fields {
  return {
    role: "master",
    connected_slaves: 0,
    master_replid: "0".repeat(40),
    master_repl_offset: 0,
    repl_backlog_active: 0,
  };
}

function commandstats({ commands }: CommandContext, totals: ServerTotals): Fields {
  const fields: Record<string, string> = {};
  for (const { id, name } of commands) {
    const calls = totals.calls[id] ?? 0;
    const refused = totals.refused[id] ?? 0;
    if (calls === 0 && refused === 0) continue;
    const usec = Math.round(totals.tookUs[id] ?? 0);
    const each = calls === 0 ? "0.00" : (usec / calls).toFixed(2);
    fields[`cmdstat_${name.toLowerCase()}`] = `calls=${calls},usec=${usec},usec_per_call=${each},` +
      `rejected_calls=${refused},failed_calls=${totals.failed[id] ?? 0}`;
  }
  return fields;
}

/** Errors by their code, those that have not occurred left out. */
function errorstats({ cache: { region } }: CommandContext): Fields {
  const fields: Record<string, string> = {};
  for (const row of REFUSAL_COUNTERS) {
    const count = "code" in row ? region.total(row.name) : 0;
    if (count > 0) fields[`errorstat_${"code" in row && row.code || "OTHER"}`] = `count=${count}`;
  }
  return fields;
}

function keyspace({ cache }: CommandContext): Fields {
  const fields: Record<string, string> = {};
  const all = readDatabases(cache);
  for (let number = 0; number < all.length; number++) {
    const { items, itemsWithDeadline, deadlineSumMs } = all[storedDatabase(cache.region, number)]!;
    if (items === 0) continue;
    const leftMs = itemsWithDeadline === 0 ? 0 : deadlineSumMs / itemsWithDeadline - cache.now();
    const average = Math.max(0, Math.round(leftMs));
    fields[`db${number}`] = `keys=${items},expires=${itemsWithDeadline},avg_ttl=${average}`;
  }
  return fields;
}
