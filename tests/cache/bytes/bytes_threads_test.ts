// Real threads on few values that are changed in part, in a region that is too small for all of them.

import { assert, assertEquals } from "@std/assert";
import { Cache, Region } from "../../../cache/mod.ts";
import { besideFilters } from "../fixture.ts";
import { checkAll } from "../model.ts";
import type { BytesOptions, BytesResult } from "./bytes_worker.ts";

const THREADS = 3;

Deno.test("ByteView changes values as a whole under its lock, for those who read without it too", async () => {
  const region = Region.create({
    memoryBytes: besideFilters(768 * 1024, THREADS + 1),
    actorCount: THREADS + 1,
  });
  const url = new URL("./bytes_worker.ts", import.meta.url);
  const workers = Array.from({ length: THREADS }, () => new Worker(url, { type: "module" }));
  try {
    const results = await Promise.all(workers.map((worker, i) => {
      const { buffer } = region;
      const options: BytesOptions = { buffer, actor: i + 1, operations: 200_000, seed: 40 + i };
      return new Promise<BytesResult>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(options);
      });
    }));
    const sum = (of: (result: BytesResult) => number) =>
      results.reduce((total, result) => total + of(result), 0);
    assertEquals(sum(({ wrong }) => wrong), 0);
    assert(sum(({ changed }) => changed) > 10_000);
    assert(sum(({ hits }) => hits) > 10_000);
    assert(sum(({ unlocked }) => unlocked) > 100);
    checkAll(new Cache(region, 0));
  } finally {
    for (const worker of workers) worker.terminate();
  }
});
