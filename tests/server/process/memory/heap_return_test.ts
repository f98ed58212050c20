import { assert, assertEquals } from "@std/assert";
import {
  type Heap,
  HeapReturn,
  threadHeap,
} from "../../../../server/process/memory/heap_return.ts";

const MIB = 1024 * 1024;

class FakeHeap implements Heap {
  collections = 0;
  liveBytes = 10 * MIB;
  garbageBytes = 0;

  bytes(): number {
    return this.liveBytes + this.garbageBytes;
  }

  collect(): void {
    this.collections++;
    this.garbageBytes = 0;
  }
}

/** Ticks four times a second from `fromMs` on, for so many seconds. */
function ticks(watch: HeapReturn, fromMs: number, seconds: number, heldBytes = 0): void {
  for (let i = 1; i <= seconds * 4; i++) watch.tick(fromMs + i * 250, 0, heldBytes);
}

Deno.test("garbage of a quiet thread is collected, once", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.garbageBytes = 100 * MIB;
  ticks(watch, 0, 60);
  assertEquals(heap.collections, 1);
  assertEquals(heap.garbageBytes, 0);
});

Deno.test("little garbage is left to V8", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.garbageBytes = 15 * MIB;
  ticks(watch, 0, 60);
  assertEquals(heap.collections, 0);
});

Deno.test("a busy thread is not interrupted for less than 32 MiB", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.garbageBytes = 31 * MIB;
  for (let i = 1; i <= 100; i++) watch.tick(i * 250, i * 300, 0);
  assertEquals(heap.collections, 0);
  watch.tick(25_250, 30_100, 0);
  assertEquals(heap.collections, 1);
});

Deno.test("what is held for good is looked at more and more seldom", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.liveBytes = 200 * MIB;
  ticks(watch, 0, 300, 190 * MIB);
  assert(heap.collections >= 5 && heap.collections <= 10, `${heap.collections}`);
});

Deno.test("what clients let go of is collected within 3 s, however seldom it was looked at", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.liveBytes = 200 * MIB;
  ticks(watch, 0, 300, 190 * MIB);
  const { collections } = heap;
  heap.liveBytes = 10 * MIB;
  heap.garbageBytes = 190 * MIB;
  ticks(watch, 300_000, 3, 0);
  assertEquals(heap.collections, collections + 1);
  assertEquals(heap.bytes(), 10 * MIB);
});

Deno.test("the heap of this thread gets smaller", () => {
  const heap = threadHeap();
  assert(heap !== undefined);
  let held: unknown[] | undefined = Array.from(
    { length: 200_000 },
    (_, i) => ({ i, text: `${i}` }),
  );
  heap.collect();
  const before = heap.bytes();
  assertEquals(held.length, 200_000);
  held = undefined;
  heap.collect();
  assert(heap.bytes() < before - 5 * MIB, `${before} ${heap.bytes()}`);
});

Deno.test("a heap with a shorter gap of its own is collected as often as that", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0, 1000);
  for (let second = 0; second < 10; second++) {
    heap.garbageBytes = 100 * MIB;
    ticks(watch, second * 1000, 1);
  }
  assertEquals(heap.collections, 10);
});

Deno.test("a heap that grows fast is collected in a busy thread too, twice a second at most", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  for (let i = 1; i <= 40; i++) {
    heap.garbageBytes += 32 * MIB;
    watch.tick(i * 250, i * 300, 0);
  }
  assertEquals(heap.collections, 20);
});

Deno.test("what a busy thread holds for good is collected once", () => {
  const heap = new FakeHeap();
  const watch = new HeapReturn(heap, 0);
  heap.liveBytes = 200 * MIB;
  for (let i = 1; i <= 400; i++) watch.tick(i * 250, i * 300, 190 * MIB);
  assertEquals(heap.collections, 1);
});
