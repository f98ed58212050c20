// Changes of byte views in logs and snapshots.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { ByteView } from "../../../cache/mod.ts";
import { bytesOf, get, put, valueOf } from "../fixture.ts";
import { assertRestored, LoggedCache, restore, takeSnapshot } from "../log/fixture.ts";
import { checkAll } from "../model.ts";
import { change, withView } from "./opened.ts";

const LOG_MEMORY = 2 * 2 ** 20;

/** Changes some value of a few, some of which are long. */
function changeSome(logged: LoggedCache, view: ByteView, random: Random): void {
  const { cache, clock } = logged;
  const number = random.below(40);
  const key = `key:${number}`;
  const maxBytes = number < 30 ? 300 : 2000 * (number - 28);
  const roll = random.below(30);
  if (roll === 0) put(cache, key, valueOf(random.below(maxBytes), random.below(1000)));
  else if (roll === 1) cache.delete(bytesOf(key));
  else {
    withView(cache, view, key, () => {
      let model = new Uint8Array(view.length);
      view.read(0, view.length, model, 0);
      for (let i = random.below(3); i >= 0; i--) {
        model = change(view, model, random, maxBytes).slice();
      }
      view.close();
    });
    if (roll === 2) {
      const bytes = bytesOf(key);
      const hash = cache.hash(bytes, 0, bytes.length);
      const shard = cache.shardOf(hash);
      cache.withShard(hash, {
        runLocked: () => {
          const address = shard.peekLocked(hash, bytes, 0, bytes.length);
          if (address !== 0) shard.setDeadlineLocked(address, clock.nowMs + 1_000_000);
        },
      });
    }
  }
  logged.drain();
}

Deno.test("Changes of byte views come back from the log alone", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const logged = new LoggedCache(LOG_MEMORY);
    const random = new Random(seed);
    const view = new ByteView();
    for (let i = 0; i < 3000; i++) changeSome(logged, view, random);
    const restored = restore(logged, null, LOG_MEMORY);
    checkAll(restored);
    assertRestored(restored, logged.cache);
  }
});

Deno.test("Changes of byte views come back from a snapshot made under them, and the log behind it", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const logged = new LoggedCache(LOG_MEMORY);
    const random = new Random(seed);
    const view = new ByteView();
    for (let i = 0; i < 1500; i++) changeSome(logged, view, random);
    const before = logged.position;
    const snapshot = takeSnapshot(logged, () => {
      for (let i = 0; i < 100; i++) changeSome(logged, view, random);
    });
    for (let i = 0; i < 500; i++) changeSome(logged, view, random);
    logged.blocks.splice(0, logged.blocks.findIndex(({ position }) => position >= before));
    const restored = restore(logged, snapshot, LOG_MEMORY);
    checkAll(restored);
    assertRestored(restored, logged.cache);
  }
});

Deno.test("Changes of byte views come back into smaller and larger shards, whole or not at all", () => {
  const logged = new LoggedCache(LOG_MEMORY);
  const random = new Random(9);
  const view = new ByteView();
  for (let i = 0; i < 2000; i++) changeSome(logged, view, random);
  for (const memoryBytes of [LOG_MEMORY / 4, 4 * LOG_MEMORY]) {
    const restored = restore(logged, null, memoryBytes);
    checkAll(restored);
    let found = 0;
    for (let number = 0; number < 40; number++) {
      const value = get(restored, `key:${number}`);
      if (value !== null) assertEquals(value, get(logged.cache, `key:${number}`)!);
      found += value === null ? 0 : 1;
    }
    assert(found > (memoryBytes > LOG_MEMORY ? 35 : 20), `${found} of 40`);
  }
});

Deno.test("a value of a MiB that changes while a snapshot copies it in parts comes back as it was at the end", () => {
  const memoryBytes = 32 * 2 ** 20;
  for (let seed = 1; seed <= 6; seed++) {
    const logged = new LoggedCache(memoryBytes, 512 * 1024);
    const { cache } = logged;
    const random = new Random(seed);
    const view = new ByteView();
    const most = 2 ** 20;
    const write = (key: string, from: number, bytes: Uint8Array) => {
      withView(cache, view, key, () => {
        assert(view.write(from, bytes, 0, bytes.length));
        view.close();
      });
      logged.drain();
    };
    const keys = ["a", "b", "c"];
    for (const key of keys) {
      for (let at = 0; at < most - 50_000; at += 50_000) write(key, at, valueOf(50_000, at + seed));
    }
    const before = logged.position;
    const changeOne = () => {
      const key = keys[random.below(keys.length)]!;
      const roll = random.below(20);
      if (roll === 0) cache.delete(bytesOf(key));
      else if (roll === 1) put(cache, key, valueOf(random.below(5000), seed));
      else if (roll < 5) {
        withView(cache, view, key, () => {
          view.setLength(random.below(most));
          view.close();
        });
      } else write(key, random.below(most - 3000), valueOf(1 + random.below(3000), roll + seed));
      logged.drain();
    };
    let steps = 0;
    const snapshot = takeSnapshot(logged, () => {
      steps++;
      changeOne();
    });
    assert(steps > 12 + cache.shards.length, `${steps} steps`);
    for (let i = 0; i < 10; i++) changeOne();
    logged.blocks.splice(0, logged.blocks.findIndex(({ position }) => position >= before));
    const restored = restore(logged, snapshot, memoryBytes);
    checkAll(restored);
    assertRestored(restored, logged.cache);
  }
});
