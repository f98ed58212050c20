// When the guard collects, refuses, cuts and gives up, by figures that nobody measured.

import { assertEquals } from "@std/assert";
import { MemoryGuard, memoryLimit } from "../../../../server/process/memory/memory_guard.ts";

const MIB = 1024 * 1024;
const LIMIT = 400 * MIB;

/** A guard that has found at 0 ms that 420 MiB are held with all garbage collected. */
function over(): MemoryGuard {
  const guard = new MemoryGuard();
  assertEquals(guard.look(0, 420 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(0, 420 * MIB, LIMIT), "none");
  return guard;
}

/** A guard that has cut connections in vain at 100 ms: 450 MiB are still held, as was said. */
function stuck(): MemoryGuard {
  const guard = over();
  assertEquals(guard.look(50, 453 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(50, 453 * MIB, LIMIT), "cut");
  assertEquals(guard.cut(100, 450 * MIB, LIMIT), "say");
  return guard;
}

Deno.test("memoryLimit() is what was given, a margin, and 16 KiB for each connection", () => {
  const grant = {
    idleBytes: 100 * MIB,
    idleWorkers: 1,
    workers: 1,
    regionBytes: 256 * MIB,
    bodyBytes: 64 * MIB,
    connections: 0,
  };
  assertEquals(memoryLimit(grant), (100 + 256 + 64 + 64 + 16) * MIB);
  assertEquals(memoryLimit({ ...grant, connections: 6400 }) - memoryLimit(grant), 100 * MIB);
  assertEquals(memoryLimit({ ...grant, workers: 3 }) - memoryLimit(grant), 2 * (32 + 16) * MIB);
});

Deno.test("a process within its limit is left alone", () => {
  const guard = new MemoryGuard();
  for (let ms = 0; ms < 10_000; ms += 50) assertEquals(guard.look(ms, LIMIT, LIMIT), "none");
});

Deno.test("garbage is collected at most once a second, and nothing is cut for it", () => {
  const guard = new MemoryGuard();
  let collections = 0;
  for (let ms = 0; ms < 10_000; ms += 50) {
    if (guard.look(ms, LIMIT + MIB, LIMIT) !== "collect") continue;
    collections++;
    assertEquals(guard.collected(ms, LIMIT - MIB, LIMIT), "none");
  }
  assertEquals(collections, 10);
});

Deno.test("a surge is collected at once", () => {
  const guard = new MemoryGuard();
  assertEquals(guard.look(0, LIMIT + 33 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(0, LIMIT, LIMIT), "none");
  assertEquals(guard.look(50, LIMIT + 33 * MIB, LIMIT), "collect");
});

Deno.test("what clients let go of within half a second is not cut", () => {
  const guard = over();
  assertEquals(guard.look(450, 425 * MIB, LIMIT), "none");
  assertEquals(guard.look(490, 399 * MIB, LIMIT), "none");
  assertEquals(guard.look(500, 399 * MIB, LIMIT), "none");
});

Deno.test("what they have made garbage is collected before anything is cut", () => {
  const guard = over();
  assertEquals(guard.look(500, 420 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(500, 399 * MIB, LIMIT), "none");
  assertEquals(guard.look(550, 399 * MIB, LIMIT), "none");
});

Deno.test("what stays for half a second is cut", () => {
  const guard = over();
  assertEquals(guard.look(450, 420 * MIB, LIMIT), "none");
  assertEquals(guard.look(500, 420 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(510, 420 * MIB, LIMIT), "cut");
  assertEquals(guard.cut(520, 200 * MIB, LIMIT), "none");
  assertEquals(guard.look(570, 200 * MIB, LIMIT), "none");
});

Deno.test("what is far beyond the limit is cut once garbage is collected, without a wait", () => {
  const guard = new MemoryGuard();
  assertEquals(guard.look(0, LIMIT + 33 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(10, LIMIT + 33 * MIB, LIMIT), "cut");
});

Deno.test("where a cut has freed nothing that is said once a minute, and nothing is cut for it", () => {
  const guard = stuck();
  const steps: string[] = [];
  for (let ms = 150; ms <= 180_100; ms += 50) steps.push(guard.look(ms, 450 * MIB, LIMIT));
  assertEquals(steps.filter((step) => step !== "none"), ["say", "say", "say"]);
});

Deno.test("after a cut in vain only growth counts, and not before five seconds", () => {
  const guard = stuck();
  assertEquals(guard.look(5050, 520 * MIB, LIMIT), "none");
  assertEquals(guard.look(5100, 520 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(5100, 445 * MIB, LIMIT), "none");
  assertEquals(guard.look(10_200, 520 * MIB, LIMIT), "collect");
  assertEquals(guard.collected(10_200, 520 * MIB, LIMIT), "cut");
});

Deno.test("once memory is back within the limit a cut in vain is forgotten", () => {
  const guard = stuck();
  assertEquals(guard.look(200, 300 * MIB, LIMIT), "none");
  assertEquals(guard.look(2000, 420 * MIB, LIMIT), "collect");
});
