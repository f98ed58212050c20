// Where a byte view has the bytes of its value: which of its ways to read and write them it takes. Only
// names.

/** Where the bytes are. */
export const Place = {
  /** In the view, for the next put. */
  view: 0,
  /** In the item. */
  item: 1,
  /** In slots. */
  slots: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Place = typeof Place[keyof typeof Place];
