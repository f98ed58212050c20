// Metrics as text that Prometheus reads, in one of two formats:
// - the text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats),
// - OpenMetrics 1.0.0 (github.com/OpenObservability/OpenMetrics).
// They differ in how types and units are said. Names, labels and numbers are the same, so that a series stays one
// whichever way it was asked for. The text is written metric by metric, so that who writes it can stop in between.

import type { MetricsFormat } from "../../contract/server.ts";
import {
  BOUNDS_SECONDS,
  type LabelledHistogram,
  type Metric,
  type MetricType,
  type WorkerSeries,
} from "./metric.ts";
import type { Snapshot } from "./snapshot.ts";
import { METRICS } from "./table.ts";

const TOTAL = "_total";
const INFO = "_info";

/** The bounds of buckets as they are written: as Go prints floats, so that both formats have the same. */
const BOUNDS: readonly string[] = BOUNDS_SECONDS.map(goFloat);

/** A float as Go's %g prints it: "1e-06", "0.000128". */
export function goFloat(value: number): string {
  if (value >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

/** Writes a snapshot as text, metric by metric. */
export class Exposition {
  readonly #facts: Snapshot;
  readonly #format: MetricsFormat;
  readonly #metrics: readonly Metric[];
  #at = 0;
  #text = "";
  /** The histogram whose parts are being written, and what is left of it. */
  #histogram: Metric | null = null;
  #parts: Iterator<LabelledHistogram> | null = null;

  constructor(facts: Snapshot, format: MetricsFormat, metrics: readonly Metric[] = METRICS) {
    this.#facts = facts;
    this.#format = format;
    this.#metrics = metrics;
  }

  /** Writes another metric, or of a histogram another part. Returns whether all are written. */
  step(): boolean {
    if (this.#parts !== null) this.#writePart();
    else this.#write(this.#metrics[this.#at++]!);
    if (this.#at < this.#metrics.length || this.#parts !== null) return false;
    if (this.#format === "openmetrics") this.#text += "# EOF\n";
    return true;
  }

  /** What is written. */
  get text(): string {
    return this.#text;
  }

  #writePart(): void {
    const { done, value } = this.#parts!.next();
    if (done === true) this.#parts = null;
    else this.#writeHistogram(this.#histogram!, value);
  }

  #write(metric: Metric): void {
    if (metric.histograms !== undefined) {
      this.#beginHistogram(metric, metric.histograms(this.#facts)[Symbol.iterator]());
      return;
    }
    const before = this.#text;
    const { name, labels, scale = 1 } = metric;
    const sample = (values: readonly string[], value: number) => {
      this.#text += `${name}${labelsOf(labels, values)} ${numberOf(value * scale)}\n`;
    };
    this.#text += this.#head(metric);
    const headed = this.#text;
    for (const { labels: values = [], read } of metric.series ?? []) {
      const value = read(this.#facts);
      if (value !== null) sample(values, value);
    }
    metric.each?.(this.#facts, sample);
    if (metric.workers !== undefined) this.#workers(metric.workers, sample);
    // A metric of which there is nothing is left out.
    if (this.#text === headed) this.#text = before;
  }

  #workers({ of, read }: WorkerSeries, take: (values: string[], value: number) => void): void {
    const facts = this.#facts;
    for (let actor = 0; actor < facts.region.geometry.actorCount; actor++) {
      if (of === "workers" && actor === 0) continue;
      if (of === "everybody" ? !facts.hasServed(actor) : !facts.serves(actor)) continue;
      take([actor === 0 ? "main" : String(actor)], read(facts, actor));
    }
  }

  /** Writes the first part and what comes before; nothing where there is no part. */
  #beginHistogram(metric: Metric, parts: Iterator<LabelledHistogram>): void {
    const { done, value } = parts.next();
    if (done === true) return;
    this.#text += this.#head(metric);
    this.#writeHistogram(metric, value);
    this.#histogram = metric;
    this.#parts = parts;
  }

  #writeHistogram(
    { name, labels }: Metric,
    [values, { upTo, count, sumSeconds }]: LabelledHistogram,
  ): void {
    const names = [...labels, "le"];
    for (const [i, bound] of BOUNDS.entries()) {
      this.#text += `${name}_bucket${labelsOf(names, [...values, bound])} ${upTo[i]!}\n`;
    }
    const shown = labelsOf(labels, values);
    this.#text += `${name}_bucket${labelsOf(names, [...values, "+Inf"])} ${count}\n` +
      `${name}_sum${shown} ${numberOf(sumSeconds)}\n${name}_count${shown} ${count}\n`;
  }

  #head(metric: Metric): string {
    const { type, unit, help } = metric;
    if (this.#format === "text") {
      const name = metric.name;
      return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${TEXT_TYPES[type]}\n`;
    }
    const name = familyOf(metric);
    const unitLine = unit === "" ? "" : `# UNIT ${name} ${unit}\n`;
    return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapedLabel(help)}\n`;
  }
}

/** Types of 0.0.4, which knows no facts that never change. */
const TEXT_TYPES: Readonly<Record<MetricType, string>> = {
  counter: "counter",
  gauge: "gauge",
  histogram: "histogram",
  info: "gauge",
};

/** OpenMetrics names a metric without the ending that its type gives its samples. */
function familyOf({ name, type }: Metric): string {
  const ending = type === "counter" ? TOTAL : type === "info" ? INFO : "";
  return name.slice(0, name.length - ending.length);
}

function labelsOf(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, i) => `${name}="${escapedLabel(values[i]!)}"`).join(",")}}`;
}

/** In 0.0.4 a help text has no quotation marks around it, so they stay as they are. */
function escapedHelp(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}

/** The value of a label, or a help text of OpenMetrics, so that it cannot end early. */
function escapedLabel(text: string): string {
  return escapedHelp(text).replace(/"/g, '\\"');
}

/** A number, rounded where a scale has left it with a long tail: 0.1 + 0.2 is 0.3. */
function numberOf(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15)));
}
