// INFO: facts about the server for tools and client libraries, as lines in sections. Which sections are
// wanted, and those that are lists; the others stand in info_fields.ts.

import { readDatabases, storedDatabase } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import { REFUSAL_COUNTERS } from "../../contract/refusal_counters.ts";
import type { Reply } from "../../contract/reply.ts";
import type { ServerTotals } from "../../contract/server.ts";
import type { CommandContext } from "../../contract/command.ts";
import { later } from "../deferred_answer.ts";
import { answerText } from "../answer_text.ts";
import { tokenOf } from "../argument_text.ts";
import { clients, cpu, type Fields, memory, replication, server, stats } from "./info_fields.ts";
import { persistence } from "./info_persistence.ts";
import { latencyFields } from "./latency_histograms.ts";

type Section = (context: CommandContext, totals: ServerTotals) => Fields;

/** Sections that are shown only when they, or all, are asked for. */
const RARE: ReadonlySet<string> = new Set(["Commandstats", "Latencystats"]);

const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ["Server", server],
  ["Clients", clients],
  ["Memory", memory],
  ["Persistence", persistence],
  ["Stats", stats],
  ["Replication", replication],
  ["CPU", cpu],
  ["Modules", () => ({})],
  ["Commandstats", commandstats],
  ["Errorstats", errorstats],
  ["Latencystats", latencystats],
  ["Cluster", () => ({ cluster_enabled: 0 })],
  ["Keyspace", keyspace],
]);

/** INFO [section ...]: lines of fields. */
export function info(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const wanted = Array.from({ length: args.count }, (_, i) => tokenOf(args, i));
  const all = wanted.includes("ALL") || wanted.includes("EVERYTHING");
  const normal = wanted.length === 0 || wanted.includes("DEFAULT");
  const names = [...SECTIONS.keys()].filter((name) =>
    all || normal && !RARE.has(name) || wanted.includes(name.toUpperCase())
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

function latencystats(
  { commands, server }: CommandContext,
  { latency }: ServerTotals,
): Fields {
  const percentiles = server.options()["latency-tracking-info-percentiles"] ?? "";
  return latencyFields(commands, latency, percentiles);
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
