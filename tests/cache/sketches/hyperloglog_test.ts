/**
 * HyperLogLogs: both encodings beside registers of a byte each, strings that redis-server 7.0 has made, and
 * the error of the estimate.
 */

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { REGISTERS } from "../../../cache/sketches/cardinality.ts";
import { DENSE_BYTES } from "../../../cache/sketches/dense_registers.ts";
import { HyperLogLog } from "../../../cache/sketches/hyperloglog.ts";
import { SetResult } from "../../../cache/sketches/sparse_registers.ts";

const encoder = new TextEncoder();

function add(log: HyperLogLog, text: string): SetResult {
  const bytes = encoder.encode(text);
  log.locate(bytes, 0, bytes.length);
  return log.raise(log.index, log.value);
}

function empty(): HyperLogLog {
  const log = new HyperLogLog();
  log.clear();
  return log;
}

function registersOf(log: HyperLogLog): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  assert(log.mergeInto(registers));
  return registers;
}

Deno.test("HyperLogLog.raise() keeps in both encodings the highest value of each register", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const log = empty();
    const model = new Uint8Array(REGISTERS);
    // Few neighbours, so that runs of one value form, break and join again.
    const places = [200, 2000, REGISTERS][seed % 3]!;
    for (let step = 0; step < 3000; step++) {
      const index = REGISTERS - 1 - random.below(places);
      const value = 1 + random.below(seed % 2 === 0 ? 3 : 33);
      const isRaised = value > model[index]!;
      assertEquals(log.raise(index, value), isRaised ? SetResult.raised : SetResult.kept);
      if (isRaised) model[index] = value;
      assert(log.isSparse ? log.length <= 3000 : log.length === DENSE_BYTES);
      if (step % 500 === 0) assertEquals(registersOf(log), model);
    }
    assertEquals(registersOf(log), model);
    const count = log.count();
    assert(log.makeDense());
    assertEquals(registersOf(log), model);
    assertEquals([log.count(), log.countOf(model)], [count, count]);
  }
});

Deno.test("HyperLogLog.raise() changes the encoding for a value above 32", () => {
  const log = empty();
  assertEquals(log.raise(5, 32), SetResult.raised);
  assert(log.isSparse);
  assertEquals(log.raise(5, 33), SetResult.raised);
  assert(!log.isSparse);
  assertEquals(registersOf(log)[5], 33);
});

Deno.test("HyperLogLog.raiseTo() merges like one member after the other", () => {
  for (const members of [10, 1000, 20_000]) {
    const [both, left, right] = [empty(), empty(), empty()];
    for (let i = 0; i < members; i++) {
      add(i % 2 === 0 ? left : right, `member ${i}`);
      add(both, `member ${i}`);
    }
    left.raiseTo(registersOf(right));
    assertEquals(registersOf(left), registersOf(both));
    assert(!left.hasCount);
  }
});

Deno.test("HyperLogLog.cacheCount() is what cachedCount reads, up to 64 bits", () => {
  const log = empty();
  assertEquals([log.hasCount, log.cachedCount], [true, 0]);
  for (const count of [1, 255, 2 ** 32 + 5, 2 ** 52]) {
    log.cacheCount(count);
    assertEquals([log.hasCount, log.cachedCount], [true, count]);
  }
  log.cacheCount(2 ** 62);
  assertEquals([log.hasCount, log.cachedCount], [true, 2n ** 62n]);
  log.spoilCount();
  assert(!log.hasCount);
});

Deno.test("HyperLogLog.take() refuses what has another header or length", () => {
  const log = empty();
  const good = log.bytes.slice(0, log.length);
  const take = (bytes: Uint8Array) => {
    log.bytes.set(bytes);
    return log.take(bytes.length);
  };
  assert(take(good));
  assert(!take(good.subarray(0, 15)));
  assert(!take(good.with(0, 0x68)));
  assert(!take(good.with(4, 2)));
  assert(!take(good.with(4, 0)), "dense, but too short");
  assert(take(good.subarray(0, 16)), "no registers: that shows only when they are read");
  assertEquals(log.count(), undefined);
  assertEquals(log.raise(1, 1), SetResult.corrupt);
  assert(!log.makeDense());
});

Deno.test("HyperLogLog.count() errs by less than 1 % on average, in both encodings", () => {
  let worst = 0;
  for (const members of [100, 1000, 10_000, 100_000]) {
    let sum = 0;
    for (let round = 0; round < 20; round++) {
      const log = empty();
      for (let i = 0; i < members; i++) add(log, `${round}:${members}:${i}`);
      sum += Math.abs(log.count()! / members - 1);
    }
    worst = Math.max(worst, sum / 20);
  }
  assert(worst < 0.01, `average error ${worst}`);
});
