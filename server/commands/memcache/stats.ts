// The lines of `stats`, under memcached's names, from what the server counts for everybody: hits and items are those of all
// protocols together.

import process from "node:process";
import { readStats } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { MemcacheReply } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, Style } from "../../contract/memcache/request.ts";
import type { ServerTotals } from "../../contract/server.ts";
import { tokenOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { commandOf } from "../table.ts";
import { MEMCACHED_VERSION } from "./version.ts";

/** Names and values, in their order. */
type Lines = Readonly<Record<string, string | number>>;

/** stats, and what may follow it. */
export function statLines(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void | Promise<number | void> {
  const what = args.count === 0 ? "" : tokenOf(args, 0).toLowerCase();
  if (what === "reset") {
    reply.detach();
    return later(context, reply, async () => {
      await context.server.resetStats();
      reply.status("RESET");
    });
  }
  if (what === "settings") return answer(settings(context), reply);
  // Items lie in no classes of sizes here, so there is nothing to say of those.
  if (what === "items" || what === "slabs" || what === "sizes") return answer({}, reply);
  // A frame that is well-formed has no status yet to be refused by.
  if (what !== "") {
    return request.style === Style.binary ? reply.noItem(null) : reply.refuse("ERROR");
  }
  reply.detach();
  return later(context, reply, async () => {
    const totals = await context.server.totals();
    answer(general(context, totals), reply);
  });
}

function answer(lines: Lines, reply: MemcacheReply): void {
  for (const [name, value] of Object.entries(lines)) reply.stat(name, String(value));
  reply.statEnd();
}

function general({ cache, server }: CommandContext, totals: ServerTotals): Lines {
  const { region } = cache;
  const { usedBytes, memoryBytes, items } = readStats(cache);
  const { user, system } = process.cpuUsage();
  const calls = (...names: string[]) =>
    names.reduce((sum, name) => sum + totals.calls[commandOf(name).id]!, 0);
  const hits = region.total("hits");
  const misses = region.total("misses");
  return {
    pid: Deno.pid,
    uptime: Math.max(0, Math.floor((cache.now() - server.startedMs) / 1000)),
    time: Math.floor(cache.now() / 1000),
    version: MEMCACHED_VERSION,
    pointer_size: 64,
    rusage_user: (user / 1e6).toFixed(6),
    rusage_system: (system / 1e6).toFixed(6),
    max_connections: server.config.maxConnections,
    curr_connections: totals.clients,
    total_connections: region.total("connections"),
    rejected_connections: region.total("clientsRefused"),
    cmd_get: hits + misses,
    cmd_set: region.total("puts"),
    cmd_flush: calls("FLUSHDB", "FLUSHALL"),
    cmd_touch: calls("EXPIRE", "GETEX"),
    get_hits: hits,
    get_misses: misses,
    delete_hits: region.total("deletes"),
    auth_cmds: calls("AUTH"),
    bytes_read: region.total("inputBytes"),
    bytes_written: region.total("outputBytes"),
    limit_maxbytes: memoryBytes,
    accepting_conns: 1,
    threads: workers(cache.region),
    bytes: usedBytes,
    curr_items: items,
    total_items: region.total("puts"),
    evictions: readStats(cache).evictions,
    expirations: readStats(cache).expirations,
  };
}

function workers(region: CommandContext["cache"]["region"]): number {
  let count = 0;
  for (let actor = 1; actor < region.geometry.actorCount; actor++) {
    count += region.gauge(actor, "serving");
  }
  return count;
}

function settings({ cache, server: { config } }: CommandContext): Lines {
  return {
    maxbytes: readStats(cache).memoryBytes,
    maxconns: config.maxConnections,
    tcpport: config.memcachePort ?? 0,
    udpport: 0,
    inter: config.host,
    verbosity: 0,
    evictions: "on",
    num_threads: workers(cache.region),
    cas_enabled: "yes",
    auth_enabled_sasl: config.token === undefined ? "no" : "yes",
    auth_enabled_ascii: config.token === undefined ? "no" : "yes",
    item_size_max: config.maxValueBytes,
    flush_enabled: "yes",
    dump_enabled: "no",
    binding_protocol: "auto-negotiate",
  };
}
