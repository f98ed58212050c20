// Who is told of which change, and what happens when there are more than can be told: nobody is told
// of what he does not watch, lost events are told of seldom, and a slice of work has an end.

import { assert, assertEquals } from "@std/assert";
import { type ChangeEvent, ChangeKind } from "../../../cache/mod.ts";
import { publishChange } from "../../../cache/event_ring.ts";
import { RING_ENTRIES } from "../../../cache/region_layout.ts";
import { PrefixWatchers } from "../../../server/changes/prefix_watchers.ts";
import { WorkerWatch } from "../../../server/changes/watch.ts";
import type { Watcher } from "../../../server/contract/changes.ts";
import { newCache, newRegion } from "../fixture.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A watcher that writes down what it is told. */
class Ear implements Watcher {
  readonly heard: string[] = [];

  onChange(_hash: number, _kind: ChangeKind, { key }: ChangeEvent): void {
    this.heard.push(decoder.decode(key));
  }

  onOverflow(): void {
    this.heard.push("overflow");
  }
}

function setUp() {
  const region = newRegion();
  const cache = newCache(region);
  const clock = { nowMs: 1000 };
  const watch = new WorkerWatch(region, 2, () => clock.nowMs);
  const put = (key: string) => cache.put(encoder.encode(key), encoder.encode("v"));
  const hashOf = (key: string) => cache.hash(encoder.encode(key), 0, key.length);
  return { region, clock, watch, put, hashOf };
}

Deno.test("WorkerWatch tells of keys and prefixes that are watched, once each, and of no others", () => {
  const { watch, put, hashOf } = setUp();
  const [a, b, all, deaf] = [new Ear(), new Ear(), new Ear(), new Ear()];
  watch.add(hashOf("user:1"), a);
  watch.addPrefix(encoder.encode("user:"), a);
  watch.addPrefix(encoder.encode("user:2"), b);
  watch.addPrefix(encoder.encode("x".repeat(100)), b);
  watch.addAll(all);
  watch.addPrefix(encoder.encode("none:"), deaf);
  for (const key of ["user:1", "user:2", "use", "x".repeat(63), "x".repeat(120)]) put(key);
  assertEquals(watch.slice(), false);
  assertEquals(a.heard, ["user:1", "user:2"]);
  // Of a long key only the first bytes come, so whoever waits for a long prefix decides for himself.
  assertEquals(b.heard, ["user:2", "x".repeat(64)]);
  assertEquals(all.heard.length, 5);
  assertEquals(deaf.heard, []);
  watch.removePrefix(encoder.encode("user:"), a);
  watch.remove(hashOf("user:1"), a);
  watch.removeAll(all);
  put("user:1");
  watch.slice();
  assertEquals([a.heard.length, all.heard.length], [2, 5]);
});

Deno.test("WorkerWatch tells of lost events at most every 100 ms, and of no event in between", () => {
  const { region, clock, watch } = setUp();
  const ear = new Ear();
  watch.addPrefix(encoder.encode("k"), ear);
  const flood = () => {
    const key = encoder.encode("key");
    for (let i = 0; i <= RING_ENTRIES; i++) publishChange(region, i, ChangeKind.put, key, 0, 3);
  };
  for (let i = 0; i < 50; i++, clock.nowMs += 10) {
    flood();
    watch.slice();
  }
  const told = ear.heard.filter((what) => what === "overflow").length;
  assert(told >= 4 && told <= 6, `${told} times in 500 ms`);
  assertEquals(ear.heard.length, told);
  // What was lost in the meantime is told of when the time has come, without another event.
  clock.nowMs += 100;
  watch.slice();
  assertEquals(ear.heard.length, told + 1);
  clock.nowMs += 100;
  assertEquals(watch.slice(), false);
  assertEquals(ear.heard.length, told + 1);
  publishChange(region, 1, ChangeKind.put, encoder.encode("k1"), 0, 2);
  watch.slice();
  assertEquals(ear.heard.at(-1), "k1");
});

Deno.test("WorkerWatch.slice() ends after a millisecond, and says that there is more", () => {
  const { region, clock, watch } = setUp();
  const heard: number[] = [];
  const slow: Watcher = {
    onChange: (hash) => {
      clock.nowMs += 0.1;
      heard.push(hash);
    },
    onOverflow: () => clock.nowMs += 0.6,
  };
  watch.addAll(slow);
  for (let i = 0; i < 400; i++) publishChange(region, i, ChangeKind.put, encoder.encode("k"), 0, 1);
  for (let slices = 1;; slices++) {
    const fromMs = clock.nowMs;
    const isMore = watch.slice();
    assert(clock.nowMs - fromMs < 5);
    if (isMore) continue;
    assert(slices > 10);
    break;
  }
  assertEquals(heard, Array.from({ length: 400 }, (_, i) => i));
});

Deno.test("WorkerWatch.slice() ends after a millisecond also within an event that thousands watch", () => {
  const { region, clock, watch } = setUp();
  const heard: string[][] = [];
  const ears = Array.from({ length: 1000 }, (_, i) => ({
    onChange: (_hash: number, _kind: ChangeKind, { key }: ChangeEvent) => {
      clock.nowMs += 0.01;
      (heard[i] ??= []).push(new TextDecoder().decode(key));
    },
    onOverflow: () => {},
  }));
  for (const ear of ears) watch.addAll(ear);
  for (const key of ["a", "b"]) {
    publishChange(region, 1, ChangeKind.put, encoder.encode(key), 0, 1);
  }
  for (let isMore = true; isMore;) {
    const fromMs = clock.nowMs;
    isMore = watch.slice();
    assert(clock.nowMs - fromMs < 2);
    // Who ends his watch is not told any more.
    watch.removeAll(ears[999]!);
  }
  assertEquals(heard, Array.from({ length: 999 }, () => ["a", "b"]));
});

Deno.test("PrefixWatchers finds by a key who waits for its beginning, and forgets who does not", () => {
  const watchers = new PrefixWatchers();
  const ear = new Ear();
  const find = (key: string, keyBytes = key.length) => {
    const found = new Set<Watcher>();
    const event = {
      hash: 0,
      kind: ChangeKind.put,
      database: 0,
      keyBytes,
      key: encoder.encode(key),
      changedBy: 0,
    };
    watchers.addMatching(event, found);
    return found.size;
  };
  const [long, longer] = [encoder.encode("y".repeat(70)), encoder.encode("y".repeat(71))];
  assertEquals([watchers.add(long, ear), watchers.add(longer, ear)], [true, true]);
  assertEquals([watchers.has(long, ear), watchers.has(encoder.encode("y"), ear)], [true, false]);
  assertEquals([find("y".repeat(64), 200), find("y".repeat(63)), find("", 0)], [1, 0, 1]);
  assertEquals([watchers.remove(long, ear), find("y".repeat(64), 200)], [true, 1]);
  assertEquals([watchers.remove(longer, ear), find("y".repeat(64), 200)], [true, 0]);
  assertEquals(find("", 0), 0);
});
