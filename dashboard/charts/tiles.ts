// The figures of this second, large, at the top of the overview: what somebody who is called at night looks at
// first. A table says what each of them is.

import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import { byId, make, setText } from "../dom/elements.ts";
import { bytes, exact, isKnown, micros, millis, percent, short } from "../dom/format.ts";
import type { Hints } from "../dom/hint.ts";

interface Tile {
  readonly name: string;
  readonly hint: string;
  readonly metric: string | null;
  readonly value: (facts: LiveFacts) => string;
  readonly under: (facts: LiveFacts) => string;
}

function sum(rates: Readonly<Record<string, number | null>>): number {
  return Object.values(rates).reduce<number>((total, rate) => total + (rate ?? 0), 0);
}

/** Part of a whole, or nothing of nothing. */
function part(value: number, whole: number): number | null {
  return whole > 0 ? value / whole : null;
}

const TILES: readonly Tile[] = [
  {
    name: "Requests",
    hint: "Commands and requests a second, over all protocols and workers.",
    metric: "slabkv_requests_total",
    value: ({ requestsPerSecond }) => `${short(sum(requestsPerSecond))}/s`,
    under: ({ errorsPerSecond, shedsPerSecond }) =>
      shedsPerSecond > 0
        ? `${short(shedsPerSecond)}/s refused, overloaded`
        : `${short(errorsPerSecond)} errors/s`,
  },
  {
    name: "Hit ratio",
    hint: "Of the keys read in this second, those that were there.",
    metric: "slabkv_hits_total",
    value: ({ hitRatio }) => percent(hitRatio),
    under: ({ missesPerSecond }) => `${short(missesPerSecond)} misses/s`,
  },
  {
    name: "Latency p99",
    hint: "99 of 100 commands were answered within this time, inside the server.",
    metric: "slabkv_command_duration_seconds",
    value: ({ latency }) => micros(latency["all"]?.p99Us),
    under: ({ latency }) => `p50 ${micros(latency["all"]?.p50Us)}`,
  },
  {
    name: "Memory for items",
    hint: "How much of the slab items use. Full is good: what does not fit any more is evicted.",
    metric: "slabkv_slab_used_bytes",
    value: ({ memory }) => percent(part(memory.usedBytes, memory.slabBytes)),
    under: ({ memory }) => `${bytes(memory.usedBytes)} of ${bytes(memory.slabBytes)}`,
  },
  {
    name: "Items",
    hint: "Items held in all databases.",
    metric: "slabkv_items",
    value: ({ items }) => items < 1e6 ? exact(items) : short(items),
    under: ({ putsPerSecond }) => `${short(putsPerSecond)} puts/s`,
  },
  {
    name: "Evictions",
    hint: "Items a second that left for want of space.",
    metric: "slabkv_evictions_total",
    value: ({ evictionsPerSecond }) => `${short(sum(evictionsPerSecond))}/s`,
    under: ({ expirationsPerSecond }) => `${short(expirationsPerSecond)} expired/s`,
  },
  {
    name: "Connections",
    hint: "Open connections, as far as the runtime tells: those of plain HTTP it does not.",
    metric: "slabkv_connections",
    value: ({ connections }) => exact(sum(connections)),
    under: ({ connections }) =>
      Object.entries(connections)
        .filter(([, count]) => isKnown(count) && count > 0)
        .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
        .slice(0, 2).map(([kind, count]) => `${count} ${kind}`).join(", "),
  },
  {
    name: "CPU",
    hint: "Cores that the whole process uses, and what the machine has left.",
    metric: "slabkv_cpu_seconds_total",
    value: ({ cpu }) => `${short(cpu.usedCores)} cores`,
    under: ({ workers }) => `lag ${millis(Math.max(0, ...workers.map(({ lagMs }) => lagMs)))}`,
  },
];

/** The tiles. */
export class Tiles {
  readonly #shown: readonly (readonly [tile: Tile, value: HTMLElement, under: HTMLElement])[];

  constructor(hints: Hints) {
    this.#shown = TILES.map((tile) => {
      const value = make("div", { class: "value" }, "\u2013");
      const under = make("div", { class: "under" });
      const label = hints.label(tile.name, tile.hint, tile.metric);
      byId("tiles").append(make("div", { class: "tile" }, label, value, under));
      return [tile, value, under];
    });
  }

  /** Shows the figures of one second. */
  show(facts: LiveFacts): void {
    for (const [tile, value, under] of this.#shown) {
      setText(value, tile.value(facts));
      setText(under, tile.under(facts));
    }
  }
}
