/// <reference lib="deno.worker" />
// A worker of worker_respawn_test.ts: the real one, which in addition throws outside any request
// when its bodyBytes gauge, a word that a test can write, is no longer 0.

import { Region } from "../../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../../../server/contract/counters.ts";
import { runWorker } from "../../../../server/mod.ts";
import type { WorkerStart } from "../../../../server/process/worker.ts";

runWorker(self);
self.addEventListener("message", ({ data }: MessageEvent) => {
  if (data.name !== "start") return;
  const { buffer, actor } = data.body as WorkerStart;
  const region = Region.attach(buffer, ACTOR_NAMES);
  const { words } = region;
  const word = region.gaugeWord(actor, "bodyBytes");
  Promise.resolve(Atomics.waitAsync(words, word, 0).value).then(() => {
    setTimeout(() => {
      throw new Error("failed on purpose");
    });
  });
});
