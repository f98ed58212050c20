/// <reference lib="deno.worker" />
// A server of giving_up_test.ts and kept_data_test.ts: the real serve() and real workers. The second one has a trouble
// when it is started for the first time, which the first argument names. Before, it locks the shard of the key "k".

import { Cache, Region } from "../../../../cache/mod.ts";
import { ACTOR_NAMES } from "../../../../server/contract/counters.ts";
import { runLoader, runWorker, serve } from "../../../../server/mod.ts";
import type { WorkerStart } from "../../../../server/process/worker.ts";
import { holdShard } from "../../../cache/fixture.ts";
import { platformOf } from "../data/programs/process_platform.ts";

/** What can happen to a worker. */
export type Trouble =
  | "hangs at its start"
  | "hangs at work"
  | "throws at work"
  | "hangs after some puts"
  | "ends in the log after some puts";

/** So many puts of others come before those of the last two. */
export const SOME_PUTS = 200;

async function runMain(trouble: string, args: readonly string[]): Promise<void> {
  let isFirst = true;
  const spawn = (name: string) => {
    const isTroubled = name === "worker-2" && isFirst;
    if (isTroubled) isFirst = false;
    return new Worker(import.meta.url, { type: "module", name: isTroubled ? trouble : name });
  };
  await serve(platformOf(args, spawn));
}

/** Takes a place in the log ring and ends before it has filled it, the lock of "k" held: so does a thread that dies. */
function endInTheLog({ buffer, actor }: WorkerStart): void {
  const cache = new Cache(Region.attach(buffer, ACTOR_NAMES), actor);
  const { logByte, logBytes } = cache.region.geometry;
  const store = Atomics.store;
  Atomics.store = ((words: Int32Array, at: number, value: number) => {
    const byte = words.byteOffset;
    if (byte >= logByte && byte < logByte + logBytes) throw new Error("failed on purpose");
    return store(words, at, value);
  }) as typeof Atomics.store;
  cache.put(new TextEncoder().encode("k"), new TextEncoder().encode("never kept"));
}

function lock({ buffer, actor }: WorkerStart): void {
  const cache = new Cache(Region.attach(buffer, ACTOR_NAMES), actor);
  holdShard(cache, cache.hash(new TextEncoder().encode("k"), 0, 1));
}

function hang(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Has the trouble that the worker's name says; must be called before runWorker(). */
function expectTrouble(trouble: string): void {
  self.addEventListener("message", ({ data }: MessageEvent) => {
    if (data.name !== "start") return;
    if (trouble.endsWith("after some puts")) return waitForPuts(trouble, data.body);
    lock(data.body);
    if (trouble === "hangs at its start") return hang();
    const { buffer, actor } = data.body as WorkerStart;
    const region = Region.attach(buffer, ACTOR_NAMES);
    const timer = setInterval(() => {
      if (region.gauge(actor, "serving") !== 1) return;
      clearInterval(timer);
      if (trouble === "throws at work") throw new Error("failed on purpose");
      hang();
    }, 1);
  });
}

function waitForPuts(trouble: string, start: WorkerStart): void {
  const region = Region.attach(start.buffer, ACTOR_NAMES);
  const timer = setInterval(() => {
    if (region.total("puts") < SOME_PUTS) return;
    clearInterval(timer);
    if (trouble === "ends in the log after some puts") endInTheLog(start);
    lock(start);
    hang();
  }, 1);
}

if ("WorkerGlobalScope" in globalThis) {
  if (self.name.startsWith("loader-")) runLoader(self);
  else {
    if (!self.name.startsWith("worker-")) expectTrouble(self.name);
    runWorker(self);
  }
} else if (import.meta.main) await runMain(Deno.args[0]!, Deno.args.slice(1));
