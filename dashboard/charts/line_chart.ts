// One chart over time on a card: lines by uPlot, a legend with the values at the cursor or the latest, a text for who
// cannot see it, and arrow keys that move the cursor and say what is there.

import uPlot from "uplot";
import { ARROWS, make, setText } from "../dom/elements.ts";
import { clockTime, isKnown } from "../dom/format.ts";
import type { Values } from "../state/series.ts";
import type { Palette } from "./palette.ts";

/** A line. */
export interface Line {
  readonly name: string;
  /** Name of its colour in the style sheet. */
  readonly colour: string;
  /** Whether what is below it is filled faintly. */
  readonly isArea?: boolean;
}

/** What a chart shows. */
export interface ChartKind {
  /** What stands over it: a heading with its hint. */
  readonly heading: HTMLElement;
  readonly title: string;
  readonly lines: readonly Line[];
  /** A value with its unit. */
  readonly format: (value: number | null | undefined) => string;
  /** From 0 to the greatest value, the same in bytes, from 0 to 1, or by powers of ten. */
  readonly scale: "zero" | "bytes" | "ratio" | "powers";
  /** Lines that are left out as long as they are 0. */
  readonly hidesZeros?: boolean;
}

const SYNC = "time";
/** How long a description stands. */
const DESCRIBED_MS = 5000;
/** Steps of the axis of time, in seconds: whole minutes. */
const MINUTES = [1, 2, 5, 10, 15, 30, 60].map((minutes) => minutes * 60);
/** Steps of an axis in bytes: powers of two. */
const BYTE_STEPS = Array.from({ length: 45 }, (_, i) => 2 ** i);

/** A chart. */
export class LineChart {
  readonly element: HTMLElement;
  readonly #kind: ChartKind;
  readonly #palette: Palette;
  readonly #say: (text: string) => void;
  readonly #box = make("div", { class: "plot", role: "img", tabindex: 0, ...ARROWS });
  readonly #legend: { readonly item: HTMLElement; readonly value: HTMLElement }[] = [];
  #plot: uPlot | null = null;
  #data: uPlot.AlignedData = [[]];
  #described = -DESCRIBED_MS;

  /** `say` is told what is at the cursor when that is moved by keys. */
  constructor(kind: ChartKind, palette: Palette, say: (text: string) => void) {
    this.#kind = kind;
    this.#palette = palette;
    this.#say = say;
    const legend = make("ul", { class: "legend" });
    for (const { name, colour } of kind.lines) {
      const swatch = make("span", { class: "line swatch" });
      swatch.style.setProperty("--swatch", `var(--${colour})`);
      const value = make("b");
      const item = make("li", {}, swatch, name, value);
      legend.append(item);
      this.#legend.push({ item, value });
    }
    this.element = make("figure", { class: "card" }, kind.heading, legend, this.#box);
    this.#box.setAttribute("aria-label", `${kind.title}: nothing known yet`);
    this.#box.addEventListener("keydown", (event) => this.#move(event));
    new ResizeObserver(() => this.#fit()).observe(this.#box);
  }

  /** Shows these values, times in seconds, between two times. */
  show(at: readonly number[], columns: readonly Values[], from: number, to: number): void {
    const isLog = this.#kind.scale === "powers";
    const lines = columns.map((values, i) => {
      const isIdle = this.#isIdle(values, i);
      return isLog || isIdle
        ? values.map((value) => value === null || value <= 0 ? null : value)
        : values;
    });
    this.#data = [at as number[], ...lines];
    if (this.#box.clientWidth === 0) return;
    this.#plot ??= this.#make();
    this.#plot.batch(() => {
      this.#plot!.setData(this.#data, false);
      this.#plot!.setScale("x", { min: from, max: to });
    });
    this.#name();
    this.#describe(to - from);
  }

  /** Draws anew with other colours. */
  recolour(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width > 0) this.#plot?.setSize({ width, height });
  }

