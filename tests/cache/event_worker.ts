/// <reference lib="deno.worker" />
// A producer of event_ring_test.ts: publishes a run of numbered hashes of its own.

import { Region } from "../../cache/mod.ts";
import { publishChange } from "../../cache/event_ring.ts";

self.onmessage = ({ data }: MessageEvent) => {
  const region = Region.attach(data.buffer);
  for (let i = 0; i < data.count; i++) {
    // The low bits are the watched ones; above them the producer and the number.
    publishChange(region, (data.producer << 28) | (i << 11) | data.bit, 1);
  }
  self.postMessage(0);
};
