// What main makes of the workers' measurements, and of those that do not end, with a clock of the test's own.

import { assertEquals } from "@std/assert";
import {
  ADMITS_NONE,
  breakerState,
  Gate,
  WorkerMode,
} from "../../../../server/contract/breaker/gate.ts";
import { LagWatch, LOOK_MS } from "../../../../server/process/breaker/lag_watch.ts";
import { breakerStatus, isOverloaded } from "../../../../server/observe/breaker_status.ts";
import { Log } from "../../../../server/process/log/log.ts";
import { newRegion } from "../../fixture.ts";

class Trial {
  readonly region = newRegion();
  readonly lines: string[] = [];
  readonly watch: LagWatch;
  nowMs = 0;

  constructor() {
    const out = (line: string) => void this.lines.push(line);
    const log = new Log({ format: "text", now: () => 0, out, err: out });
    this.watch = new LagWatch(this.region, 500, log);
    this.serve(1, 1);
  }

  #set(actor: number, name: "serving" | "probedLag", value: number): void {
    Atomics.store(this.region.words, this.region.gaugeWord(actor, name), value);
  }

  serve(actor: number, value: 0 | 1): void {
    this.#set(actor, "serving", value);
  }

  /** A worker has measured a lag. */
  probe(actor: number, lagMs: number): void {
    this.#set(actor, "probedLag", lagMs);
    Atomics.add(this.region.words, this.region.gaugeWord(actor, "probes"), 1);
  }

  /** Main looks for so many milliseconds, in which these workers go on measuring the same. */
  look(forMs: number, ...workers: readonly (readonly [actor: number, lagMs: number])[]): void {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs;) {
      this.nowMs += LOOK_MS;
      for (const [actor, lagMs] of workers) this.probe(actor, lagMs);
      this.watch.look(this.nowMs);
    }
  }

  get lagMs(): number {
    return this.region.gauge(1, "lagMs");
  }
}

Deno.test("LagWatch opens the breaker of a worker that measures too much, and of no other", () => {
  const trial = new Trial();
  trial.serve(2, 1);
  trial.look(1000, [1, 600], [2, 10]);
  assertEquals([trial.lagMs, breakerState(trial.region, 1)], [600, "closed"]);
  trial.look(100, [1, 600], [2, 10]);
  assertEquals([1, 2].map((actor) => breakerState(trial.region, actor)), ["open", "closed"]);
  trial.look(1500, [1, 0], [2, 10]);
  assertEquals(breakerState(trial.region, 1), "half-open");
  trial.look(3000, [1, 0], [2, 10]);
  assertEquals(breakerState(trial.region, 1), "closed");
  assertEquals(trial.lines, [
    "1970-01-01T00:00:00.000Z warn  worker 1 is 600 ms behind (--max-lag): its requests are refused",
    "1970-01-01T00:00:00.000Z info  worker 1 answers all requests again",
  ]);
});

Deno.test("LagWatch sees a measurement that does not end, while the worker has no turn", () => {
  const trial = new Trial();
  trial.look(1000, [1, 0]);
  trial.look(500);
  assertEquals([trial.lagMs, breakerState(trial.region, 1)], [400, "closed"]);
  trial.look(1200);
  assertEquals([trial.lagMs, breakerState(trial.region, 1)], [1600, "open"]);
  assertEquals(trial.region.counter(1, "breakerOpens"), 1);
  trial.look(300);
  assertEquals(trial.region.counter(1, "breakerOpenMs"), 300);
});

Deno.test("LagWatch accuses nobody when main stood still itself", () => {
  const trial = new Trial();
  trial.look(1000, [1, 0]);
  trial.nowMs += 60_000;
  trial.watch.look(trial.nowMs);
  assertEquals(trial.lagMs, 0);
  // As long as it goes on to: what is seen between two looks far apart may be of any time.
  for (let i = 0; i < 10; i++) trial.watch.look(trial.nowMs += 500);
  assertEquals([trial.lagMs, breakerState(trial.region, 1)], [0, "closed"]);
});

Deno.test("LagWatch begins anew with a worker that was replaced, and forgets one that has ended", () => {
  const trial = new Trial();
  trial.look(1200, [1, 600]);
  assertEquals(breakerState(trial.region, 1), "open");
  // What the clean-up after a worker does, between two looks.
  Atomics.store(trial.region.words, trial.region.gaugeWord(1, "mode"), 0);
  trial.look(100, [1, 600]);
  assertEquals(breakerState(trial.region, 1), "open");
  trial.serve(1, 0);
  Atomics.store(trial.region.words, trial.region.gaugeWord(1, "mode"), 0);
  trial.look(100);
  trial.serve(1, 1);
  trial.look(500, [1, 0]);
  assertEquals(breakerState(trial.region, 1), "closed");
  assertEquals(trial.region.counter(1, "breakerOpens"), 1);
});

Deno.test("breakerStatus() names the worst state, the largest lag, and sums", () => {
  const trial = new Trial();
  trial.serve(2, 1);
  assertEquals(breakerStatus(trial.region, 0).state, "off");
  trial.look(1300, [1, 600], [2, 700]);
  trial.look(1100, [1, 300], [2, 10]);
  const { state, lagMs, opens, openMs, shed } = breakerStatus(trial.region, 500);
  assertEquals([state, lagMs, opens, openMs, shed], ["open", 300, 2, 2 * (200 + 1100), 0]);
});

Deno.test("isOverloaded() says so where half of the workers refuse everything", () => {
  const trial = new Trial();
  trial.serve(2, 1);
  trial.look(1300, [1, 600], [2, 0]);
  assertEquals(isOverloaded(trial.region), true);
  trial.look(1100, [1, 0], [2, 0]);
  assertEquals([breakerState(trial.region, 1), isOverloaded(trial.region)], ["half-open", false]);
});

Deno.test("Gate refuses all but one in so many, and keeps the worker's mode beside the breaker's", () => {
  const { region } = new Trial();
  const gate = new Gate(region, 1);
  assertEquals([gate.isOpen, gate.isShedding, gate.refuses()], [true, false, false]);
  gate.mode = WorkerMode.spreading;
  const setBreaker = (admits: number) => {
    const word = region.gaugeWord(1, "mode");
    Atomics.store(region.words, word, (Atomics.load(region.words, word) & 0xff) | admits << 8);
  };
  setBreaker(ADMITS_NONE);
  assertEquals([gate.isOpen, gate.mode, gate.isShedding], [false, WorkerMode.spreading, true]);
  assertEquals(Array.from({ length: 20 }, () => gate.refuses()).includes(false), false);
  setBreaker(4);
  const admitted = Array.from({ length: 400 }, () => gate.refuses()).filter((no) => !no);
  assertEquals(admitted.length, 100);
  gate.mode = WorkerMode.open;
  assertEquals([gate.isOpen, gate.isShedding], [false, true]);
});
