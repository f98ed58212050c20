// Who waits until what was changed is on the disk: in which order they hear, and why they wait no longer.

import { assertEquals } from "@std/assert";
import { LogState } from "../../../../cache/mod.ts";
import {
  type AwaitedRing,
  Durability,
  durabilityOf,
} from "../../../../server/contract/persistence/durability.ts";
import { configOf } from "../../fixture.ts";

/** A ring whose words the test sets; positions are near their end, and wrap. */
class Ring implements AwaitedRing {
  commits = 0;
  gaps = 0;
  lastOfThread = 2 ** 31 - 10;
  flushed = 2 ** 31 - 10;
  state: LogState = LogState.ok;
  #wake = () => {};

  isFlushed(position: number): boolean {
    return ((this.flushed - position) | 0) >= 0;
  }

  flushedAfter(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Appends a record. */
  append(): void {
    this.lastOfThread = (this.lastOfThread + 8) | 0;
  }

  /** So much of the ring is on the disk now, or something else has changed. */
  async tell(words = 0): Promise<void> {
    this.flushed = (this.flushed + words) | 0;
    this.#wake();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

/** Three that wait, each for a record of its own; `heard` gets who hears what, in that order. */
function threeOf(ring: Ring, durability: Durability): string[] {
  const heard: string[] = [];
  for (const name of ["a", "b", "c"]) {
    ring.append();
    void durability.wait().then((isDurable) => heard.push(`${name} ${isDurable}`));
  }
  return heard;
}

Deno.test("Durability.wait() resolves in the order of the records, as they are on the disk", async () => {
  const ring = new Ring();
  const durability = new Durability(ring, false, () => 0);
  assertEquals(await durability.wait(), true);
  const heard = threeOf(ring, durability);
  await ring.tell(7);
  assertEquals(heard, []);
  await ring.tell(9);
  assertEquals(heard, ["a true", "b true"]);
  ring.append();
  const last = durability.wait();
  await ring.tell(16);
  assertEquals(heard, ["a true", "b true", "c true"]);
  assertEquals(await last, true);
});

Deno.test("Durability.wait() ends where the log cannot be written", async () => {
  for (const goesOn of [false, true]) {
    const ring = new Ring();
    const heard = threeOf(ring, new Durability(ring, goesOn, () => 0));
    ring.state = LogState.failing;
    await ring.tell(8);
    // The first was written before.
    assertEquals(heard, ["a true", `b ${goesOn}`, `c ${goesOn}`]);
  }
});

Deno.test("Durability.wait() takes no longer than 10 s", async () => {
  const ring = new Ring();
  let nowMs = 0;
  const durability = new Durability(ring, false, () => nowMs);
  const heard = threeOf(ring, durability);
  nowMs = 10_000;
  await ring.tell();
  assertEquals(heard, []);
  nowMs = 10_001;
  await ring.tell();
  assertEquals(heard, ["a false", "b false", "c false"]);
});

Deno.test("Durability.wait() knows of records that found no space", async () => {
  const ring = new Ring();
  const durability = new Durability(ring, false, () => 0);
  ring.gaps = 1;
  assertEquals(await durability.wait(), false);
  assertEquals(await durability.wait(), true);
});

Deno.test("durabilityOf() has answers wait under always alone", () => {
  const ring = new Ring() as unknown as Parameters<typeof durabilityOf>[0];
  const config = (...args: string[]) => configOf("--data-dir", "/nowhere", ...args);
  assertEquals(durabilityOf(ring, config(), () => 0), null);
  assertEquals(durabilityOf(ring, config("--fsync", "no"), () => 0), null);
  assertEquals(durabilityOf(null, config("--fsync", "always"), () => 0), null);
  assertEquals(durabilityOf(ring, config("--fsync", "always"), () => 0) !== null, true);
});
