/// <reference lib="deno.worker" />
// A worker of worker_pool_test.ts: answers its pool as a real one does, throws when it is told to, or
// hangs at its start with a lock.
// It is told by its configuration, and by a word of the region that the test writes.

import { Cache, Region } from "../../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../../../server/contract/counters.ts";
import { ControlChannel } from "../../../../server/process/control.ts";
import type { WorkerStart } from "../../../../server/process/worker.ts";
import { holdShard, letGo } from "../../../cache/fixture.ts";

const ignore = () => {};
const channel: ControlChannel = new ControlChannel(self, {
  start,
  drain: ignore,
  connect: ignore,
  disconnect: ignore,
});

async function start(body: unknown): Promise<void> {
  const { buffer, actor, config, listens } = body as WorkerStart;
  if (config.maxKeyChars === 1) throw new Error("Cannot start on purpose");
  if (config.maxKeyChars === 2) {
    setTimeout(() => {
      throw new Error("failed while starting");
    });
    await new Promise(() => {});
  }
  const region = Region.attach(buffer, ACTOR_NAMES);
  if (config.maxKeyChars === 3) {
    const held = holdShard(new Cache(region, actor), 0)!;
    Atomics.wait(region.words, region.gaugeWord(actor, "bodyBytes"), 0);
    letGo(held);
  }
  Atomics.store(region.words, region.gaugeWord(actor, "serving"), 1);
  region.words[region.gaugeWord(actor, "inFlight")] = 5;
  channel.notify("warn", `started with ${listens.length} listeners`);
  // The test counts a word up whenever this worker shall fail.
  const word = region.gaugeWord(actor, "bodyBytes");
  const { async, value } = Atomics.waitAsync(region.words, word, 0);
  if (async) value.then(() => fail());
  else fail();
}

function fail(): void {
  setTimeout(() => {
    throw new Error("failed on purpose");
  });
}
