// The word of CLIENT PAUSE: what it holds and for how long, also where it goes round, and who waits.

import { assertEquals } from "@std/assert";
import { MAX_PAUSE_MS, Pause, PauseKind } from "../../../../server/commands/connection/pause.ts";
import { newRegion, NOW_MS } from "../../fixture.ts";

function setUp(nowMs = NOW_MS) {
  const clock = { nowMs };
  const region = newRegion();
  const now = () => clock.nowMs;
  return { clock, pause: new Pause(region, now), other: new Pause(region, now) };
}

Deno.test("Pause.holds() what its kind says, in every thread, until its time is over", () => {
  const { clock, pause, other } = setUp();
  assertEquals([pause.isOn, pause.holds(true)], [false, false]);
  pause.begin(1000, PauseKind.write);
  assertEquals([other.isOn, other.holds(true), other.holds(false)], [true, true, false]);
  clock.nowMs += 999;
  assertEquals(other.holds(true), true);
  clock.nowMs += 5;
  assertEquals([other.holds(true), pause.isOn], [false, false]);
});

Deno.test("Pause.begin() of 0 ms holds nobody, not for a moment", () => {
  const { pause, other } = setUp();
  pause.begin(0, PauseKind.all);
  assertEquals([pause.isOn, other.holds(true)], [false, false]);
});

Deno.test("Pause.begin() keeps the longer time and the stricter kind; end() ends all", () => {
  const { clock, pause, other } = setUp();
  pause.begin(1000, PauseKind.all);
  other.begin(20, PauseKind.write);
  clock.nowMs += 900;
  assertEquals([pause.holds(true), pause.holds(false)], [true, true]);
  pause.begin(1000, PauseKind.write);
  clock.nowMs += 900;
  assertEquals(pause.holds(false), true);
  other.end();
  assertEquals([pause.isOn, pause.holds(true)], [false, false]);
});

Deno.test("Pause holds for 24 days at most, wherever its word stands, and tick() forgets it", () => {
  for (const nowMs of [0, 2 ** 31 - 10, 2 ** 32 - 2, 2 ** 31 * 801 - 1, NOW_MS]) {
    const { clock, pause } = setUp(nowMs);
    pause.begin(1e15, PauseKind.all);
    assertEquals(pause.holds(false), true);
    clock.nowMs += MAX_PAUSE_MS - 10;
    assertEquals(pause.holds(false), true);
    clock.nowMs += 20;
    pause.tick();
    assertEquals(pause.isOn, false);
  }
});

Deno.test("Pause.wait() resolves for all when another thread ends it, for one when it is released", async () => {
  const { pause, other } = setUp();
  // Alone, what waits for a word of shared memory does not keep a process going.
  const keepsGoing = setInterval(() => {}, 1000);
  pause.begin(60_000, PauseKind.all);
  const [one, two] = [{}, {}];
  const first = pause.wait(one);
  const second = pause.wait(two);
  pause.release(one);
  await first;
  assertEquals(pause.waitingCount, 1);
  other.end();
  await second;
  assertEquals(pause.waitingCount, 0);
  pause.release(two);
  clearInterval(keepsGoing);
});
