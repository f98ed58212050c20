// Connects workers with each other: makes the two ends of each connection, of which each worker gets one. What they
// say over it main does not hear.

import type { BusLink } from "../messages/bus/bus_peer.ts";

/** The ends of a connection, for the worker `a` and for the worker `b`. */
export function linkWorkers(a: number, b: number): { forA: BusLink; forB: BusLink } {
  const { port1, port2 } = new MessageChannel();
  const words = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  return {
    forA: { actor: b, port: port1, words, sentWord: 0 },
    forB: { actor: a, port: port2, words, sentWord: 1 },
  };
}
