// What one worker asks all of them, and what main passes on: a few at a time, shared where that can
// be, and a bounded number in line.

import { assertEquals, assertRejects } from "@std/assert";
import { ServerRefusal } from "../../../server/contract/server.ts";
import { NoAnswer, RequestFailed } from "../../../server/process/control.ts";
import { joinedTexts, MAX_WAITING, Questions } from "../../../server/process/questions.ts";
import { Relay } from "../../../server/process/relay.ts";

/** Asks nobody: answers come when the test says so. */
function setUp() {
  const asked: string[] = [];
  const pending: PromiseWithResolvers<readonly unknown[]>[] = [];
  const questions = new Questions((question) => {
    asked.push(question.what === "setOptions" ? question.values[0]![1] : question.what);
    const answer = Promise.withResolvers<readonly unknown[]>();
    pending.push(answer);
    return answer.promise;
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { questions, asked, pending, settled };
}

Deno.test("Questions.ask() shares the next answer, never one that was asked for before", async () => {
  const { questions, asked, pending, settled } = setUp();
  const first = questions.ask({ what: "clients" });
  await settled();
  const later = [questions.ask({ what: "clients" }), questions.ask({ what: "clients" })];
  const other = questions.ask({ what: "totals" });
  await settled();
  assertEquals(asked, ["clients", "totals"]);
  pending[0]!.resolve(["a"]);
  pending[1]!.resolve([1]);
  assertEquals([await first, await other], [["a"], [1]]);
  await settled();
  assertEquals(asked, ["clients", "totals", "clients"]);
  pending[2]!.resolve(["b"]);
  assertEquals(await Promise.all(later), [["b"], ["b"]]);
});

Deno.test("Questions.ask() puts questions that differ in a line, and goes on after a failure", async () => {
  const { questions, asked, pending, settled } = setUp();
  const all = ["1", "2"].map((value) =>
    questions.ask({ what: "setOptions", values: [["n", value]] })
  );
  await settled();
  assertEquals(asked, ["1"]);
  pending[0]!.reject(new Error("no answer"));
  await assertRejects(() => all[0]!, Error, "no answer");
  await settled();
  assertEquals(asked, ["1", "2"]);
  pending[1]!.resolve([null]);
  assertEquals(await all[1], [null]);
});

Deno.test("Questions.ask() refuses who comes when the line is full", async () => {
  const { questions, asked, pending, settled } = setUp();
  const waiting = Array.from({ length: MAX_WAITING }, () => questions.ask({ what: "clients" }));
  await assertRejects(() => questions.ask({ what: "clients" }), ServerRefusal, "too many clients");
  await settled();
  pending[0]!.resolve(["x"]);
  await Promise.all(waiting);
  assertEquals(asked, ["clients"]);
  const again = questions.ask({ what: "clients" });
  await settled();
  pending[1]!.resolve(["y"]);
  assertEquals(await again, ["y"]);
});

Deno.test("ask() says to try again where threads are too busy to answer, and hides no bug", async () => {
  const { questions, pending, settled } = setUp();
  const busy = [
    new NoAnswer("Cannot askAll: no answer within 1000 ms"),
    new RequestFailed("Cannot ask the workers: too many questions are in line"),
  ];
  for (const error of busy) {
    const asking = assertRejects(
      () => questions.ask({ what: "hotKeys" }),
      ServerRefusal,
      "threads are too busy to answer, try again",
    );
    await settled();
    pending.shift()!.reject(error);
    assertEquals((await asking).code, "BUSY");
  }
  const asking = assertRejects(() => questions.ask({ what: "hotKeys" }), TypeError, "bug");
  await settled();
  pending.shift()!.reject(new TypeError("bug"));
  await asking;
});

Deno.test("joinedTexts() is null where a worker has too much to say, or all together have", () => {
  assertEquals(joinedTexts(["a\n", "b\n"]), new TextEncoder().encode("a\nb\n"));
  assertEquals(joinedTexts(["a\n", null]), null);
  assertEquals(joinedTexts(["x".repeat(5 * 2 ** 20), "x".repeat(5 * 2 ** 20)]), null);
});

Deno.test("Relay.ask() has two questions at hand, drops those that waited too long, and can be closed", async () => {
  const clock = { nowMs: 0 };
  const pending: PromiseWithResolvers<readonly unknown[]>[] = [];
  const ask = () => {
    const answer = Promise.withResolvers<readonly unknown[]>();
    pending.push(answer);
    return answer.promise;
  };
  const relay = new Relay(ask, 1000, () => clock.nowMs);
  const all = Array.from({ length: 4 }, () => relay.ask({}));
  assertEquals(pending.length, 2);
  pending[0]!.resolve(["x".repeat(5 * 2 ** 20), "x".repeat(5 * 2 ** 20)]);
  assertEquals(await all[0], [null]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(pending.length, 3);
  clock.nowMs = 1001;
  const dropped = assertRejects(() => all[3]!, Error, "too many questions are in line");
  pending[1]!.resolve([1]);
  assertEquals(await all[1], [1]);
  await dropped;
  relay.isClosed = true;
  await assertRejects(() => relay.ask({}), Error, "the server is stopping");
  pending[2]!.resolve([2]);
  assertEquals(await all[2], [2]);
});
