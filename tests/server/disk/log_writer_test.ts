import { assert, assertEquals, assertRejects } from "@std/assert";
import { LogState } from "../../../cache/mod.ts";
import { decodeFileHead, fileName } from "../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM } from "../../../server/disk/file_system.ts";
import type { Operation } from "./faulty_file_system.ts";
import { Bench, LossyFileSystem, type Policy } from "./log_writer_bench.ts";
import { RecordRing, recordsOnDisk } from "./record_ring.ts";

Deno.test("LogWriter writes what comes, and under always says how far it is on the disk", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "always", onWriteError: "refuse" });
  const first = bench.change();
  bench.change();
  assert(await bench.until(() => bench.ring.isFlushed(bench.ring.tail)));
  assertEquals(await recordsOnDisk(bench.dir), [1, 2]);
  assertEquals(bench.writer.positionOf(first.position), 8);
  assertEquals(bench.status.get("logPosition"), 16);
  assertEquals(bench.status.get("durablePosition"), 16);
  assertEquals(bench.status.get("logBytes"), 16);
});

Deno.test("LogWriter syncs once a second under everysec, and not at all under no", async () => {
  for (const fsync of ["everysec", "no"] as const) {
    await using bench = new Bench();
    await bench.open({ fsync, onWriteError: "refuse" });
    const before = bench.fs.count("sync");
    for (const endMs = bench.ring.nowMs + 3000; bench.ring.nowMs < endMs;) {
      bench.change();
      await bench.until(() => bench.ring.readPosition === bench.ring.tail);
    }
    const syncs = bench.fs.count("sync") - before;
    assert(fsync === "no" ? syncs === 0 : syncs >= 1 && syncs <= 4, `${fsync}: ${syncs} syncs`);
    assert(await bench.writer.flush());
    assert(bench.ring.isFlushed(bench.ring.tail));
    assertEquals(bench.status.get("durablePosition"), bench.status.get("logPosition"));
  }
});

Deno.test("LogWriter syncs what was written last, though nothing follows", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "everysec", onWriteError: "refuse" });
  let syncedMs = 0;
  bench.fs.before = (operation) => {
    if (operation === "sync") syncedMs ||= bench.ring.nowMs;
  };
  const { position } = bench.change();
  const sinceMs = bench.ring.nowMs;
  assert(await bench.until(() => bench.ring.isFlushed(position)));
  assert(syncedMs - sinceMs <= 1000);
});

Deno.test("LogWriter measures how long a record waits until the kernel has it", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "no", onWriteError: "refuse" });
  bench.fs.before = (operation) => {
    if (operation === "write") bench.ring.nowMs += 40;
  };
  bench.change();
  await bench.until(() => bench.status.get("lagUs") > 0);
  const first = bench.status.get("lagUs");
  assert(first >= 40_000, `${first}`);
  bench.fs.before = null;
  const endMs = bench.ring.nowMs + 90_000;
  while (bench.ring.nowMs < endMs) {
    bench.change();
    await bench.until(() => bench.ring.readPosition === bench.ring.tail);
    await bench.until(() => false, 2);
  }
  assert(bench.status.get("lagMinuteUs") < first);
  assertEquals(bench.status.get("lagWorstUs"), first);
});

Deno.test("LogWriter.rotate() begins a file that continues the one before", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "everysec", onWriteError: "refuse" });
  assertEquals(await bench.writer.rotate(), 0);
  bench.change();
  assert(await bench.writer.flush());
  const position = await bench.writer.rotate();
  assertEquals(position, 8);
  bench.change();
  assert(await bench.writer.flush());
  assertEquals(await recordsOnDisk(bench.dir), [1, 2]);
  bench.writer.snapshotStands(position);
  assertEquals(bench.writer.bytesSinceSnapshot, 8);
});

Deno.test("LogWriter.flush() waits for a record that is being appended, though not for ever", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "everysec", onWriteError: "refuse" });
  const fill = bench.ring.reserve();
  const sinceMs = bench.ring.nowMs;
  const flushing = bench.writer.flush();
  await bench.until(() => bench.ring.nowMs > sinceMs + 20);
  fill();
  assert(await flushing);
  assert(bench.ring.isFlushed(bench.ring.tail));
  bench.ring.reserve();
  assertEquals(await bench.writer.flush(), false);
});

Deno.test("LogWriter makes up with a snapshot for a record that found no space", async () => {
  await using bench = new Bench();
  await bench.open({ fsync: "everysec", onWriteError: "refuse" });
  bench.change();
  bench.ring.drop();
  bench.changed.add(2);
  assert(await bench.until(() => bench.ring.state === LogState.failing));
  assertEquals(
    bench.status.fault,
    "Log cannot keep up with writes: The log ring was full for too long",
  );
  assert(await bench.until(() => bench.ring.state === LogState.ok));
  assertEquals(await bench.found(), new Set([1, 2]));
  assertEquals(bench.status.get("gaps"), 1);
  assertEquals(bench.status.fault, null);
});

