// Deadlines of fields in a hash: random changes beside a plain model, with a clock that a test moves, sweeps in
// between, and all invariants after each step. Small hashes and large ones, in one piece and in many.

import { assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { checkShardLocked, HashView, Opening, type Shard } from "../../../cache/mod.ts";
import { bytesOf, type Fixture, makeFixture } from "../fixture.ts";

const text = new TextDecoder();

/** A field of the model. */
interface Field {
  readonly value: string;
  /** 0: none. */
  readonly deadlineMs: number;
}

/** One hash beside its model. */
class Compared {
  readonly model = new Map<string, Field>();
  readonly #fixture: Fixture;
  readonly #view = new HashView();
  readonly #key = bytesOf("hash");
  readonly #hash: number;
  readonly #shard: Shard;

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
    this.#hash = fixture.cache.hash(this.#key, 0, this.#key.length);
    this.#shard = fixture.cache.shardOf(this.#hash);
  }

  /** Opens the hash, does something to it, closes it, and compares it with the model. */
  do(work: (view: HashView) => void): void {
    this.#locked(() => {
      this.#open();
      work(this.#view);
      this.#view.close();
      checkShardLocked(this.#shard.memory);
    });
    this.#locked(() => this.#compare());
  }

  #locked(runLocked: () => void): void {
    this.#fixture.cache.withShard(this.#hash, { runLocked });
  }

  #open(): Opening {
    return this.#view.open(this.#shard, 0, this.#hash, this.#key, 0, this.#key.length, false);
  }

  /** Time passes. */
  pass(ms: number): void {
    const { clock } = this.#fixture;
    clock.nowMs += ms;
    for (const [name, { deadlineMs }] of this.model) {
      if (deadlineMs !== 0 && deadlineMs <= clock.nowMs) this.model.delete(name);
    }
  }

  #compare(): void {
    const { model } = this;
    const isThere = this.#shard.peekLocked(this.#hash, this.#key, 0, this.#key.length) !== 0;
    assertEquals(isThere, model.size > 0);
    assertEquals(this.#open(), model.size > 0 ? Opening.found : Opening.absent);
    const view = this.#view;
    const found = new Map<string, Field>();
    for (let more = view.seek(0); more; more = view.next()) {
      if (view.isExpired) continue;
      const { deadlineMs } = view;
      found.set(text.decode(view.member()), { value: text.decode(view.value()), deadlineMs });
    }
    assertEquals(found, model);
    for (const name of ["f0", "f1", "f2", "f3"]) {
      assertEquals(view.find(bytesOf(name), 0, name.length), model.has(name), name);
    }
    checkShardLocked(this.#shard.memory);
  }
}

for (
  const [seed, fields, valueBytes, steps] of [[1, 4, 3, 600], [2, 12, 40, 500], [
    3,
    1300,
    9,
    120,
  ]] as const
) {
  Deno.test(`HashView forgets up to ${fields} fields when their deadlines pass`, () => {
    const random = new Random(seed);
    const fixture = makeFixture(4 * 2 ** 20);
    const compared = new Compared(fixture);
    const { model } = compared;
    const name = () => `f${random.below(fields)}`;
    const putSome = (view: HashView, count: number) => {
      for (let i = 0; i < count; i++) {
        const field = name();
        const value = "v".repeat(random.below(valueBytes));
        const isTimed = random.below(3) > 0;
        const deadlineMs = isTimed ? fixture.clock.nowMs + 1 + random.below(2000) : 0;
        const isNew = view.put(
          bytesOf(field),
          0,
          field.length,
          bytesOf(value),
          0,
          value.length,
          deadlineMs,
        );
        assertEquals(isNew, !model.has(field));
        model.set(field, { value, deadlineMs });
      }
    };
    for (let step = 0; step < steps; step++) {
      const kind = random.below(10);
      if (kind < 5) compared.do((view) => putSome(view, 1 + random.below(Math.ceil(fields / 2))));
      else if (kind < 7) {
        compared.do((view) => {
          const field = name();
          assertEquals(view.remove(bytesOf(field), 0, field.length), model.delete(field));
        });
      } else {
        compared.pass(random.below(900));
        if (kind === 9) {
          for (const { index } of fixture.cache.shards) while (!fixture.cache.sweep(index, 64));
        }
        compared.do(() => {});
      }
    }
  });
}
