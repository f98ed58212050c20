// The ways in, as numbers: of rows of counts and of sessions. Their names for people are PROTOCOLS of
// server/observe/facts/protocols.ts, in this order.

/** Numbers of the ways in. */
export const Way = {
  /** The JSON routes. */
  http: 0,
  /** The REST commands. */
  rest: 1,
  websocket: 2,
  resp: 3,
  text: 4,
  memcache: 5,
} as const;
/** One of the values of the constant of the same name. */
export type Way = typeof Way[keyof typeof Way];
/** How many there are. */
export const WAY_COUNT = 6;