Deno.test("LogWriter begins anew with a snapshot where its file was removed, replaced or moved", async () => {
  const acts: Record<string, (path: string) => void> = {
    removed: (path) => Deno.removeSync(path),
    replaced: (path) => {
      const bytes = Deno.readFileSync(path);
      Deno.removeSync(path);
      Deno.writeFileSync(path, bytes);
    },
    moved: (path) => Deno.renameSync(path, `${path}.old`),
  };
  for (const [what, act] of Object.entries(acts)) {
    for (const fsync of ["always", "everysec", "no"] as const) {
      await using bench = new Bench();
      await bench.open({ fsync, onWriteError: "refuse" });
      bench.change();
      assert(await bench.writer.flush());
      act(`${bench.dir}/${fileName("log", 0)}`);
      // Nobody has to write for it to be seen.
      assert(await bench.until(() => bench.ring.state === LogState.failing), `${what}, ${fsync}`);
      assertEquals(bench.status.fault, "Log cannot be synced: No such file or directory");
      assert(await bench.until(() => bench.ring.state === LogState.ok), `${what}, ${fsync}`);
      bench.change();
      assert(await bench.writer.flush());
      assertEquals(bench.snapshot.numbers, new Set([1]), `${what}, ${fsync}`);
      assertEquals(await bench.found(), bench.changed, `${what}, ${fsync}`);
    }
  }
});

Deno.test("LogWriter continues no file that is gone, even before it is missed", async () => {
  await using bench = new Bench();
  // The writer looks for its file every second.
  bench.ring.isStill = true;
  await bench.open({ fsync: "no", onWriteError: "refuse" });
  bench.change();
  assert(await bench.writer.flush());
  await Deno.remove(`${bench.dir}/${fileName("log", 0)}`);
  const position = await bench.writer.rotate();
  bench.ring.isStill = false;
  assertEquals(position, 8);
  const log = await Deno.readFile(`${bench.dir}/${fileName("log", position)}`);
  const head = decodeFileHead(log, "log");
  assert("previous" in head && head.previous === position);
  assert(await bench.until(() => bench.snapshot.position === position));
});

Deno.test("LogWriter keeps the ring from filling while writes are refused", async () => {
  await using bench = new Bench(undefined, new RecordRing(64));
  await bench.open({ fsync: "everysec", onWriteError: "refuse" });
  bench.fs.fault = { operation: "write", nth: bench.fs.count("write") + 1, times: Infinity };
  bench.change();
  assert(await bench.until(() => bench.ring.state === LogState.failing));
  // Items go on expiring.
  for (let i = 0; i < 6; i++) bench.change();
  assert(await bench.until(() => bench.ring.readPosition === bench.ring.tail));
  assert(bench.status.get("discardedBytes") >= 48);
  bench.fs.fault = null;
  assert(await bench.until(() => bench.ring.state === LogState.ok));
  assertEquals(await bench.found(), bench.changed);
});

Deno.test("LogWriter cannot begin a log where there is no folder, and says so", async () => {
  const bench = new Bench();
  await Deno.remove(bench.dir);
  await assertRejects(
    () => bench.open({ fsync: "no", onWriteError: "refuse" }),
    Deno.errors.NotFound,
  );
});

/**
 * Writes 15 records while one operation fails, with snapshots in between, and looks all along whether what
 * was promised is on the disk. Returns whether the operation was reached.
 */
async function keepsItsWord(
  policy: Policy,
  operation: Operation,
  nth: number,
  times: number,
): Promise<boolean> {
  const what = `${policy.fsync}, ${policy.onWriteError}: ${operation} ${nth}, ${times} times`;
  await using bench = new Bench(new LossyFileSystem(DENO_FILE_SYSTEM));
  await bench.open(policy);
  const { ring } = bench;
  const reached = bench.fs.count(operation) + nth;
  bench.fs.fault = { operation, nth: reached, times, share: 0.5 };
  /** Answered under always: on the disk, whatever happens. */
  const promised = new Set<number>();
  const waiting: { number: number; position: number }[] = [];
  const settle = () => {
    for (const record of waiting.splice(0)) {
      if (ring.isFlushed(record.position)) promised.add(record.number);
      else if (ring.state === LogState.ok) waiting.push(record);
      // Else it is answered with an error, or was told that nothing is promised.
    }
  };
  const look = async () => {
    const found = await bench.found();
    for (const number of promised) assert(found.has(number), `${what}: ${number} is lost`);
    for (const number of found) assert(bench.changed.has(number), `${what}: ${number} is made up`);
  };
  for (let i = 0; i < 15; i++) {
    if (ring.state === LogState.ok || policy.onWriteError === "continue") {
      waiting.push(bench.change());
    }
    await bench.until(() => ring.readPosition === ring.tail, 0.02);
    if (i % 5 === 4) await bench.snap();
    settle();
    if (i % 3 === 2) {
      await bench.until(() => ring.isFlushed(ring.tail), 1.2);
      settle();
      await look();
    }
  }
  const wasReached = bench.fs.count(operation) >= reached;
  const state = () => `${what}: ${bench.status.fault}, ${bench.lines.join("; ")}`;
  // The last of the operations that fail may be one of the flush.
  for (let i = 0; i <= times; i++) {
    assert(await bench.until(() => ring.state === LogState.ok), state());
    if (await bench.writer.flush()) break;
  }
  assert(ring.isFlushed(ring.tail), state());
  assertEquals(await bench.found(), bench.changed, what);
  assert(bench.lines.length <= 2 * times, state());
  return wasReached;
}

for (const operation of ["write", "sync", "open", "rename", "syncDir"] as const) {
  Deno.test(`LogWriter keeps its word whichever ${operation} fails`, async () => {
    for (const fsync of ["always", "everysec", "no"] as const) {
      for (const onWriteError of ["refuse", "continue"] as const) {
        for (const times of [1, 3]) {
          let nth = 1;
          while (await keepsItsWord({ fsync, onWriteError }, operation, nth, times)) nth++;
          assert(nth > 3, `only ${nth} of ${operation}`);
        }
      }
    }
  });
}
