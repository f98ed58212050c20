// Metrics of the server as a whole and of its process: version, state, time, memory and CPU. Rows of the table; what
// the region knows of each thread is in counter_rows.ts.

import { heldBytesOf } from "../../contract/counters.ts";
import { BUILD, VERSION } from "../../config/version.ts";
import { SERVER_STATES, serverState } from "../server_state.ts";
import { counter, gauge, type Metric, type Row, states } from "./metric.ts";

const BUILD_INFO: Metric = {
  name: "slabkv_build_info",
  type: "info",
  unit: "",
  help: "Version of slabkv and of Deno, commit, and how the program was built; always 1.",
  labels: ["version", "commit", "build", "deno"],
  series: [{
    labels: [VERSION, BUILD.commit, BUILD.how, Deno.version.deno],
    read: () => 1,
  }],
};

/** What the server is, in the order of /stats. */
export const SERVER_ROWS: readonly Row[] = [
  BUILD_INFO,
  { stats: "version", read: () => VERSION },
  { stats: "state", read: ({ region }) => serverState(region) },
  states(
    "slabkv_state",
    "What the server is doing, as /ready says: 1 of the state that it is in, 0 of the others.",
    SERVER_STATES,
    ({ region }) => serverState(region),
  ),
  {
    stats: "uptimeSeconds",
    info: "uptime_in_seconds",
    read: ({ uptimeMs }) => Math.floor(uptimeMs / 1000),
  },
  gauge(
    "slabkv_start_time_seconds",
    "seconds",
    "When the process started, in seconds since 1970.",
    ({ startedMs }) => startedMs / 1000,
  ),
];

/** What the process takes. */
export const PROCESS_ROWS: readonly Row[] = [
  gauge(
    "slabkv_workers",
    "",
    "Workers that serve.",
    ({ region }) => region.gaugeTotal("serving"),
  ),
  gauge(
    "slabkv_resident_memory_bytes",
    "bytes",
    "Memory of the process that is resident (RSS), that part of the region included which was ever used.",
    () => Deno.memoryUsage().rss,
    { info: "used_memory_rss" },
  ),
  gauge(
    "slabkv_held_bytes",
    "bytes",
    "What clients make all workers hold of `--body-memory`: bodies, answers, what is queued, watched and waited for.",
    ({ region }) => heldBytesOf(region),
    { info: "mem_clients_normal" },
  ),
  {
    ...counter("slabkv_cpu_seconds_total", "seconds", "CPU time of the process.", () => null),
    labels: ["mode"],
    scale: 1e-6,
    series: [
      { labels: ["user"], read: ({ cpu }) => cpu.user },
      { labels: ["system"], read: ({ cpu }) => cpu.system },
    ],
  },
  { info: "used_cpu_user", read: ({ cpu }) => (cpu.user / 1e6).toFixed(6) },
  { info: "used_cpu_sys", read: ({ cpu }) => (cpu.system / 1e6).toFixed(6) },
];
