// Collections of 100,000 members that change while a snapshot is made of them, and after it: what is restored is what
// there was, member by member.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import {
  type Cache,
  type Collection,
  HashView,
  ListView,
  Opening,
  SetView,
  SortedSetView,
  StreamId,
  StreamView,
} from "../../../cache/mod.ts";
import { bytesOf } from "../fixture.ts";
import { checkAll } from "../model.ts";
import { LoggedCache, restore, takeSnapshot } from "./fixture.ts";

const MEMBERS = 100_000;
const MEMORY_BYTES = 240 * 2 ** 20;
const LOG_BYTES = 4 * 2 ** 20;
/** Members that are added under one lock while a collection is filled. */
const CHUNK = 1000;

const VIEWS = {
  list: new ListView(),
  set: new SetView(),
  hash: new HashView(),
  zset: new SortedSetView(),
  stream: new StreamView(),
} as const;
type Kind = keyof typeof VIEWS;
const KINDS = Object.keys(VIEWS) as Kind[];

/** Runs `work` with the collection of this kind opened, and closes it. */
function within(cache: Cache, kind: Kind, work: (view: Collection) => void): void {
  const key = bytesOf(kind);
  const hash = cache.hash(key, 0, key.length);
  const view = VIEWS[kind];
  const ran = cache.withShard(hash, {
    runLocked() {
      const opening = view.open(cache.shardOf(hash), 0, hash, key, 0, key.length, false);
      assert(opening !== Opening.wrongType);
      work(view);
      view.close();
    },
  });
  assert(ran);
}

/** Adds member `id`, or what stands for it in a list, or changes it. */
function add(view: Collection, id: number, random: Random): void {
  const member = bytesOf(`member:${String(id).padStart(9, "0")}`);
  const { length } = member;
  assert(view.hasRoom(1, 2 * length));
  if (view instanceof ListView) view.insert(random.below(view.count + 1), member, 0, length);
  else if (view instanceof SetView) view.add(member, 0, length);
  else if (view instanceof HashView) view.put(member, 0, length, member, random.below(9), 7);
  else if (view instanceof SortedSetView) view.put(member, 0, length, random.below(1000));
  else if (view instanceof StreamView) addRecord(view, id, member, random);
}

/** Adds an entry, or overwrites a part of it. */
function addRecord(view: StreamView, id: number, member: Uint8Array, random: Random): void {
  const bytes = new Uint8Array(20 + member.length);
  const streamId = new StreamId().set(id >> 2, id & 3);
  const end = streamId.writeKey(bytes, 0);
  if (view.findRecord(streamId.score, bytes, 0, end)) {
    view.overwrite(end + 3, bytesOf(String(100 + random.below(100))), 0, 3);
    return;
  }
  bytes.set(member, end);
  view.put(streamId.score, bytes, 0, end + member.length);
}

/** Some changes of one collection in one record. */
function change({ cache }: LoggedCache, random: Random): void {
  within(cache, KINDS[random.below(KINDS.length)]!, (view) => {
    for (let i = random.below(20); i >= 0; i--) {
      if (random.below(3) > 0) add(view, random.below(2 * MEMBERS), random);
      else view.removeRange(random.below(view.count), 1 + random.below(3));
    }
  });
}

/** All that a collection has, in its order. */
function contentsOf(cache: Cache, kind: Kind): string[] {
  const contents: string[] = [];
  const decoder = new TextDecoder();
  within(cache, kind, (view) => {
    for (let more = view.seek(0); more; more = view.next()) {
      const member = decoder.decode(view.member());
      if (view instanceof HashView) contents.push(`${member} ${decoder.decode(view.value())}`);
      else if (view instanceof SortedSetView || view instanceof StreamView) {
        contents.push(`${member} ${view.score}`);
      } else contents.push(member);
    }
    assertEquals(contents.length, view.count);
  });
  // The order of sets and hashes is nobody's business.
  return kind === "list" || kind === "zset" || kind === "stream" ? contents : contents.sort();
}

Deno.test("collections of 100,000 members come back from a snapshot that is made while they change", () => {
  const logged = new LoggedCache(MEMORY_BYTES, LOG_BYTES);
  const random = new Random(1);
  for (const kind of KINDS) {
    for (let from = 0; from < MEMBERS; from += CHUNK) {
      within(logged.cache, kind, (view) => {
        for (let id = from; id < from + CHUNK; id++) add(view, id, random);
      });
      logged.drain();
    }
  }
  const before = logged.position;
  let steps = 0;
  const snapshot = takeSnapshot(logged, () => {
    steps++;
    for (let i = 0; i < 10; i++) change(logged, random);
  });
  assert(steps > 20, `the snapshot was made in ${steps} steps`);
  for (let i = 0; i < 300; i++) {
    change(logged, random);
    logged.drain();
  }
  const { blocks } = logged;
  blocks.splice(0, blocks.findIndex(({ position }) => position >= before));
  for (const memoryBytes of [MEMORY_BYTES, 300 * 2 ** 20]) {
    const restored = restore(logged, snapshot, memoryBytes);
    checkAll(restored);
    for (const kind of KINDS) {
      const [actual, expected] = [contentsOf(restored, kind), contentsOf(logged.cache, kind)];
      assertEquals(actual.length, expected.length);
      assert(actual.every((text, i) => text === expected[i]), `${kind} is another`);
    }
  }
});
