// What a raw client uses of its worker's time: much of it makes him wait, little never does, and the
// clock is looked at often enough for commands that are long.

import { assert, assertEquals } from "@std/assert";
import { TimeSlices } from "../../../server/contract/time_slices.ts";
import { ClientTime } from "../../../server/raw/client_time.ts";
import { contextOf, newCache } from "../fixture.ts";

/** Keeps the thread busy. */
function work(ms: number): void {
  for (const fromMs = performance.now(); performance.now() - fromMs < ms;);
}

Deno.test("ClientTime.turn() makes all wait once a slice is used up, and lets go first who sends little", async () => {
  const slices = new TimeSlices();
  const [polite, greedy] = [new ClientTime(slices), new ClientTime(slices)];
  polite.begin(0);
  polite.end();
  assertEquals(polite.turn(40), null);
  slices.spend(100);
  const other = slices.turn();
  greedy.begin(0);
  work(12);
  greedy.end();
  const log: string[] = [];
  const turns = [greedy.turn(60_000), greedy.turn(0), polite.turn(60_000), polite.turn(40)];
  await other;
  slices.spend(0);
  await Promise.all(turns.map(async (turn, i) => {
    assert(turn !== null);
    await turn;
    log.push(["greedy, much", "greedy, little", "polite, much", "polite, little"][i]!);
    slices.spend(0);
  }));
  assertEquals(log, ["polite, little", "polite, much", "greedy, little", "greedy, much"]);
  assertEquals([slices.isOver, greedy.turn(60_000)], [false, null]);
});

Deno.test("ClientTime.isEnough() looks at the clock after 16 commands, many bytes or a long command", () => {
  const context = contextOf(newCache());
  const looks = (at: number, wasLong: boolean, copiedBytes: number): number => {
    const time = new ClientTime(new TimeSlices());
    time.begin(0);
    work(12);
    for (let commands = 1;; commands++) {
      context.copiedBytes = copiedBytes;
      if (time.isEnough(context, at * commands, wasLong)) return commands;
    }
  };
  assertEquals(looks(30, false, 0), 16);
  assertEquals(looks(30, true, 0), 1);
  assertEquals(looks(20_000, false, 0), 1);
  assertEquals(looks(30, false, 20_000), 1);
  assertEquals(looks(5_000, false, 0), 4);
});

Deno.test("ClientTime.isEnough() lets commands run while there is time", () => {
  const context = contextOf(newCache());
  const time = new ClientTime(new TimeSlices());
  time.begin(0);
  for (let i = 0; i < 15; i++) assertEquals(time.isEnough(context, 30 * i, false), false);
});
