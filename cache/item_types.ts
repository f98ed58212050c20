// What an item's value is, and in which form it is kept: its kind. That stands in five bits of its header, so it costs
// no byte: four above the value's length and the database, and one that says whether members may have deadlines. Packed:
// the value is in the item itself. Indirect: the value is a descriptor, and what it describes lies in slots that the
// item owns; see collections/ and bytes/.

import * as layout from "./layout.ts";
import type { ShardMemory } from "./shard_memory.ts";

const {
  EIGHTH_WORD_SHIFT,
  ITEM_MEMBER_DEADLINES,
  ITEM_NEWER,
  ITEM_SIZES,
  KIND_INDIRECT,
  KIND_SHIFT,
  MEMBER_DEADLINES_SHIFT,
} = layout;

/** What a value is. */
export const ItemType = {
  /** Bytes. */
  string: 0,
  list: 1,
  set: 2,
  hash: 3,
  sortedSet: 4,
  bloom: 5,
  cms: 6,
  stream: 7,
} as const;
/** One of the values of the constant of the same name. */
export type ItemType = typeof ItemType[keyof typeof ItemType];

/** Type and form of the item at `address`, and whether its members may have deadlines, as its header has them. */
export function kindOf(memory: ShardMemory, address: number): number {
  const at = address << EIGHTH_WORD_SHIFT;
  const members = memory.words[at + ITEM_NEWER]! & ITEM_MEMBER_DEADLINES;
  return (memory.words[at + ITEM_SIZES]! >>> KIND_SHIFT) | (members >>> MEMBER_DEADLINES_SHIFT);
}

/** The type of the item at `address`. */
export function typeOf(memory: ShardMemory, address: number): ItemType {
  return (memory.words[(address << EIGHTH_WORD_SHIFT) + ITEM_SIZES]! >>>
    (KIND_SHIFT + 1)) as ItemType;
}

/** Whether the item at `address` owns slots besides its own pieces. */
export function isIndirect(memory: ShardMemory, address: number): boolean {
  return (kindOf(memory, address) & KIND_INDIRECT) !== 0;
}

/** The kind of an item with the same value as that at `address`, in itself. */
export function packedKindOf(memory: ShardMemory, address: number): number {
  return kindOf(memory, address) & ~KIND_INDIRECT;
}

/** The kind of an item of this type that has its value in itself. */
export function packedKind(type: ItemType): number {
  return type << 1;
}

/** The kind of an item of this type that has its value in slots. */
export function indirectKind(type: ItemType): number {
  return (type << 1) | KIND_INDIRECT;
}

/** Whether an item of this type has members. Else it has bytes. */
export function hasMembers(type: ItemType): boolean {
  return type >= ItemType.list && type <= ItemType.sortedSet || type === ItemType.stream;
}
