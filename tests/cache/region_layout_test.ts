// Words of the region that belong to the server: the engine leaves them alone.

import { assertEquals, assertThrows } from "@std/assert";
import { HISTORY_WORDS, OWN_WORDS, Region } from "../../cache/mod.ts";
import { get, makeFixture, put, valueOf } from "./fixture.ts";

Deno.test("Region has words of the server for each actor and for what has been, which nobody else uses", () => {
  const { cache } = makeFixture();
  const { region } = cache;
  const { words } = region;
  const places = [region.historyWord, ...[0, 1, 2].map((actor) => region.ownWord(actor))];
  const lengths = [HISTORY_WORDS, OWN_WORDS, OWN_WORDS, OWN_WORDS];
  for (const [i, place] of places.entries()) words.fill(i + 1, place, place + lengths[i]!);
  put(cache, "key", valueOf(300));
  assertEquals(get(cache, "key"), valueOf(300));
  assertEquals([region.actorWord(0), region.total("puts")], [HISTORY_WORDS + 1024, 1]);
  for (const [i, place] of places.entries()) {
    const own = words.subarray(place, place + lengths[i]!);
    assertEquals(own.every((word) => word === i + 1), true);
  }
});

Deno.test("Region.create() says so where its threads leave too little", () => {
  const many = { memoryBytes: 2 ** 23, actorCount: 65 };
  const why = "for 65 threads and the log, which leaves too little for 8 shards";
  assertThrows(() => Region.create(many), RangeError, why);
});
