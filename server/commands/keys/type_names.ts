// The names of types, as TYPE answers them and SCAN takes them.
// Those of filters and sketches are the names that the modules of Redis have for them.

import { ItemType } from "../../../cache/mod.ts";

const NAMES: Readonly<Record<ItemType, string>> = {
  [ItemType.string]: "string",
  [ItemType.list]: "list",
  [ItemType.set]: "set",
  [ItemType.hash]: "hash",
  [ItemType.sortedSet]: "zset",
  [ItemType.bloom]: "MBbloom--",
  [ItemType.cms]: "CMSk-TYPE",
  [ItemType.stream]: "stream",
};
const BY_NAME: ReadonlyMap<string, ItemType> = new Map(
  Object.entries(NAMES).map(([type, name]) => [name.toUpperCase(), Number(type) as ItemType]),
);

/** The name of a type. */
export function typeNameOf(type: ItemType): string {
  return NAMES[type];
}

/** The type of a name in upper case, or -1 where there is none. */
export function typeNamed(name: string): ItemType | -1 {
  return BY_NAME.get(name) ?? -1;
}
