// Key events: what the engine notes of changes, and that it notes nothing nobody has asked for.

import { assert, assertEquals } from "@std/assert";
import {
  Cache,
  chooseKeyEvents,
  Duty,
  KeyEventClass,
  KeyEventHint,
  KeyEventKind,
  KeyEvents,
  readStats,
  Region,
} from "../../cache/mod.ts";
import { MAX_EVENT_BYTES, MAX_EVENTS } from "../../cache/key_events.ts";
import { REGION_WATCHERS } from "../../cache/region_layout.ts";
import { bytesOf, valueOf } from "./fixture.ts";

const { evicted, expired, generic, keyevent, string } = KeyEventClass;

function setUp(classes: number) {
  const region = Region.create({ memoryBytes: 2 ** 20, actorCount: 3 });
  const clock = { nowMs: 1_000_000 };
  const cache = new Cache(region, 0, () => clock.nowMs);
  const events = region.keyEvents = new KeyEvents();
  chooseKeyEvents(region, classes);
  const take = () => {
    const taken = Array.from({ length: events.count }, (_, i) => {
      const key = new TextDecoder().decode(
        events.bytes.subarray(events.startOf(i), events.endOf(i)),
      );
      return [events.kindOf(i), key] as const;
    });
    events.clear();
    region.duties = 0;
    return taken;
  };
  return { region, clock, cache, events, take };
}

Deno.test("KeyEvents has what happened to keys, in its order", () => {
  const { region, clock, cache, events, take } = setUp(keyevent | generic | string | expired);
  cache.put(bytesOf("a"), valueOf(1));
  assertEquals(region.duties, Duty.keyEvents);
  assert(events.has(0, KeyEventHint.isNew));
  assert(!events.has(0, KeyEventHint.hasDeadline));
  cache.put(bytesOf("a"), valueOf(1), { deadlineMs: clock.nowMs + 1 });
  assert(!events.has(1, KeyEventHint.isNew));
  assert(events.has(1, KeyEventHint.hasDeadline));
  clock.nowMs += 1;
  while (!cache.sweep(cache.hash(bytesOf("a"), 0, 1) & 7, 1e6));
  cache.put(bytesOf("long".repeat(500)), valueOf(1));
  cache.delete(bytesOf("long".repeat(500)));
  const { put, deleted, expired: over } = KeyEventKind;
  const long = "long".repeat(500);
  assertEquals(take(), [[put, "a"], [put, "a"], [over, "a"], [put, long], [deleted, long]]);
});

Deno.test("KeyEvents has what was evicted, as often as the shards count it", () => {
  const { cache, take } = setUp(keyevent | evicted);
  for (let i = 0; i < 20_000; i++) cache.put(bytesOf(`key ${i}`), valueOf(100));
  const taken = take();
  assert(taken.length > 1000);
  assertEquals(taken.length, readStats(cache).evictions);
  assertEquals(new Set(taken.map(([, key]) => key)).size, taken.length);
  assert(taken.every(([kind]) => kind === KeyEventKind.evicted));
});

Deno.test("nothing is noted of classes that nobody has asked for", () => {
  const { region, cache, take } = setUp(keyevent | expired);
  cache.put(bytesOf("a"), valueOf(1));
  cache.delete(bytesOf("a"));
  assertEquals(take(), []);
  // Without a letter that says how, no class is told of.
  chooseKeyEvents(region, generic | string);
  assertEquals(region.words[REGION_WATCHERS], 0);
  cache.put(bytesOf("a"), valueOf(1));
  assertEquals(take(), []);
});

Deno.test("chooseKeyEvents() may be called by several threads with the same", () => {
  const { region } = setUp(keyevent | generic);
  chooseKeyEvents(region, keyevent | generic);
  assertEquals(region.words[REGION_WATCHERS], 1);
  chooseKeyEvents(region, 0);
  chooseKeyEvents(region, 0);
  assertEquals(region.words[REGION_WATCHERS], 0);
});

Deno.test("what one script can have noted is bounded: the first events stay, those beyond are lost", () => {
  const events = new KeyEvents();
  const key = bytesOf("key");
  for (let i = 0; i < MAX_EVENTS + 10; i++) {
    events.note(KeyEventKind.put, 0, key, 0, key.length);
  }
  assertEquals(events.count, MAX_EVENTS);
  assertEquals(events.endOf(MAX_EVENTS - 1), MAX_EVENTS * key.length);
  events.clear();
  const long = new Uint8Array(MAX_EVENT_BYTES / 4);
  for (let i = 0; i < 6; i++) events.note(KeyEventKind.put, 0, long, 0, long.length);
  assertEquals([events.count, events.bytes.length], [4, MAX_EVENT_BYTES]);
});
