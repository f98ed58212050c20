// Groups of streams with their consumers and what is pending: random changes beside a plain model, packed and in trees.

import { assert, assertEquals } from "@std/assert";
import {
  checkShardLocked,
  Opening,
  READ_UNKNOWN,
  RecordKind,
  StreamConsumer,
  StreamGroup,
  StreamId,
  StreamPending,
  StreamView,
} from "../../../cache/mod.ts";
import { Random } from "../../../bench/workload.ts";
import { bytesOf, makeFixture } from "../fixture.ts";

/** Names of which some begin as others do, and some have the bytes that keys end with. */
const NAMES = ["g", "g2", "", "g\0", "g\0\0h", "\0", "zz", "\xff\xfe", "n".repeat(250)];
const STEPS = 600;

interface ModelGroup {
  read: bigint;
  readonly consumers: Map<string, number>;
  readonly pending: Map<number, { owner: string; time: number; count: number }>;
}

type Model = Map<string, ModelGroup>;

/** Calls `work` with the stream opened. */
function within(fixture: ReturnType<typeof makeFixture>, work: (view: StreamView) => void): void {
  const { cache } = fixture;
  const key = bytesOf("s");
  const hash = cache.hash(key, 0, key.length);
  assert(cache.withShard(hash, {
    runLocked() {
      const view = new StreamView();
      const shard = cache.shardOf(hash);
      const opening = view.open(shard, 0, hash, key, 0, key.length, false);
      if (opening === Opening.absent) view.put(RecordKind.header, new Uint8Array(44), 0, 44);
      work(view);
      view.close();
      checkShardLocked(shard.memory);
    },
  }));
}

function compareNames(a: string, b: string): number {
  const [x, y] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** All that the records have, as the model has it. */
function readAll(view: StreamView): unknown {
  const [group, consumer, pending] = [new StreamGroup(), new StreamConsumer(), new StreamPending()];
  const decoder = new TextDecoder();
  const all = [];
  for (let more = group.first(view); more; more = group.next()) {
    const entries = [];
    for (let on = pending.seek(group, new StreamId()); on; on = pending.next()) {
      entries.push([pending.id.msLow, pending.owner, pending.deliveredMs, pending.deliveries]);
    }
    const byNumber = new Map(entries.map(([, owner]) => [owner!, ""]));
    for (const owner of byNumber.keys()) {
      byNumber.set(owner, decoder.decode(consumer.nameOf(group, owner)));
    }
    assertEquals(group.pendingCount, entries.length);
    if (pending.last(group)) assertEquals(pending.id.msLow, entries.at(-1)![0]);
    else assertEquals(entries, []);
    const consumers = [];
    for (let on = consumer.first(group); on; on = consumer.next()) {
      const { number, seenMs } = consumer;
      const owned = [];
      for (
        let mine = pending.seekOwned(group, number, new StreamId());
        mine;
        mine = pending.nextOwned(number)
      ) {
        owned.push(pending.id.msLow);
      }
      assertEquals(group.ownedCount(number), owned.length);
      consumers.push([decoder.decode(consumer.name()), seenMs, owned]);
    }
    assertEquals(group.consumerCount, consumers.length);
    const named = entries.map(([id, owner, ...rest]) => [id, byNumber.get(owner!), ...rest]);
    all.push([decoder.decode(group.name()), group.entriesRead, consumers, named]);
  }
  assertEquals(StreamGroup.countIn(view), all.length);
  return all;
}

function expected(model: Model): unknown {
  return [...model].sort(([a], [b]) => compareNames(a, b)).map(([name, group]) => {
    const pending = [...group.pending].sort(([a], [b]) => a - b);
    const consumers = [...group.consumers].sort(([a], [b]) => compareNames(a, b));
    return [
      name,
      group.read,
      consumers.map(([name, seenMs]) => [
        name,
        seenMs,
        pending.filter(([, { owner }]) => owner === name).map(([id]) => id),
      ]),
      pending.map(([id, { owner, time, count }]) => [id, owner, time, count]),
    ];
  });
}

Deno.test("groups, consumers and what is pending are as in a plain model, packed and in trees", () => {
  for (const [seed, ids] of [[1, 8], [2, 60], [3, 2000]] as const) {
    const fixture = makeFixture(4 * 2 ** 20);
    const random = new Random(seed);
    const model: Model = new Map();
    let numbers = 0;
    const pick = () => NAMES[random.below(NAMES.length)]!;
    for (let step = 0; step < STEPS; step++) {
      within(fixture, (view) => {
        const [name, other] = [bytesOf(pick()), bytesOf(pick())];
        const group = new StreamGroup();
        const known = model.get(new TextDecoder().decode(name));
        const isThere = group.find(view, name, 0, name.length);
        assertEquals(isThere, known !== undefined);
        if (known === undefined) {
          group.number = numbers++;
          group.entriesRead = READ_UNKNOWN;
          group.create(view, name, 0, name.length);
          const entry = { read: READ_UNKNOWN, consumers: new Map(), pending: new Map() };
          model.set(new TextDecoder().decode(name), entry);
          return;
        }
        change(random, model, known, group, name, other, step, ids);
      });
      if (step % 50 === 0) within(fixture, (view) => assertEquals(readAll(view), expected(model)));
    }
    within(fixture, (view) => assertEquals(readAll(view), expected(model)));
  }
});

function change(
  random: Random,
  model: Model,
  known: ModelGroup,
  group: StreamGroup,
  name: Uint8Array,
  other: Uint8Array,
  step: number,
  ids: number,
): void {
  const owner = new TextDecoder().decode(other);
  const consumer = new StreamConsumer();
  const pending = new StreamPending();
  if (random.below(200) === 0) {
    group.remove();
    model.delete(new TextDecoder().decode(name));
    return;
  }
  const isKnown = consumer.find(group, other, 0, other.length);
  assertEquals(isKnown, known.consumers.has(owner));
  if (!isKnown) consumer.create(group, other, 0, other.length, step);
  else if (random.below(3) === 0 && group.ownedCount(consumer.number) === 0) {
    consumer.remove();
    known.consumers.delete(owner);
    return;
  } else {
    assert(consumer.find(group, other, 0, other.length));
    consumer.touch(step);
  }
  known.consumers.set(owner, step);
  const id = new StreamId().set(1 + random.below(ids), 7);
  if (!pending.find(group, id)) {
    assert(!known.pending.has(id.msLow));
    Object.assign(pending, { owner: consumer.number, deliveredMs: step, deliveries: 1 });
    pending.add(group, id);
    known.pending.set(id.msLow, { owner, time: step, count: 1 });
  } else if (random.below(2) === 0) {
    pending.remove();
    known.pending.delete(id.msLow);
  } else {
    const before = pending.owner;
    const { count } = known.pending.get(id.msLow)!;
    assertEquals(pending.deliveries, count);
    Object.assign(pending, { owner: consumer.number, deliveredMs: step, deliveries: count + 1 });
    pending.save(before);
    known.pending.set(id.msLow, { owner, time: step, count: count + 1 });
  }
  group.entriesRead = known.read = BigInt(step);
  group.save();
}
