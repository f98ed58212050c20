import { assertEquals } from "@std/assert";
import { Script, shaOf } from "../../../../server/contract/scripts/script_cache.ts";
import { ScriptNews, type ScriptQuestion } from "../../../../server/process/news/script_news.ts";

function scriptOf(text: string): Script {
  const source = new TextEncoder().encode(text);
  return new Script(shaOf(source), source);
}

/** Workers that hear of each other's scripts, and how many messages that took. */
function workers(count: number): { all: ScriptNews[]; sent: () => number } {
  let sent = 0;
  const all: ScriptNews[] = [];
  const send = async (question: ScriptQuestion) => {
    sent++;
    await Promise.resolve();
    return all.map((worker) => worker.answer(question));
  };
  for (let i = 0; i < count; i++) all.push(new ScriptNews(send));
  return { all, sent: () => sent };
}

Deno.test("ScriptNews tells all workers of scripts, those that come while it tells in one message", async () => {
  const { all: [one, two], sent } = workers(2);
  const told = ["a", "b", "c", "d"].map((text) => one!.tell(one!.cache.add(scriptOf(text))));
  await told[0];
  assertEquals(two!.cache.size, 4);
  assertEquals(sent(), 1);
  const first = one!.tell(one!.cache.add(scriptOf("e")));
  await Promise.resolve();
  await Promise.all([first, one!.tell(one!.cache.add(scriptOf("f")))]);
  assertEquals(two!.cache.size, 6);
  await two!.flush();
  assertEquals([one!.cache.size, two!.cache.size], [0, 0]);
});

Deno.test("a worker that begins asks the others for their scripts, and knows when it has them", async () => {
  const { all } = workers(2);
  all[0]!.cache.add(scriptOf("a"));
  all[1]!.sync();
  await all[1]!.synced;
  assertEquals([all[1]!.cache.size, all[1]!.synced], [1, null]);
});

Deno.test("ScriptNews sends no more of the scripts that came with EVAL than 256 KiB at a time", async () => {
  const { all: [one, two] } = workers(2);
  for (let i = 0; i < 10; i++) {
    one!.tellSoon(one!.cache.add(scriptOf(`--${i}${"x".repeat(100_000)}`)));
  }
  await one!.tell(one!.cache.add(scriptOf("last")));
  assertEquals(two!.cache.size, 3);
});
