/// <reference lib="deno.worker" />
// The second thread of refill.ts: attaches to the region and inserts its own keys.

import { Cache, Region } from "../../cache/mod.ts";
import { insertMany } from "./insert_many.ts";

self.onmessage = ({ data }: MessageEvent) => {
  const cache = new Cache(Region.attach(data.buffer), data.actor);
  self.postMessage(insertMany(cache, data));
};
