// How long commands take, by group since the start, and those that took longest lately. Two tables, asked for while
// they are seen.

import type { GroupLatency, LatencyAnswer, SlowFacts } from "../../server/observe/facts/answers.ts";
import { byId, card, make, scrolling, setText } from "../dom/elements.ts";
import { clockTime, exact, micros, millis, short } from "../dom/format.ts";
import { KeyedTable } from "../dom/table.ts";
import { visible } from "../dom/visible.ts";
import type { Page } from "../state/page.ts";

const EVERY_MS = 2000;
const COUNT = 100;

type Group = readonly [name: string, latency: GroupLatency];
type Slow = SlowFacts["commands"][number];

/** Shows both. */
export function showLatency(page: Page): void {
  showGroups(page);
  showSlow(page);
}

function showGroups({ server, views }: Page): void {
  const about = make("span", { class: "quiet" });
  const time = (title: string, field: keyof GroupLatency) => ({
    title,
    kind: "number" as const,
    text: ([, latency]: Group) => micros(latency[field]),
  });
  const table = new KeyedTable<Group>(
    "Latency by group",
    [
      { title: "Group", text: ([name]) => name },
      { title: "Commands", kind: "number", text: ([, { count }]) => short(count) },
      time("Mean", "meanUs"),
      time("p50", "p50Us"),
      time("p90", "p90Us"),
      time("p99", "p99Us"),
      time("p99.9", "p999Us"),
      time("Longest", "maxUs"),
    ],
    ([name]) => name,
    "No command has run.",
  );
  byId("groups").append(
    card("Latency since the start", [about], scrolling("Latency by group", table.element)),
  );
  views.repeat("latency", EVERY_MS, async () => {
    const { groups, lockWaits, lagMs } = await server.read<LatencyAnswer>("/stats/latency");
    const waits = `${exact(lockWaits.count)} lock waits, ${millis(lockWaits.totalMs)} in all`;
    setText(about, `${waits}; event loops ${millis(lagMs.now)} behind`);
    const rows = Object.entries(groups).sort(([, a], [, b]) => b.count - a.count);
    table.show(rows);
  });
}

function showSlow({ server, views }: Page): void {
  const about = make("span", { class: "quiet" });
  const table = new KeyedTable<Slow>(
    "Slow commands",
    [
      { title: "At", text: ({ atSeconds }) => clockTime(atSeconds) },
      { title: "Took", kind: "number", text: ({ tookUs }) => micros(tookUs) },
      {
        title: "Command",
        kind: "name",
        text: ({ words }) => words.join(" "),
        node: ({ words }) => visible(words.join(" ")),
      },
      {
        title: "Client",
        kind: "name",
        text: ({ address, clientName }) => `${address} ${clientName}`.trim(),
        node: ({ address, clientName }) => visible(`${address} ${clientName}`.trim(), 60),
      },
    ],
    ({ id, atSeconds }) => `${id} ${atSeconds}`,
    "No command was slow.",
  );
  byId("slow").append(card("Slow commands", [about], scrolling("Slow commands", table.element)));
  views.repeat("latency", EVERY_MS, async () => {
    const { slowerThanUs, commands } = await server.read<SlowFacts>(`/stats/slow?count=${COUNT}`);
    setText(about, slowerThanUs < 0 ? "not kept" : `those of ${micros(slowerThanUs)} and more`);
    table.show(commands);
  });
}
