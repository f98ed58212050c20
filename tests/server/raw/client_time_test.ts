// What a raw client uses of its worker's time: much of it makes him wait, little never does, and the
// clock is looked at often enough for commands that are long.

import { assert, assertEquals } from "@std/assert";
import type { CommandContext } from "../../../server/contract/command.ts";
import { TimeSlices } from "../../../server/contract/time_slices.ts";
import { ClientTime } from "../../../server/raw/client_time.ts";
import { contextOf, newCache } from "../fixture.ts";

/** Keeps the thread busy. */
function work(ms: number): void {
  for (const fromMs = performance.now(); performance.now() - fromMs < ms;);
}

Deno.test("ClientTime.turn() makes all wait once a slice is used up, and lets go first who sends little", async () => {
  const slices = new TimeSlices();
  const context = contextOf(newCache());
  const [polite, greedy] = [new ClientTime(slices), new ClientTime(slices)];
  polite.begin(context, 0, 40);
  polite.end(context, 40);
  assertEquals(polite.turn(40), null);
  slices.spend(100);
  const other = slices.turn();
  greedy.begin(context, 0, 60_000);
  work(12);
  greedy.end(context, 60_000);
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
    time.begin(context, 0, 20_000);
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
  time.begin(context, 0, 20_000);
  for (let i = 0; i < 15; i++) assertEquals(time.isEnough(context, 30 * i, false), false);
});

/** What `run` of commands uses up of a slice, in milliseconds, to the nearest below. */
function spent(bytes: number, run: (context: CommandContext, time: ClientTime) => void): number {
  const context = contextOf(newCache());
  const slices = new TimeSlices();
  const time = new ClientTime(slices);
  time.begin(context, 0, bytes);
  run(context, time);
  time.end(context, bytes);
  let leftMs = 0;
  while (!slices.isOverAfter(leftMs)) leftMs += 0.01;
  return 8 - leftMs;
}

Deno.test("ClientTime.end() counts few quick commands without the clock, and what was timed by it", () => {
  const quick = spent(300, (context, time) => {
    work(3);
    for (let i = 1; i <= 10; i++) time.isEnough(context, 30 * i, false);
  });
  assert(quick > 0.01 && quick < 0.04, `${quick}`);
  const bytes = spent(30, (context, time) => {
    context.copiedBytes = 2_000_000;
    time.isEnough(context, 30, false);
  });
  assert(bytes >= 2 - 0.02, `${bytes}`);
  const timed = spent(60, (context, time) => {
    time.isEnough(context, 30, false);
    const fromMs = performance.now();
    work(3);
    context.stats.noteTimed(fromMs);
    context.stats.noteTimed(performance.now());
  });
  assert(timed >= 3 - 0.02, `${timed}`);
  const many = spent(1024, () => work(3));
  assert(many >= 3 - 0.02, `${many}`);
});

Deno.test("ClientTime.isEnough() knows of a timed command when it began", () => {
  const context = contextOf(newCache());
  const time = new ClientTime(new TimeSlices());
  time.begin(context, 0, 30);
  const fromMs = performance.now();
  work(12);
  context.stats.noteTimed(fromMs);
  assertEquals(time.isEnough(context, 30, true), true);
});