  #make(): uPlot {
    const { lines, scale } = this.#kind;
    const { clientWidth: width, clientHeight: height } = this.#box;
    const axis = axisIn(this.#palette);
    return new uPlot(
      {
        width,
        height,
        padding: [6, 14, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: false, y: false },
          sync: { key: SYNC },
          points: { size: 6 },
        },
        scales: { x: { time: true }, y: rangeOf(scale) },
        axes: [
          {
            ...axis,
            size: 18,
            gap: 4,
            space: 44,
            incrs: MINUTES,
            grid: { show: false },
            values: "{HH}:{mm}",
          },
          this.#valueAxis(axis),
        ],
        series: [{}, ...lines.map((line) => this.#series(line))],
        hooks: { setCursor: [() => this.#name()] },
      },
      this.#data,
      this.#box,
    );
  }

  #valueAxis(axis: uPlot.Axis): uPlot.Axis {
    const { format, scale } = this.#kind;
    const isShown = (at: number) => scale !== "powers" || isPowerOfTen(at);
    const filter: uPlot.Axis.Filter = (_, splits) => splits.map((at) => isShown(at) ? at : null);
    return {
      ...axis,
      size: 60,
      gap: 6,
      space: 34,
      filter,
      grid: { ...axis.grid, filter },
      ...scale === "bytes" ? { incrs: BYTE_STEPS } : {},
      values: (_, splits) => splits.map((at) => at === null ? "" : axisText(format(at))),
    };
  }

  #series({ name, colour, isArea }: Line): uPlot.Series {
    const stroke = this.#palette.colour(colour);
    return {
      label: name,
      stroke,
      width: 1.5,
      points: { show: false },
      spanGaps: false,
      ...isArea ? { fill: stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.12)") } : {},
    };
  }

  /** Writes the values at the cursor, else the latest, into the legend. */
  #name(): void {
    const last = this.#data[0].length - 1;
    const index = this.#plot?.cursor.idx ?? last;
    this.#legend.forEach(({ item, value }, i) => {
      const column = this.#data[i + 1] ?? [];
      setText(value, this.#kind.format(column[index]));
      item.hidden = this.#isIdle(column, i);
    });
  }

  /** Whether a line is left out; the first one never is. */
  #isIdle(values: ArrayLike<number | null | undefined>, index: number): boolean {
    if (index === 0 || this.#kind.hidesZeros !== true) return false;
    return !Array.from(values).some((value) => isKnown(value) && value > 0);
  }

  /** Says in words what the picture shows; not at every point, nobody could listen to that. */
  #describe(seconds: number): void {
    const now = performance.now();
    if (now - this.#described < DESCRIBED_MS) return;
    const parts = this.#kind.lines.flatMap(({ name }, i) => {
      const known = (this.#data[i + 1] ?? []).filter(isKnown);
      if (known.length === 0 || this.#legend[i]!.item.hidden) return [];
      const { format } = this.#kind;
      let [low, high] = [known[0]!, known[0]!];
      for (const value of known) [low, high] = [Math.min(low, value), Math.max(high, value)];
      return [`${name} ${format(known.at(-1))}, between ${format(low)} and ${format(high)}`];
    });
    if (parts.length > 0) this.#described = now;
    const span = `last ${Math.round(seconds / 60)} minutes`;
    const text = `${this.#kind.title}, ${span}: ${parts.join("; ") || "nothing known"}`;
    this.#box.setAttribute("aria-label", text);
  }

  #move(event: KeyboardEvent): void {
    const plot = this.#plot;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[event.key];
    if (plot === null || step === undefined || this.#data[0].length === 0) return;
    event.preventDefault();
    const last = this.#data[0].length - 1;
    const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + step));
    const time = this.#data[0][index]!;
    plot.setCursor({ left: plot.valToPos(time, "x"), top: 10 });
    const values = this.#kind.lines.flatMap(({ name }, i) =>
      this.#legend[i]!.item.hidden
        ? []
        : [`${name} ${this.#kind.format(this.#data[i + 1]![index])}`]
    );
    this.#say(`${clockTime(time)}: ${values.join(", ")}`);
  }
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

/** What all axes have in common. */
export function axisIn(palette: Palette): uPlot.Axis {
  return {
    stroke: palette.colour("quiet"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: palette.colour("grid"), width: 1 },
    ticks: { show: false },
  };
}

/** A value on an axis, where zeros behind the point say nothing. */
export function axisText(text: string): string {
  return text.replace(/\.0+(?!\d)/, "");
}

function rangeOf(scale: ChartKind["scale"]): uPlot.Scale {
  if (scale === "ratio") return { range: [0, 1] };
  if (scale === "powers") {
    // Without a value there is no range, and an axis without marks.
    const range: uPlot.Range.Function = (_, min, max) =>
      isKnown(min) && isKnown(max) ? uPlot.rangeLog(min, max, 10, true) : [1, 1000];
    return { distr: 3, log: 10, range };
  }
  return { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] };
}
