// INFO beside that of a real redis-server: which sections there are when, and which fields. What is left
// out, and what only this server has, is listed here and in docs/operate.md.

import { assert, assertEquals } from "@std/assert";
import { RegionState } from "../../../../cache/mod.ts";
import { newCache } from "../../fixture.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

/** Fields of Redis 7.0 that mean nothing here, or that nobody knows. */
const LEFT_OUT = [
  "monotonic_clock multiplexing_api atomicvar_api gcc_version lru_clock executable config_file",
  "client_recent_max_input_buffer client_recent_max_output_buffer",
  "total_system_memory total_system_memory_human",
  "allocator_allocated allocator_active allocator_resident allocator_frag_ratio",
  "allocator_frag_bytes allocator_rss_ratio allocator_rss_bytes rss_overhead_ratio",
  "rss_overhead_bytes mem_fragmentation_ratio mem_fragmentation_bytes",
  "expired_stale_perc expired_time_cap_reached_count expire_cycle_cpu_milliseconds",
  "evicted_clients total_eviction_exceeded_time current_eviction_exceeded_time",
  "tracking_total_keys tracking_total_items tracking_total_prefixes total_reads_processed",
  "total_writes_processed reply_buffer_shrinks reply_buffer_expands",
  "used_cpu_sys_main_thread used_cpu_user_main_thread",
].join(" ").split(" ");

/** Fields that Redis does not have. */
const OWN = [
  "slabkv_version evicted_keys_memory evicted_keys_window clients_slow evicted_scripts scripts_ended lock_waits lock_timeouts",
  "failed_tokens overloads",
].join(" ").split(" ");

/** What INFO is asked for, and the sections that it shows. */
const NORMAL = "Server Clients Memory Persistence Stats Replication CPU Modules Errorstats " +
  "Cluster Keyspace";
const ALL = "Server Clients Memory Persistence Stats Replication CPU Modules Commandstats " +
  "Errorstats Latencystats Cluster Keyspace";
const SECTIONS: readonly (readonly [asked: string, shown: string])[] = [
  ["", NORMAL],
  ["default", NORMAL],
  ["all", ALL],
  ["Everything", ALL],
  ["cpu server", "Server CPU"],
  ["default commandstats", NORMAL.replace("Errorstats", "Commandstats Errorstats")],
  ["nosuch", ""],
  ["nosuch stats stats", "Stats"],
  ["ALL nosuch", ALL],
];

interface Talker {
  say(line: string): Promise<string>;
}

async function textOf(talker: Talker, asked: string): Promise<string> {
  return JSON.parse(await talker.say(`INFO ${asked}`.trim()));
}

/** The names of the fields of a section, or of all. */
function fieldsOf(text: string): string[] {
  const lines = text.split("\r\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.slice(0, line.indexOf(":")));
}

async function sectionsOf(talker: Talker): Promise<string[][]> {
  const found: string[][] = [];
  for (const [asked] of SECTIONS) {
    const text = await textOf(talker, asked);
    const names = [...text.matchAll(/^# (\w+)\r$/gm)].map(([, name]) => name);
    found.push([asked, names.join(" ")]);
  }
  return found;
}

Deno.test("INFO shows the sections that are asked for", async () => {
  assertEquals(await sectionsOf(new Speaker(newCache())), SECTIONS.map((pair) => [...pair]));
});

Deno.test({
  name: "redis-server shows the same sections, and the fields that are not left out",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    assertEquals(await sectionsOf(redis), SECTIONS.map((pair) => [...pair]));
    const cache = newCache();
    cache.region.state = RegionState.ready;
    const speaker = new Speaker(cache);
    const lists = /^(cmdstat_|errorstat_|latency_|db\d)/;
    const namesOf = async (talker: Talker) =>
      fieldsOf(await textOf(talker, "everything")).filter((name) => !lists.test(name));
    const [theirs, ours] = [await namesOf(redis), await namesOf(speaker)];
    assertEquals(theirs.filter((name) => !ours.includes(name)).toSorted(), LEFT_OUT.toSorted());
    assertEquals(ours.filter((name) => !theirs.includes(name)).toSorted(), OWN.toSorted());
    const shared = theirs.filter((name) => ours.includes(name));
    assertEquals(ours.filter((name) => theirs.includes(name)), shared);
  },
});

Deno.test("docs/operate.md lists what INFO leaves out and has of its own", async () => {
  const page = await Deno.readTextFile(new URL("../../../../docs/operate.md", import.meta.url));
  for (const name of [...LEFT_OUT, ...OWN]) {
    if (name.endsWith("_main_thread")) continue;
    assert(page.includes(`\`${name}\``), name);
  }
});
