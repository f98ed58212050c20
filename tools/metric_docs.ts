/**
 * Writes docs/metrics.md from the table of metrics, server/observe/metrics/table.ts. With --check it only says whether
 * the page has to change.
 *
 * @module
 */

import { isMetric, type Metric } from "../server/observe/metrics/metric.ts";
import { type Section, SECTIONS } from "../server/observe/metrics/table.ts";
import { writePage } from "./made_page.ts";

const HEAD = `<!-- Made from server/observe/metrics/ by deno task metrics:docs. Change it there. -->

# Metrics

\`GET /metrics\` answers in the text format of Prometheus, version 0.0.4, or, where \`Accept\` asks for it as Prometheus does,
in OpenMetrics 1.0.0. Names, labels and numbers are the same in both. It needs the token where one is set, is answered
while data are loaded and while the breaker refuses all else, and any worker answers for all of them.
[How to collect and watch them](./operate.md#metrics) stands elsewhere.

\`slabkv_worker_…\` has a number for each worker, in the label \`worker\`: \`1\`, \`2\`… or \`main\`, the thread that answers
nobody. The same name without \`worker_\` is their sum, so never add up both. What a worker has counted stays when it is
replaced. Counters start at 0 with the process, but for positions in the log. Nothing that clients send becomes the value
of a label.

\`GET /stats/metrics\` has names, types, units and texts of this page as JSON. What stands in \`/stats\` and in \`INFO\` too
is named behind "Also"; there it may be in another unit.
`;

/** Longest line that the page is wrapped to, in characters. */
const MAX_CHARS = 120;

/** The page for this table. */
export function metricPage(sections: readonly Section[] = SECTIONS): string {
  const all = sections.flatMap(({ rows }) => rows.filter(isMetric));
  const sums = new Map(all.map(({ name, help }) => [name, help]));
  const parts = sections.map(({ title, rows }) => {
    const items = rows.filter(isMetric).map((metric) => wrapped(itemOf(metric, sums)));
    return `\n## ${title}\n\n${items.join("")}`;
  });
  return HEAD + parts.join("");
}

/** What is said of a metric. That of each worker is not said again where its sum has said it. */
function itemOf(metric: Metric, sums: ReadonlyMap<string, string>): string {
  const { name, type, help } = metric;
  const sum = name.replace("slabkv_worker_", "slabkv_");
  const text = sum !== name && sums.get(sum)?.startsWith(help)
    ? `${coded(sum)} of each worker.`
    : help;
  return [`- ${coded(name)}, ${type}: ${text}`, ...labelsOf(metric), ...elsewhereOf(metric)].join(
    " ",
  );
}

/** An item of a list in lines of no more than {@linkcode MAX_CHARS}. */
function wrapped(item: string): string {
  let text = "";
  let line = "";
  for (const word of item.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > MAX_CHARS) {
      text += `${line}\n`;
      line = ` `;
    }
    line += line === "" ? word : ` ${word}`;
  }
  return `${text}${line}\n`;
}

/** What each label may be. */
function labelsOf({ labels, series = [], workers, bound }: Metric): string[] {
  if (workers !== undefined || labels.length === 0) return [];
  const places = bound === undefined ? "" : `, of ${bound}`;
  if (labels.length > 1) return [`Labels: ${labels.map(coded).join(", ")}${places}.`];
  const values = [...new Set(series.map(({ labels: [value] = [] }) => value!))];
  const shown = values.length === 0 ? bound ?? "" : values.map(coded).join(", ");
  return [`Label ${coded(labels[0]!)}: ${shown}.`];
}

/** Where the same number stands. */
function elsewhereOf({ series = [], workers }: Metric): string[] {
  const stats = series.flatMap(({ stats }) => stats ?? []);
  const info = series.flatMap(({ info }) => info ?? []);
  const shown = stats.length > 3 ? [`${stats[0]!.split(".")[0]}.…`] : stats;
  if (workers?.stats !== undefined) shown.push(`workers.${workers.stats}`);
  const places = [...shown.map(coded), ...info.map((field) => `INFO ${coded(field)}`)];
  return places.length === 0 ? [] : [`Also ${places.join(", ")}.`];
}

function coded(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) await writePage("docs/metrics.md", "metrics:docs", () => metricPage());
