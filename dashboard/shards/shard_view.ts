// The picture of every shard: a square of sampled slots each, in the order of addresses, so that one can watch it fill,
// scatter and evict. Arrow keys go from shard to shard; a table says the same in numbers.

import type { ShardFacts, ShardPicture } from "../../server/observe/facts/memory_facts.ts";
import type { Palette } from "../charts/palette.ts";
import {
  ARROWS,
  byId,
  card,
  make,
  scrolling,
  segmentBox,
  segments,
  setText,
} from "../dom/elements.ts";
import { bytes, exact, percent, plural, short } from "../dom/format.ts";
import { type Column, KeyedTable } from "../dom/table.ts";
import type { Page } from "../state/page.ts";
import { type Look, LOOKS, partsOf } from "./cell_colours.ts";

const EVERY_MS = 1000;
const SLOT_BYTES = 256;
const GAP = 8;
const MAX_GAP = 24;
const LABEL = 14;
const MIN_CELL = 6;
const MAX_CELL = 12;
/** Shards beyond which their numbers are not written. */
const MAX_LABELS = 256;

/** Where squares stand on the canvas. */
interface Layout {
  readonly side: number;
  readonly cell: number;
  readonly across: number;
  readonly wide: number;
  readonly high: number;
}

/** The picture and what belongs to it. */
export class ShardView {
  readonly #palette: Palette;
  readonly #canvas = make("canvas", {
    role: "img",
    tabindex: 0,
    "aria-label": "Shards",
    ...ARROWS,
  });
  readonly #legend = make("ul", { class: "legend" });
  readonly #reading = make("p", { class: "reading", "aria-live": "polite" });
  readonly #about = make("span", { class: "quiet" });
  readonly #table: KeyedTable<ShardPicture>;
  #look = LOOKS[0]!;
  #facts: ShardFacts | null = null;
  #layout: Layout | null = null;
  #chosen = -1;

  constructor({ server, views }: Page, palette: Palette) {
    this.#palette = palette;
    const looks = segmentBox("What the picture shows");
    const names = LOOKS.map(({ id, name }) => [id, name] as const);
    segments(looks, "look", names, "slots", (id) => {
      this.#look = LOOKS.find((look) => look.id === id)!;
      this.draw();
    });
    this.#table = new KeyedTable(
      "Shards",
      columns(() => this.#facts),
      ({ shard }) => String(shard),
      "No shards.",
    );
    const details = make(
      "details",
      {},
      make("summary", {}, "The same in numbers"),
      scrolling("Shards in numbers", this.#table.element),
    );
    details.addEventListener("toggle", () => this.#fillTable(details.open));
    const picture = make("div", { class: "picture" }, this.#canvas);
    byId("shards").append(
      card("Shards", [this.#about, looks], this.#legend, picture, this.#reading, details),
    );
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerleave", () => this.#choose(-1));
    new ResizeObserver(() => this.draw()).observe(picture);
    views.repeat("memory", EVERY_MS, async () => {
      this.#facts = await server.read<ShardFacts>("/stats/shards");
      this.draw();
      this.#fillTable(details.open);
    });
  }

  #fillTable(isOpen: boolean): void {
    if (isOpen) this.#table.show(this.#facts?.shards ?? []);
  }

  /** Draws what is known by now. */
  draw(): void {
    const facts = this.#facts;
    const { clientWidth } = this.#canvas.parentElement!;
    if (facts === null || clientWidth === 0) return;
    const { shards, sampledEvery } = facts;
    const share = bytes(sampledEvery * SLOT_BYTES);
    setText(this.#about, `${plural(shards.length, "shard")}; each cell stands for ${share}`);
    this.#layout = layoutOf(shards, clientWidth);
    const { across, high } = this.#layout;
    const height = Math.ceil(shards.length / across) * high;
    const ratio = devicePixelRatio || 1;
    const pixels = [Math.round(clientWidth * ratio), Math.round(height * ratio)] as const;
    if (this.#canvas.width !== pixels[0]) this.#canvas.width = pixels[0];
    if (this.#canvas.height !== pixels[1]) this.#canvas.height = pixels[1];
    this.#canvas.style.height = `${height}px`;
    const pen = this.#canvas.getContext("2d")!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, height);
    shards.forEach((shard, i) => this.#drawShard(pen, shard, i));
    this.#showLegend();
  }

  #drawShard(pen: CanvasRenderingContext2D, picture: ShardPicture, index: number): void {
    const { side, cell, across, wide, high } = this.#layout!;
    const left = (index % across) * wide;
    const top = Math.floor(index / across) * high;
    const { of, kinds } = this.#look;
    const gap = cell >= 5 ? 1 : 0;
    const cells = picture[of];
    for (let i = 0; i < cells.length; i++) {
      const kind = kinds[cells[i]!];
      if (kind === undefined) continue;
      pen.globalAlpha = kind.strength;
      pen.fillStyle = this.#palette.colour(kind.colour);
      const [x, y] = [left + (i % side) * cell, top + Math.floor(i / side) * cell];
      pen.fillRect(x, y, cell - gap, cell - gap);
    }
    pen.globalAlpha = 1;
    if (high > side * cell + GAP) {
      pen.fillStyle = this.#palette.colour(index === this.#chosen ? "text" : "quiet");
      pen.font = `${index === this.#chosen ? "bold " : ""}11px system-ui, sans-serif`;
      const used = percent(this.#usedPart(picture));
      pen.fillText(`${picture.shard}`, left, top + side * cell + 11);
      pen.textAlign = "right";
      if (side * cell > 60) pen.fillText(used, left + side * cell - 1, top + side * cell + 11);
      pen.textAlign = "left";
    }
    if (index !== this.#chosen) return;
    pen.strokeStyle = this.#palette.colour("text");
    pen.strokeRect(left + 0.5, top + 0.5, side * cell - 1 - gap, side * cell - 1 - gap);
  }

  #usedPart({ usedBytes }: ShardPicture): number {
    return usedBytes / ((this.#facts?.slotsPerShard ?? 1) * SLOT_BYTES);
  }

  #showLegend(): void {
    const { kinds } = this.#look;
    const shards = this.#facts?.shards ?? [];
    const sums = new Map<string, number>();
    for (const shard of shards) {
      for (const [cell, part] of partsOf(shard, this.#look)) {
        sums.set(cell, (sums.get(cell) ?? 0) + part / shards.length);
      }
    }
    const items = Object.entries(kinds).map(([cell, { name, colour, strength }]) => {
      const swatch = make("span", { class: "swatch" });
      swatch.style.setProperty("--swatch", `var(--${colour})`);
      swatch.style.opacity = String(strength);
      return make("li", {}, swatch, name, make("b", {}, percent(sums.get(cell) ?? 0)));
    });
    this.#legend.replaceChildren(...items);
    this.#canvas.setAttribute("aria-label", this.#inWords(shards, sums));
  }

  #inWords(shards: readonly ShardPicture[], sums: ReadonlyMap<string, number>): string {
    const parts = [...sums].sort(([, a], [, b]) => b - a).slice(0, 4)
      .map(([cell, part]) => `${percent(part)} ${this.#look.kinds[cell]?.name ?? cell}`);
    return `${plural(shards.length, "shard")} by ${this.#look.name.toLowerCase()}: ${
      parts.join(", ")
    }`;
  }

  #point({ offsetX, offsetY }: PointerEvent): void {
    if (this.#layout === null) return;
    const { across, wide, high } = this.#layout;
    const column = Math.floor(offsetX / wide);
    const index = Math.floor(offsetY / high) * across + column;
    this.#choose(column < across ? index : -1);
  }

  #key(event: KeyboardEvent): void {
    const across = this.#layout?.across ?? 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = (this.#facts?.shards.length ?? 1) - 1;
    this.#choose(this.#chosen < 0 ? 0 : Math.min(last, Math.max(0, this.#chosen + step)));
  }

  #choose(index: number): void {
    if (index === this.#chosen) return;
    this.#chosen = index;
    const shard = this.#facts?.shards[index];
    setText(this.#reading, shard === undefined ? "" : this.#read(shard));
    this.draw();
  }

  #read(shard: ShardPicture): string {
    const parts = [...partsOf(shard, this.#look)].sort(([, a], [, b]) => b - a)
      .map(([cell, part]) => `${percent(part)} ${this.#look.kinds[cell]?.name ?? cell}`);
    return `Shard ${shard.shard}: ${plural(shard.items, "item")}, ${
      percent(this.#usedPart(shard))
    } used, ` +
      `${short(shard.evictions)} evicted; ${parts.slice(0, 5).join(", ")}`;
  }
}

function layoutOf(shards: readonly ShardPicture[], width: number): Layout {
  const samples = Math.max(1, ...shards.map(({ slots }) => slots.length));
  const side = Math.ceil(Math.sqrt(samples));
  const label = shards.length <= MAX_LABELS ? LABEL : 0;
  // In as few rows as leave cells that can be told apart.
  for (let rows = 1;; rows++) {
    const across = Math.ceil(shards.length / rows);
    const room = (width + GAP) / across;
    const cell = Math.min(MAX_CELL, Math.floor((room - GAP) / side));
    if (cell < MIN_CELL && across > 1) continue;
    const wide = Math.min(room, side * cell + MAX_GAP);
    return { side, cell: Math.max(1, cell), across, wide, high: side * cell + GAP + label };
  }
}

function columns(facts: () => ShardFacts | null): Column<ShardPicture>[] {
  const state = LOOKS[0] as Look;
  const shown = Object.entries(state.kinds).map(([cell, { name }]): Column<ShardPicture> => ({
    title: name,
    kind: "number",
    text: (picture) => percent(partsOf(picture, state).get(cell) ?? 0),
  }));
  return [
    { title: "Shard", text: ({ shard }) => String(shard) },
    { title: "Items", kind: "number", text: ({ items }) => exact(items) },
    {
      title: "Used",
      kind: "number",
      text: ({ usedBytes }) => percent(usedBytes / ((facts()?.slotsPerShard ?? 1) * SLOT_BYTES)),
    },
    { title: "Evicted", kind: "number", text: ({ evictions }) => exact(evictions) },
    ...shown,
  ];
}
