/// <reference lib="deno.worker" />
// Adds to a shared counter as fast as it can; a helper of counters_test.ts.
// Word 8 of the buffer is set when it has finished.

import { addCounter } from "../../cache/counters.ts";

self.onmessage = ({ data }: MessageEvent) => {
  const words = new Int32Array(data.buffer as SharedArrayBuffer);
  for (let i = 0; i < data.steps; i++) addCounter(words, 0, data.amount);
  Atomics.store(words, 8, 1);
  self.postMessage("done");
};
