// Ids, entries and the header of streams: what is written is read again, in the order of ids.

import { assert, assertEquals } from "@std/assert";
import {
  appendEntry,
  MAX_ID_BYTES,
  Opening,
  readTextKey,
  StreamEntry,
  StreamHeader,
  StreamId,
  StreamView,
  writeTextKey,
} from "../../../cache/mod.ts";
import { idBytes } from "../../../cache/collections/stream_id.ts";
import { makeFixture } from "../fixture.ts";
import { bytesOf, textOf } from "./members.ts";

const WORDS = [0, 1, 239, 240, 255, 256, 65_535, 65_536, 2 ** 21, 2 ** 24, 2 ** 31, 2 ** 32 - 1];

function idOf(msHigh: number, msLow: number, seqHigh: number, seqLow: number): StreamId {
  return Object.assign(new StreamId(), { msHigh, msLow, seqHigh, seqLow });
}

/** Ids in their order. */
const IDS: StreamId[] = [
  ...WORDS.flatMap((seqHigh) => WORDS.map((seqLow) => idOf(0, 5, seqHigh, seqLow))),
  ...WORDS.flatMap((msHigh) =>
    [6, 7, 2 ** 32 - 1].flatMap((msLow) => [0, 300].map((seqLow) => idOf(msHigh, msLow, 0, seqLow)))
  ),
];

function compareKeys(a: StreamId, b: StreamId): number {
  if (a.score !== b.score) return a.score - b.score;
  const [x, y] = [a, b].map((id) => {
    const bytes = new Uint8Array(MAX_ID_BYTES);
    return textOf(bytes.subarray(0, id.writeKey(bytes, 0)));
  });
  return x! < y! ? -1 : x === y ? 0 : 1;
}

Deno.test("StreamId has keys and full forms in its own order, and is read from both", () => {
  for (const [i, id] of IDS.entries()) {
    const bytes = new Uint8Array(64);
    const end = id.writeKey(bytes, 3);
    assertEquals(idBytes(id.score, bytes, 3), end - 3);
    const read = new StreamId();
    assertEquals(read.readKey(id.score, bytes, 3), end);
    assertEquals(read, id);
    id.writeFull(bytes, 9);
    assertEquals(new StreamId().readFull(bytes, 9), id);
    const before = IDS[i - 1];
    if (before === undefined) continue;
    assert(before.compare(id) < 0 && id.compare(before) > 0 && id.compare(read) === 0);
    assert(compareKeys(before, id) < 0, `key ${i} is out of order`);
  }
});

Deno.test("StreamId goes to the next one and back", () => {
  for (const id of IDS) {
    const other = new StreamId().copy(id);
    assert(other.increment());
    assert(other.compare(id) > 0);
    assert(other.decrement());
    assertEquals(other, id);
  }
  const last = new StreamId().setLast();
  assert(!last.increment() && !last.incrementSequence() && last.decrement() && last.increment());
  assert(!new StreamId().decrement() && new StreamId().isZero && !last.isZero);
});

Deno.test("writeTextKey() keeps the order of names, none of which is the beginning of another", () => {
  const names = ["", "\0", "\0\0", "\0a", "\0\xff", "a", "a\0", "a\0\0", "a\0\xff", "ab", "\xff"];
  const keys = names.map((name) => {
    const bytes = new Uint8Array(40);
    const from = bytesOf(`-${name}`);
    const end = writeTextKey(bytes, 0, from, 1, name.length);
    const back = new Uint8Array(40);
    assertEquals(textOf(back.subarray(2, readTextKey(bytes, 0, back, 2))), name);
    return textOf(bytes.subarray(0, end));
  });
  assertEquals([...keys].sort(), keys);
  for (const key of keys) assertEquals(keys.filter((other) => other.startsWith(key)), [key]);
});

Deno.test("appendEntry() and StreamHeader write what is read again, packed and in a tree", () => {
  const { cache } = makeFixture(64 * 2 ** 20);
  const stream = new StreamView();
  const header = new StreamHeader();
  const key = bytesOf("s");
  const hash = cache.hash(key, 0, 1);
  const within = (work: () => void) => {
    const ran = cache.withShard(hash, {
      runLocked() {
        const opening = stream.open(cache.shardOf(hash), 0, hash, key, 0, 1, false);
        assert(opening !== Opening.wrongType);
        work();
        stream.close();
      },
    });
    assert(ran);
  };
  const valuesOf = (i: number) =>
    Array.from({ length: 2 * (1 + i % 150) }, (_, j) => `${j}`.padEnd((i * j) % 140, "."));
  for (let i = 0; i < 200; i++) {
    within(() => {
      if (i === 0) header.clear();
      else header.read(stream);
      assertEquals([header.lastId.msLow, header.entriesAdded], [i, i]);
      header.lastId.set(i + 1, i);
      header.countAdded();
      header.nextGroup = 7;
      header.maxDeletedId.set(i, 2 ** 40);
      header.write(stream);
      const values = valuesOf(i).map(bytesOf);
      const lengths = values.map(({ length }) => length);
      const starts = lengths.map((_, j) => lengths.slice(0, j).reduce((a, b) => a + b, 0));
      const bytes = bytesOf(valuesOf(i).join(""));
      appendEntry(stream, header.lastId, bytes, starts, lengths, 0, values.length);
    });
  }
  within(() => {
    header.read(stream);
    assertEquals([header.nextGroup, header.maxDeletedId.seqHigh], [7, 2 ** 8]);
    const entry = new StreamEntry();
    for (let i = 0; i < 200; i++) {
      assert(stream.next());
      entry.openHead(stream);
      assertEquals([entry.id.msLow, entry.id.seqLow, entry.fieldCount], [i + 1, i, 1 + i % 150]);
      entry.open(stream);
      for (const value of valuesOf(i)) {
        entry.next();
        assertEquals(textOf(entry.bytes.subarray(entry.start, entry.start + entry.length)), value);
      }
    }
    assert(!stream.next());
    for (const count of [2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n]) {
      header.entriesAdded = count;
      header.write(stream);
      header.clear();
      header.read(stream);
      assertEquals(header.entriesAdded, count);
    }
    header.entriesAdded = 2 ** 32 - 1;
    header.countAdded();
    assertEquals(header.entriesAdded, 2 ** 32);
  });
});
