// Two workers and clients of both: what they see of a stream with a consumer group is linearizable; a group used as a job
// queue gives each job to one consumer, and to another only when it is claimed; and what is pending outlives kill -9.

import { assert, assertEquals } from "@std/assert";
import { type Answer, Refusal, RespClient } from "../../../bench/proof/resp_client.ts";
import { Random } from "../../../bench/workload.ts";
import { TestServer } from "../../wire/server.ts";
import { groupOrder, observe, respPort } from "./group_steps.ts";
import { lossesOf } from "../history.ts";
import { judge, type Operation } from "../linearizability.ts";

for (const seed of [1, 2]) {
  Deno.test(`two workers: what consumers of a group see is linearizable, seed ${seed}`, async () => {
    await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
    const histories = await observe(respPort(server), seed);
    for (const [key, history] of histories.entries()) {
      assert(history.length > 100, `${history.length}`);
      assertEquals(lossesOf(key, history), 0);
    }
  });
}

Deno.test("the judge of groups finds an entry that was given twice, or lost", () => {
  const random = new Random(1);
  const orders = new Map<string, ReturnType<typeof groupOrder>>();
  for (let i = 0; i < 3000; i++) {
    const order = groupOrder(random, "k");
    orders.set(order.words.join(" "), order);
  }
  const [add, read, ack] = [
    "XADD k 1-* f v",
    "XREADGROUP GROUP g c0 COUNT 1 STREAMS k >",
    "XACK k g 1-0",
  ];
  const history = (...steps: readonly (readonly [line: string, answer: Answer])[]) =>
    steps.map(([line, answer], i): Operation => {
      const action = orders.get(line)!.actionOf(answer)!;
      return { called: 2 * i, answered: 2 * i + 1, action };
    });
  const first = [["k", [["1-0", ["f", "v"]]]]];
  assertEquals(judge(history([add, "1-0"], [read, first], [read, null], [ack, 1])).losses, 0);
  assertEquals(judge(history([add, "1-0"], [read, first], [read, first])).losses, Infinity);
  assertEquals(judge(history([add, "1-0"], [read, null])).losses, 1);
  assertEquals(judge(history([add, "1-0"], [read, first], [ack, 1], [ack, 1])).losses, Infinity);
});

/** The ids in an answer to XREADGROUP, of one stream. */
function idsOf(answer: Answer): string[] {
  if (answer === null) return [];
  const [[, entries]] = answer as [[string, [string, unknown][]]];
  return entries.map(([id]) => id);
}

Deno.test("a group as the job queue of two workers: nothing is lost, and given twice only when claimed", async () => {
  await using server = await TestServer.start(["--workers", "2", "--resp-port", "0"]);
  const port = respPort(server);
  using control = await RespClient.connect(port);
  await control.ask(["XGROUP", "CREATE", "q", "g", "0", "MKSTREAM"]);
  const [producers, each] = [3, 800];
  const total = producers * each;
  const delivered: string[] = [];
  const done: string[] = [];
  let isDone = false;
  const consumers = Array.from({ length: 10 }, async (_, i) => {
    using client = await RespClient.connect(port);
    const random = new Random(i);
    const count = i % 2 === 0 ? [] : ["COUNT", "3"];
    while (!isDone) {
      const words = [...count, "BLOCK", "20", "STREAMS", "q", ">"];
      const [answer] = await client.ask(["XREADGROUP", "GROUP", "g", `c${i}`, ...words]);
      assert(!(answer instanceof Refusal), JSON.stringify(answer));
      const ids = idsOf(answer!);
      delivered.push(...ids);
      // Some jobs are not finished, as if their consumers had died.
      const finished = ids.filter(() => random.below(4) > 0);
      if (finished.length === 0) continue;
      const [acked] = await client.ask(["XACK", "q", "g", ...finished]);
      assertEquals(acked, finished.length);
      done.push(...finished);
    }
  });
  await Promise.all(Array.from({ length: producers }, async () => {
    using client = await RespClient.connect(port);
    for (let n = 0; n < each; n += 8) {
      await client.ask(...Array.from({ length: 8 }, () => ["XADD", "q", "*", "f", "v"]));
    }
  }));
  const endMs = performance.now() + 20_000;
  while (delivered.length < total && performance.now() < endMs) {
    await control.ask([
      "XREADGROUP",
      "GROUP",
      "g",
      "nobody",
      "COUNT",
      "1",
      "BLOCK",
      "5",
      "STREAMS",
      "q",
      "0",
    ]);
  }
  isDone = true;
  await Promise.all(consumers);
  assertEquals([delivered.length, new Set(delivered).size], [total, total]);
  // What is pending is what was not finished; claimed, it comes once more, and then there is nothing.
  const claimed: string[] = [];
  for (let next = "0-0";;) {
    const [answer] = await control.ask([
      "XAUTOCLAIM",
      "q",
      "g",
      "rescue",
      "0",
      next,
      "COUNT",
      "100",
      "JUSTID",
    ]);
    const [cursor, ids] = answer as [string, string[]];
    claimed.push(...ids);
    if (cursor === "0-0") break;
    next = cursor;
  }
  const left = delivered.filter((id) => !new Set(done).has(id));
  assertEquals(claimed.toSorted(), left.toSorted());
  for (let i = 0; i < claimed.length; i += 100) {
    await control.ask(["XACK", "q", "g", ...claimed.slice(i, i + 100)]);
  }
  assertEquals((await control.ask(["XPENDING", "q", "g"]))[0], [0, null, null, null]);
});

Deno.test({
  name: "kill -9: groups, consumers and what is pending come back as they were answered",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir();
  const options = ["--workers", "2", "--resp-port", "0", "--data-dir", folder, "--fsync", "always"];
  try {
    let told: Answer[];
    const questions = [
      ["XINFO", "STREAM", "s", "FULL", "COUNT", "0"],
      ["XINFO", "STREAM", "empty", "FULL", "COUNT", "0"],
    ];
    {
      await using server = await TestServer.start(options);
      using client = await RespClient.connect(respPort(server));
      await client.ask(
        ["XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"],
        ["XGROUP", "CREATE", "empty", "lonely", "5-5", "MKSTREAM"],
        ...Array.from({ length: 400 }, (_, i) => ["XADD", "s", `1-${i + 1}`, "f", `v${i}`]),
        ["XREADGROUP", "GROUP", "g", "a", "COUNT", "150", "STREAMS", "s", ">"],
        ["XREADGROUP", "GROUP", "g", "b", "COUNT", "50", "STREAMS", "s", ">"],
        ...Array.from({ length: 60 }, (_, i) => ["XACK", "s", "g", `1-${2 * i + 1}`]),
        ["XCLAIM", "s", "g", "b", "0", "1-2", "1-4", "1-300", "FORCE", "RETRYCOUNT", "9"],
        ["XGROUP", "CREATE", "s", "later", "$", "ENTRIESREAD", "12"],
        ["XGROUP", "CREATE", "s", "gone", "0"],
        ["XREADGROUP", "GROUP", "gone", "c", "STREAMS", "s", ">"],
        ["XGROUP", "DESTROY", "s", "gone"],
        ["XREADGROUP", "GROUP", "g", "c", "COUNT", "5", "STREAMS", "s", ">"],
        ["XGROUP", "DELCONSUMER", "s", "g", "c"],
        ["XDEL", "s", "1-3", "1-4"],
      );
      told = await client.ask(...questions);
      server.kill("SIGKILL");
      await server.ended();
    }
    await using server = await TestServer.start(options);
    using client = await RespClient.connect(respPort(server));
    assertEquals(await client.ask(...questions), told);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
