// When a breaker opens and closes: by a clock and lags that the test gives.

import { assertEquals } from "@std/assert";
import { ADMITS_NONE } from "../../../../server/contract/breaker/gate.ts";
import { Breaker } from "../../../../server/process/breaker/breaker.ts";

const LOOK_MS = 100;

/** A breaker of 500 ms, and a clock that its observations move. */
class Trial {
  readonly breaker = new Breaker(500);
  nowMs = 0;

  /** Lets it see a lag for so many milliseconds. Returns what it let in, where that has changed. */
  see(lagMs: number, forMs: number): number[] {
    const changes: number[] = [];
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs;) {
      const before = this.breaker.admits;
      this.nowMs += LOOK_MS;
      this.breaker.observe(this.nowMs, lagMs);
      if (this.breaker.admits !== before) changes.push(this.breaker.admits);
    }
    return changes;
  }

  /** How long a lag has to last until it lets in something else. */
  until(lagMs: number): number {
    const fromMs = this.nowMs;
    while (this.see(lagMs, LOOK_MS).length === 0 && this.nowMs - fromMs < 100_000);
    return this.nowMs - fromMs;
  }
}

Deno.test("Breaker opens when the lag was above the bound for a second, and not before", () => {
  const trial = new Trial();
  assertEquals(trial.see(501, 1000), []);
  assertEquals(trial.see(501, 100), [ADMITS_NONE]);
  assertEquals(trial.breaker.opens, 1);
});

Deno.test("Breaker does not open for a lag at the bound, or for one that comes and goes", () => {
  const trial = new Trial();
  assertEquals(trial.see(500, 10_000), []);
  for (let i = 0; i < 10; i++) {
    assertEquals(trial.see(9000, 1000), []);
    assertEquals(trial.see(400, 100), []);
  }
  assertEquals(trial.breaker.opens, 0);
});

Deno.test("Breaker closes in steps, a second of less than half the bound for each", () => {
  const trial = new Trial();
  trial.see(600, 1100);
  assertEquals(trial.see(250, 5000), []);
  assertEquals([249, 249, 249, 249].map((lagMs) => trial.until(lagMs)), [1100, 1000, 1000, 1000]);
  assertEquals(trial.breaker.admits, 0);
  trial.see(600, 1100);
  assertEquals(trial.see(0, 5100), [8, 4, 2, 0]);
});

Deno.test("Breaker stays half open between half the bound and the bound", () => {
  const trial = new Trial();
  trial.see(600, 1100);
  trial.see(0, 1100);
  assertEquals(trial.see(400, 10_000), []);
  assertEquals(trial.breaker.admits, 8);
  // The second of low lag begins anew.
  assertEquals(trial.until(0), 1100);
});

Deno.test("Breaker opens again at once when half open is too much, and each time for twice as long", () => {
  const trial = new Trial();
  trial.see(600, 1100);
  const closedMs = [];
  for (let i = 0; i < 7; i++) {
    closedMs.push(trial.until(0));
    assertEquals(trial.until(501), 100);
  }
  assertEquals(closedMs, [1100, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assertEquals(trial.breaker.opens, 8);
});

Deno.test("Breaker forgets that it was opened often once it was closed for ten seconds", () => {
  const trial = new Trial();
  const lowMs = () => {
    trial.until(600);
    return trial.until(0);
  };
  assertEquals(lowMs(), 1100);
  trial.see(0, 3000);
  // Closed, and opened too soon.
  assertEquals(lowMs(), 2000);
  trial.see(0, 3000 + 10_000);
  assertEquals(lowMs(), 1100);
});

Deno.test("Breaker.openMs counts while nothing is let in, also before it ends", () => {
  const trial = new Trial();
  trial.see(600, 1100);
  assertEquals(trial.breaker.openMs, 0);
  trial.see(600, 700);
  assertEquals(trial.breaker.openMs, 700);
  trial.see(0, 10_000);
  assertEquals(trial.breaker.openMs, 700 + 1100);
});
