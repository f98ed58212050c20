// The ways in, by the names that metrics, history and pages have for them. The server counts by them, and clients show
// them.

/** The ways in: the JSON routes, the REST commands, WebSocket, and the protocols of raw connections. */
export const PROTOCOLS = ["http", "rest", "websocket", "resp", "text", "memcache"] as const;

/** One of them. */
export type Protocol = typeof PROTOCOLS[number];
