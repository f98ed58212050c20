// What more or less memory would bring: the curve that the server has learnt from sampled keys, the size that there is
// marked on it, the advice, and the same figures as a table.

import uPlot from "uplot";
import type { CurvePoint, MemoryCurve } from "../../server/observe/facts/memory_facts.ts";
import { byId, card, make, setText } from "../dom/elements.ts";
import { bytes, exact, percent } from "../dom/format.ts";
import { KeyedTable } from "../dom/table.ts";
import { axisIn, axisText } from "../charts/line_chart.ts";
import type { Palette } from "../charts/palette.ts";
import type { Page } from "../state/page.ts";

const EVERY_MS = 5000;
const TIMES: Readonly<Record<number, string>> = { 0.25: "\u00bc", 0.5: "\u00bd" };

function timesText(times: number): string {
  return `${TIMES[times] ?? times}\u00d7`;
}

/** How far an estimate may be off: twice its standard error, in points of a hundred. */
function spread({ times, error }: CurvePoint): string {
  return times === 1 ? "measured" : `${(error * 200).toFixed(1)} points`;
}

/** The curve. */
class CurveView {
  readonly #palette: Palette;
  readonly #advice = make("p");
  readonly #about = make("p", { class: "quiet" });
  readonly #box = make("div", { class: "plot", role: "img", "aria-label": "Hit ratio by memory" });
  readonly #table = new KeyedTable<CurvePoint>(
    "Hit ratio by memory",
    [
      { title: "Memory", text: ({ times }) => timesText(times) },
      { title: "Bytes", kind: "number", text: (point) => bytes(point.bytes) },
      { title: "Hit ratio", kind: "number", text: ({ hitRatio }) => percent(hitRatio) },
      { title: "Give or take", kind: "number", text: spread },
    ],
    ({ times }) => String(times),
    "Too few reads so far.",
  );
  #plot: uPlot | null = null;
  #points: readonly CurvePoint[] = [];

  constructor({ hints }: Page, palette: Palette) {
    this.#palette = palette;
    const text = "Hit ratio that a cache of another size would have, from a simulation of this " +
      "one's eviction on a sample of its keys.";
    const heading = hints.label("", text, "slabkv_memory_hit_ratio");
    setText(heading.querySelector("button")!, "how?");
    const both = make("div", { class: "two" }, this.#box, this.#table.element);
    const all = card("What would more memory bring", [heading], this.#advice, both, this.#about);
    byId("curve").append(all);
    new ResizeObserver(() => this.#fit()).observe(this.#box);
  }

  show({ points, advice, sampleRate, sampledReads }: MemoryCurve): void {
    this.#points = points;
    setText(this.#advice, advice);
    setText(
      this.#about,
      `From ${exact(sampledReads)} reads of one key in ${
        exact(Math.round(1 / (sampleRate || 1)))
      }.`,
    );
    this.#about.hidden = sampledReads === 0;
    this.#box.parentElement!.hidden = points.length === 0;
    this.#table.show(points);
    const words = points.map(({ times, hitRatio }) => `${times} times: ${percent(hitRatio)}`);
    this.#box.setAttribute("aria-label", `Hit ratio by memory. ${words.join(", ")}`);
    this.#draw();
  }

  recolour(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#draw();
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width > 0) this.#plot?.setSize({ width, height });
  }

  #draw(): void {
    if (this.#points.length === 0 || this.#box.clientWidth === 0) return;
    const times = this.#points.map((point) => point.times);
    const ratios = this.#points.map(({ hitRatio }) => hitRatio);
    const now = this.#points.map((point) => point.times === 1 ? point.hitRatio : null);
    const data: uPlot.AlignedData = [times, ratios, now];
    if (this.#plot === null) this.#plot = this.#make(data);
    else this.#plot.setData(data);
  }

  #make(data: uPlot.AlignedData): uPlot {
    const { clientWidth: width, clientHeight: height } = this.#box;
    const colour = (name: string) => this.#palette.colour(name);
    const axis = axisIn(this.#palette);
    return new uPlot(
      {
        width,
        height,
        padding: [12, 16, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, distr: 3, log: 2, range: [0.22, 4.6] }, y: { range: [0, 1] } },
        axes: [
          {
            ...axis,
            size: 18,
            gap: 4,
            splits: () => data[0] as number[],
            filter: (_, splits) => splits,
            values: (_, splits) => splits.map(timesText),
          },
          { ...axis, size: 54, values: (_, splits) => splits.map((at) => axisText(percent(at))) },
        ],
        series: [
          {},
          { stroke: colour("c1"), width: 2, points: { show: true, size: 5 } },
          { stroke: colour("c3"), width: 0, points: { show: true, size: 11, width: 2 } },
        ],
      },
      data,
      this.#box,
    );
  }
}

/** Shows the curve, and keeps it up to date. */
export function showCurve(page: Page, palette: Palette): { recolour(): void } {
  const view = new CurveView(page, palette);
  page.views.repeat("memory", EVERY_MS, async () => {
    const { memoryCurve } = await page.server.read<{ memoryCurve?: MemoryCurve | null }>("/stats");
    byId("curve").hidden = !memoryCurve;
    if (memoryCurve) view.show(memoryCurve);
  });
  return view;
}
