// When snapshots are made, by a clock and a log that stand still until a test moves them. What makes one
// is a promise that the test settles.

import { assertEquals } from "@std/assert";
import type { EventLog } from "../../../server/contract/log/events.ts";
import { Snapshots } from "../../../server/disk/snapshots.ts";
import type { SnapshotAnswer, SnapshotSummary } from "../../../server/contract/server.ts";

const MIB = 2 ** 20;
const SUMMARY: SnapshotSummary = { items: 3, bytes: 500, seconds: 0.25 };
const DONE: SnapshotAnswer = { outcome: "done", summary: SUMMARY };

/** Snapshots whose making a test decides about. */
class Making {
  position = 0;
  nowMs = 0;
  dataBytes = 0;
  /** Those that have begun and have not ended. */
  readonly begun: PromiseWithResolvers<SnapshotSummary>[] = [];
  count = 0;
  readonly events: string[] = [];
  readonly snapshots: Snapshots;

  constructor(everyMs = 0, lastPosition = 0) {
    const log: Omit<EventLog, "debug"> = {
      info: (_, text) => this.events.push(text),
      warn: (_, text) => this.events.push(text),
      error: (_, text) => this.events.push(text),
    };
    const make = () => {
      this.count++;
      const one = Promise.withResolvers<SnapshotSummary>();
      this.begun.push(one);
      return one.promise;
    };
    const parts = {
      make,
      position: () => this.position,
      dataBytes: () => this.dataBytes,
      everyMs,
      log,
      now: () => this.nowMs,
    };
    this.snapshots = new Snapshots(parts, lastPosition);
  }

  /** Ends the one that has begun; resolves when what follows from it has happened. */
  async end(error?: Error): Promise<void> {
    const one = this.begun.shift()!;
    if (error === undefined) one.resolve(SUMMARY);
    else one.reject(error);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("Snapshots makes one at a time, and answers what comes meanwhile as Redis does", async () => {
  const making = new Making();
  const { snapshots } = making;
  assertEquals(await snapshots.ask({ how: "background" }), { outcome: "started" });
  assertEquals(await snapshots.ask({ how: "background" }), { outcome: "running" });
  assertEquals(await snapshots.ask({ how: "save" }), { outcome: "running" });
  assertEquals(await snapshots.ask({ how: "rewrite" }), { outcome: "scheduled" });
  assertEquals(await snapshots.ask({ how: "rewrite" }), { outcome: "scheduled" });
  assertEquals(making.count, 1);
  await making.end();
  assertEquals([making.count, snapshots.isRunning], [2, true]);
  assertEquals(await snapshots.ask({ how: "rewrite" }), { outcome: "running" });
  assertEquals(await snapshots.ask({ how: "background" }), { outcome: "otherRunning" });
  const scheduled = await snapshots.ask({ how: "background", mayWait: true });
  assertEquals(scheduled, { outcome: "scheduled" });
  await making.end();
  await making.end();
  assertEquals([making.count, snapshots.isRunning], [3, false]);
});

Deno.test("Snapshots tells those who wait when theirs stands: one that began after they asked", async () => {
  const making = new Making();
  const { snapshots } = making;
  const first = snapshots.ask({ how: "wait" });
  const second = snapshots.ask({ how: "wait" });
  const third = snapshots.ask({ how: "wait" });
  await making.end();
  assertEquals(await first, DONE);
  assertEquals(making.count, 2);
  await making.end(new Error("No space left on device"));
  const failed: SnapshotAnswer = { outcome: "failed", why: "No space left on device" };
  assertEquals([await second, await third], [failed, failed]);
  assertEquals(making.events, [
    "snapshot: 3 items, 500 bytes, 0.3 s",
    "the snapshot failed, the one before stays: No space left on device",
  ]);
  const save = snapshots.ask({ how: "save" });
  await making.end();
  assertEquals(await save, DONE);
});

Deno.test("Snapshots makes one when the log is twice the data, and 256 MiB at least", async () => {
  const making = new Making(0, 1000);
  making.position = 1000 + 256 * MIB - 1;
  making.snapshots.tick();
  assertEquals(making.count, 0);
  making.position++;
  making.dataBytes = 128 * MIB + 1;
  making.snapshots.tick();
  assertEquals(making.count, 0);
  making.dataBytes--;
  making.snapshots.tick();
  making.snapshots.tick();
  assertEquals(making.count, 1);
  assertEquals(await making.snapshots.ask({ how: "rewrite" }), { outcome: "running" });
  // What is logged while it is made counts for the next one.
  making.position += 255 * MIB;
  await making.end();
  making.snapshots.tick();
  making.position += MIB;
  making.snapshots.tick();
  assertEquals(making.count, 2);
  await making.end();
});

Deno.test("Snapshots makes one every so often, if something has changed", async () => {
  const making = new Making(60_000);
  making.nowMs = 60_000;
  making.snapshots.tick();
  assertEquals(making.count, 0);
  making.position = 4;
  making.snapshots.tick();
  assertEquals(making.count, 1);
  assertEquals(await making.snapshots.ask({ how: "background" }), { outcome: "running" });
  making.nowMs = 70_000;
  await making.end();
  making.position = 8;
  making.nowMs = 119_999;
  making.snapshots.tick();
  assertEquals(making.count, 1);
  making.nowMs = 120_000;
  making.snapshots.tick();
  assertEquals(making.count, 2);
  await making.end();
});

Deno.test("Snapshots tries again after 5 s, then ever later, and at once when somebody asks", async () => {
  const making = new Making(1000);
  making.position = 4;
  making.nowMs = 1000;
  let waitMs = 5000;
  for (let i = 1; i <= 10; i++) {
    making.snapshots.tick();
    assertEquals(making.count, i);
    await making.end(new Error("no"));
    making.nowMs += waitMs - 1;
    making.snapshots.tick();
    assertEquals(making.count, i, `after ${waitMs - 1} ms`);
    making.nowMs++;
    waitMs = Math.min(300_000, 2 * waitMs);
  }
  const asked = making.snapshots.ask({ how: "wait" });
  assertEquals(making.count, 11);
  await making.end();
  assertEquals(await asked, DONE);
});

Deno.test("Snapshots.close() lets the one in work end and refuses the rest; last() makes one more", async () => {
  const making = new Making();
  const { snapshots } = making;
  const first = snapshots.ask({ how: "wait" });
  const second = snapshots.ask({ how: "wait" });
  const closed = snapshots.close();
  const stopping: SnapshotAnswer = { outcome: "failed", why: "the server is stopping" };
  assertEquals(await snapshots.ask({ how: "background" }), stopping);
  await making.end();
  await closed;
  assertEquals([await first, await second, making.count], [DONE, stopping, 1]);
  const last = snapshots.last();
  await making.end();
  assertEquals(await last, DONE);
});
