// A worker that throws takes its subscribers with it, and nobody counts them any more; the one in its place knows of
// all others as soon as it serves, and they of its own.

import { assertEquals } from "@std/assert";
import { Cache } from "../../../../cache/mod.ts";
import { findPort } from "../../../../server/process/listen_checks.ts";
import { Log } from "../../../../server/process/log/log.ts";
import { WorkerPool } from "../../../../server/process/worker_pool.ts";
import { Talker } from "../../../wire/messages/talker.ts";
import { until } from "../../../wire/server.ts";
import { configOf, newRegion } from "../../fixture.ts";

Deno.test({
  name: "subscribers of a worker that throws are gone everywhere; the next one knows of all others",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const port = findPort("127.0.0.1", 0);
  const region = newRegion();
  const workers: Worker[] = [];
  const say = () => {};
  const pool = new WorkerPool({
    cache: new Cache(region, 0),
    config: configOf(),
    listens: [{ protocol: "resp", hostname: "127.0.0.1", port }],
    startedMs: 0,
    log: new Log({ format: "text", now: () => 0, out: say, err: say }),
    spawn: (name) => {
      const url = new URL("../programs/failing_worker.ts", import.meta.url);
      workers.push(new Worker(url, { type: "module", name }));
      return workers.at(-1)!;
    },
    onFatal: (message) => {
      throw new Error(message);
    },
  });
  const talkers: Talker[] = [];
  const open = async () => {
    talkers.push(await Talker.open(port));
    return talkers.at(-1)!;
  };
  /** How many subscribers a new client is told of, asked often enough to meet every worker. */
  const counts = async () => {
    const found = new Set<unknown>();
    for (let i = 0; i < 8; i++) found.add((await (await open()).ask("PUBSUB", "NUMSUB", "c"))[2]);
    return [...found];
  };
  try {
    await pool.add();
    await pool.add();
    const subscribers: Talker[] = [];
    for (let i = 0; i < 16; i++) {
      subscribers.push(await open());
      await subscribers[i]!.ask("SUBSCRIBE", "c");
    }
    assertEquals(await counts(), [":16"]);
    const word = region.gaugeWord(2, "bodyBytes");
    Atomics.store(region.words, word, 1);
    Atomics.notify(region.words, word);
    await until("it serves again", () => workers.length === 3 && region.gauge(2, "serving") === 1);
    await until("its clients are gone", () => subscribers.some(({ isOver }) => isOver));
    const left = subscribers.filter(({ isOver }) => !isOver);
    assertEquals(await counts(), [`:${left.length}`]);
    // Clients of either worker reach those of both.
    for (let i = 0; i < 8; i++) {
      left.push(await open());
      await left.at(-1)!.ask("SUBSCRIBE", "c");
    }
    assertEquals(await counts(), [`:${left.length}`]);
    for (let i = 0; i < 8; i++) {
      assertEquals(await (await open()).ask("PUBLISH", "c", "m"), `:${left.length}`);
    }
    for (const subscriber of left) {
      const heard = await subscriber.take(8);
      assertEquals(new Set(heard.map((value) => value[3])), new Set(["$m"]));
    }
    assertEquals(await pool.drain(1000), true);
  } finally {
    for (const talker of talkers) talker[Symbol.dispose]();
    workers.forEach((worker) => worker.terminate());
  }
});
