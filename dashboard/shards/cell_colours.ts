// What a cell in the picture of a shard stands for, and in which colour, by what one wants to see: what slots hold, how
// old that is, how often it was asked for, or how full they are. Tables; nothing is drawn here.

import { type ShardPicture, SLOT_STATES } from "../../server/observe/facts/memory_facts.ts";

/** A state of a slot as the legend has it. */
export interface CellKind {
  readonly name: string;
  /** Name of the colour in the style sheet, and how strong it is. */
  readonly colour: string;
  readonly strength: number;
}

/** A way to look at slots. */
export interface Look {
  readonly id: string;
  readonly name: string;
  /** Which string of a picture it reads. */
  readonly of: "slots" | "age" | "count" | "fill";
  /** By character. */
  readonly kinds: Readonly<Record<string, CellKind>>;
}

const NONE: CellKind = { name: "no item", colour: "raised", strength: 1 };

function shades(names: readonly string[], from: number, to: number): Record<string, CellKind> {
  const last = names.length - 1;
  return Object.fromEntries(names.map((name, i) => {
    const strength = from + (to - from) * (last === 0 ? 0 : i / last);
    return [String(i), { name, colour: "accent", strength }];
  }));
}

const AGES = Array.from(
  { length: 10 },
  (_, i) => i === 0 ? "newest" : i === 9 ? "oldest" : `${i * 10} %`,
);

/** All ways to look at slots. */
export const LOOKS: readonly Look[] = [
  {
    id: "slots",
    name: "State",
    of: "slots",
    kinds: {
      [SLOT_STATES.main]: { name: "main ring", colour: "c1", strength: 1 },
      [SLOT_STATES.probation]: { name: "probation", colour: "c3", strength: 0.9 },
      [SLOT_STATES.owned]: { name: "large values and trees", colour: "c4", strength: 0.9 },
      [SLOT_STATES.partly]: { name: "partly used", colour: "c2", strength: 0.75 },
      [SLOT_STATES.grave]: { name: "to be taken back", colour: "c5", strength: 0.9 },
      [SLOT_STATES.index]: { name: "index", colour: "c6", strength: 0.9 },
      [SLOT_STATES.free]: { name: "free", colour: "c6", strength: 0.3 },
      [SLOT_STATES.untouched]: { name: "never used", colour: "raised", strength: 1 },
    },
  },
  {
    id: "age",
    name: "Age",
    of: "age",
    kinds: { ...shades(AGES, 1, 0.15), "-": NONE },
  },
  {
    id: "count",
    name: "Clock",
    of: "count",
    kinds: {
      ...shades(["not asked for lately", "once", "twice", "often"], 0.25, 1),
      "-": NONE,
    },
  },
  {
    id: "fill",
    name: "Fill",
    of: "fill",
    kinds: shades(
      Array.from({ length: 9 }, (_, i) => i === 0 ? "empty" : i === 8 ? "full" : `${i}/8`),
      0.08,
      1,
    ),
  },
];

/** How often each kind is in a picture, as parts of all its samples; by character. */
export function partsOf(picture: ShardPicture, { of }: Look): Map<string, number> {
  const counts = new Map<string, number>();
  const cells = picture[of];
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  for (const [cell, count] of counts) counts.set(cell, count / cells.length);
  return counts;
}
