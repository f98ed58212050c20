// Who shares a scrape, and when there is a new one.

import { assert, assertEquals } from "@std/assert";
import { addCounter } from "../../../../cache/mod.ts";
import { Scrapes } from "../../../../server/observe/metrics/scrapes.ts";
import { configOf, newCache, NOW_MS } from "../../fixture.ts";

/** Does all steps at once. */
const AT_ONCE = {
  run: (step: () => boolean) => {
    while (!step());
    return null;
  },
};

/** Scrapes of a cache, by a clock that goes on by a tick whenever it is read. */
class Trial {
  readonly #cache = newCache();
  nowMs = 0;
  tickMs = 1;
  readonly scrapes = new Scrapes(
    { cache: this.#cache, startedMs: NOW_MS, config: configOf() },
    () => this.nowMs += this.tickMs,
  );

  hit(): void {
    const { region } = this.#cache;
    addCounter(region.words, region.counterWord(1, "hits"), 1);
  }
}

/** The hits that a text tells. */
async function hitsOf(text: string | Promise<string>): Promise<number> {
  return Number(/^slabkv_hits_total (.*)$/m.exec(await text)![1]);
}

Deno.test("Scrapes.text() is a new one, unless the latest is younger than four times what it took", async () => {
  const trial = new Trial();
  const { scrapes } = trial;
  const hits = () => hitsOf(scrapes.text("text", AT_ONCE));
  assertEquals(await hits(), 0);
  // Its steps took half of the time that has passed.
  const endMs = trial.nowMs;
  trial.hit();
  trial.tickMs = 0;
  trial.nowMs = endMs + 1.9 * endMs;
  assertEquals(await hits(), 0);
  assertEquals(await hitsOf(scrapes.text("openmetrics", AT_ONCE)), 1);
  trial.nowMs = endMs + 2.1 * endMs;
  assertEquals(await hits(), 1);
});

Deno.test("Scrapes.text() is shared by who asks while it is written, and begun again if that fails", async () => {
  const { scrapes } = new Trial();
  const { promise, resolve } = Promise.withResolvers<void>();
  const later = { run: (step: () => boolean) => promise.then(() => void AT_ONCE.run(step)) };
  const failing = { run: () => Promise.reject(new Error("on purpose")) };
  const failed = await Promise.resolve(scrapes.text("text", failing)).catch(String);
  assertEquals(failed, "Error: on purpose");
  const first = scrapes.text("text", later);
  assert(first instanceof Promise && scrapes.text("text", failing) === first);
  resolve();
  assertEquals(await hitsOf(first), 0);
});
