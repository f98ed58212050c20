// Facts that are found once for all who ask at about the same time.

import { assertEquals, assertRejects } from "@std/assert";
import { SharedFacts } from "../../../server/observe/shared_facts.ts";

Deno.test("SharedFacts.get() finds facts once for all who ask within their time", async () => {
  const clock = { nowMs: 0 };
  let finds = 0;
  const facts = new SharedFacts(() => Promise.resolve(++finds), 1000, () => clock.nowMs);
  assertEquals(await Promise.all([facts.get(), facts.get()]), [1, 1]);
  clock.nowMs = 999;
  assertEquals(await facts.get(), 1);
  clock.nowMs = 1000;
  assertEquals(await facts.get(), 2);
});

Deno.test("SharedFacts.get() looks again after a failure, which those share who asked meanwhile", async () => {
  let finds = 0;
  const find = () => ++finds === 1 ? Promise.reject(new Error("not now")) : Promise.resolve(finds);
  const facts = new SharedFacts<number>(find, 1000, () => 0);
  const [one, other] = [facts.get(), facts.get()];
  await assertRejects(() => one, Error, "not now");
  await assertRejects(() => other, Error, "not now");
  assertEquals(await facts.get(), 2);
});
