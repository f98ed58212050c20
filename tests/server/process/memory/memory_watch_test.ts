// What the watch has main and workers do, and what it says of it; heap, workers and clock are fakes.

import { assertEquals, assertMatch } from "@std/assert";
import { Log } from "../../../../server/process/log/log.ts";
import { MemoryWatch } from "../../../../server/process/memory/memory_watch.ts";
import { newCache } from "../../fixture.ts";

const MIB = 1024 * 1024;

/** A process at 100 MiB that may grow by 64 of --body-memory, the margins, and what its region takes. */
class FakeProcess {
  readonly done: string[] = [];
  readonly lines: string[] = [];
  readonly cache = newCache();
  ms = 0;
  /** What is in use, garbage, and what only a cut frees. */
  usedBytes = 100 * MIB;
  garbageBytes = 0;
  heldBytes = 0;
  openFiles = 20;
  readonly watch: MemoryWatch;

  constructor() {
    const note = (what: string) => {
      this.done.push(what);
      this.garbageBytes = 0;
      if (what === "cut") this.heldBytes = 0;
      return Promise.resolve();
    };
    const err = (line: string) => void this.lines.push(line);
    this.watch = new MemoryWatch({
      cache: this.cache,
      workers: { size: 1, collect: () => note("collect"), cut: () => note("cut") },
      log: new Log({ format: "text", now: () => 0, out: err, err }),
      heap: {
        bytes: () => this.usedBytes + this.garbageBytes + this.heldBytes,
        collect: () => void this.done.push("trim"),
        openFiles: () => this.openFiles,
      },
      bodyBytes: 64 * MIB,
      now: () => this.ms,
    });
  }

  /** Looks, and lets all that follows from it happen. */
  async look(ms: number): Promise<void> {
    this.ms = ms;
    this.watch.look();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

Deno.test("garbage beyond the limit is collected in the workers, then trimmed, and no more", async () => {
  const process = new FakeProcess();
  process.garbageBytes = 300 * MIB;
  await process.look(0);
  assertEquals(process.done, ["collect", "trim"]);
  await process.look(50);
  assertEquals(process.done, ["collect", "trim"]);
  assertEquals(process.lines, []);
});

Deno.test("what stays is cut, trimmed and said", async () => {
  const process = new FakeProcess();
  process.heldBytes = 300 * MIB;
  await process.look(0);
  assertEquals(process.done, ["collect", "trim", "cut", "trim"]);
  assertEquals(process.lines.length, 1);
  assertMatch(
    process.lines[0]!,
    /^\S+ warn \sall HTTP connections were closed: the process held 400MiB and may hold \d+MiB; now it holds 100MiB$/,
  );
});

Deno.test("cuts soon after one another are one line of the log", async () => {
  const process = new FakeProcess();
  for (const ms of [0, 1000, 2000, 10_000]) {
    process.heldBytes = 300 * MIB;
    await process.look(ms);
  }
  assertEquals(process.done.filter((what) => what === "cut").length, 4);
  assertEquals(process.lines.length, 2);
  assertMatch(
    process.lines[1]!,
    /^\S+ warn \sall HTTP connections were closed, 3 times since the last such line: /,
  );
});

Deno.test("memory that no cut frees is said, and nothing is cut again for it", async () => {
  const process = new FakeProcess();
  process.usedBytes = 600 * MIB;
  await process.look(0);
  await process.look(500);
  assertMatch(
    process.lines.at(-1)!,
    /^\S+ warn \sthe process holds 600MiB and should hold \d+MiB at most; /,
  );
  const before = [...process.done];
  for (let ms = 50; ms < 30_000; ms += 50) await process.look(ms);
  assertEquals(process.done, before);
  assertEquals(process.lines.length, 2);
});

Deno.test("connections and what the region has come to use are no reason to act", async () => {
  const process = new FakeProcess();
  process.openFiles = 10_000;
  process.usedBytes = (100 + 64 + 64 + 150) * MIB;
  await process.look(0);
  assertEquals(process.done, []);
  // They are gone, and what is between those of others stays for a while.
  process.openFiles = 20;
  await process.look(1000);
  assertEquals(process.done, []);
});
