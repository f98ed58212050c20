import { assertEquals } from "@std/assert";
import { Region } from "../../../cache/mod.ts";
import { PersistenceStatus } from "../../../server/contract/persistence/persistence_status.ts";
import { WriteLag } from "../../../server/disk/write_lag.ts";

function setUp(position: number): { lag: WriteLag; latest: () => number; worst: () => number } {
  const status = new PersistenceStatus(Region.create({ memoryBytes: 2 ** 20 }));
  const lag = new WriteLag(status, position, 0);
  const shown = (nowMs: number) => (lag.tick(nowMs), status);
  return {
    lag,
    latest: () => shown(0).get("lagUs") / 1000,
    worst: () => shown(0).get("lagWorstUs") / 1000,
  };
}

Deno.test("WriteLag counts from when all before was read, though the ring is never empty", () => {
  for (const from of [0, 2 ** 31 - 100]) {
    const { lag, latest, worst } = setUp(from | 0);
    // Every 3 ms 50 words are read that have come in 5 ms; 50 more come meanwhile.
    for (let i = 0; i < 100; i++) {
      const position = from + 50 * i;
      lag.willRead(position | 0, (position + 50) | 0, 3 * i);
      lag.note(3 * i + 2);
    }
    assertEquals([latest(), worst()], [5, 5]);
  }
});

Deno.test("WriteLag goes on counting while less is read than was there", () => {
  const { lag, latest } = setUp(0);
  lag.willRead(0, 100, 10);
  lag.note(11);
  assertEquals(latest(), 11);
  for (const position of [40, 80]) {
    lag.willRead(position, 500, 20);
    lag.note(30);
    assertEquals(latest(), 30);
  }
  lag.willRead(120, 500, 40);
  lag.note(41);
  assertEquals(latest(), 31);
});

Deno.test("WriteLag begins anew when the ring was empty", () => {
  const { lag, latest } = setUp(0);
  lag.willRead(0, 10, 5);
  lag.note(6);
  lag.wasEmpty(10, 1000);
  lag.willRead(10, 20, 1001);
  lag.note(1003);
  assertEquals(latest(), 3);
});
