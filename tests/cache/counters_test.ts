// Counters: carries over 32 bits, and readers that never see half of one.

import { assert, assertEquals } from "@std/assert";
import { addCounter, clearCounter, readCounter } from "../../cache/counters.ts";

Deno.test("addCounter() carries across 2^32 and beyond 2^33", () => {
  const words = new Int32Array(8);
  let expected = 0;
  for (let i = 0; i < 5; i++) {
    addCounter(words, 2, 2 ** 31 - 1);
    addCounter(words, 2, 7);
    expected += 2 ** 31 + 6;
    assertEquals(readCounter(words, 2), expected);
  }
  assertEquals([words[0], words[1], words[5]], [0, 0, 0]);
});

Deno.test("clearCounter() brings a carried counter back to zero", () => {
  const words = new Int32Array(4);
  for (let i = 0; i < 3; i++) addCounter(words, 0, 2 ** 31 - 1);
  clearCounter(words, 0);
  assertEquals(readCounter(words, 0), 0);
  addCounter(words, 0, 5);
  assertEquals(readCounter(words, 0), 5);
});

Deno.test("readCounter() never goes back or tears while a worker adds across carries", async () => {
  const words = new Int32Array(new SharedArrayBuffer(64));
  const worker = new Worker(new URL("./counter_worker.ts", import.meta.url), { type: "module" });
  const steps = 400_000;
  const amount = 2 ** 31 - 1;
  try {
    const done = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({ buffer: words.buffer, steps, amount });
    let last = 0;
    let seen = 0;
    while (Atomics.load(words, 8) === 0) {
      const now = readCounter(words, 0);
      assert(now >= last, `read ${now} after ${last}`);
      assertEquals(now % amount, 0, `${now} is half of two values`);
      if (now !== last) seen++;
      last = now;
    }
    await done;
    assertEquals(readCounter(words, 0), steps * amount);
    assert(seen > 0, "nothing was read while the worker was adding");
  } finally {
    worker.terminate();
  }
});
