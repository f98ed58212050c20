import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BLOCK_HEADER_BYTES } from "../../../../server/disk/blocks.ts";
import { scanDataDir } from "../../../../server/disk/data_dir.ts";
import { FILE_HEAD_BYTES, fileName } from "../../../../server/disk/file_head.ts";
import { DamageCount, DamageError } from "../../../../server/disk/reading/damage.ts";
import { LogReader } from "../../../../server/disk/reading/log_reader.ts";
import type { TornTail } from "../../../../server/disk/reading/torn_tail.ts";
import { readSnapshotTable, SectionReader } from "../../../../server/disk/reading/snapshot_file.ts";
import { appendAll, FACTS, makeSnapshot, payloadOf, recordsOf } from "../fixture.ts";
import { LogFile } from "../../../../server/disk/log_file.ts";
import { MemoryFileSystem } from "../memory_file_system.ts";

const FIRST = [payloadOf(1, 2), payloadOf(2, 9), payloadOf(3, 1)];
const LAST = [payloadOf(4, 3), payloadOf(5, 1), payloadOf(6, 5)];
const SHARDS = [[payloadOf(7, 2), payloadOf(8, 4)], [payloadOf(9, 3)], []];
const HEAD = payloadOf(10, 2);
const BEGIN = 64;

/** All payloads that a start would apply, and what it says of damage. */
interface Loaded {
  readonly payloads: string[];
  readonly torn: TornTail | null;
  readonly skipped: DamageCount;
}

/** A data dir: a snapshot and two logs, with their paths. */
async function makeDir(): Promise<{ fs: MemoryFileSystem; paths: string[] }> {
  const fs = new MemoryFileSystem();
  const facts = { shardCount: SHARDS.length, timeMs: 0, writer: "0.1.0" };
  const first = await LogFile.create(fs, "/d", { position: BEGIN, ...facts });
  await appendAll(first, FIRST);
  const { position } = first;
  const last = await LogFile.create(fs, "/d", { position, previous: BEGIN, ...facts });
  await appendAll(last, LAST);
  const snapshot = await makeSnapshot(fs, "/d", BEGIN, HEAD, SHARDS);
  const paths = [snapshot, `/d/${fileName("log", BEGIN)}`, `/d/${fileName("log", position)}`];
  return { fs, paths };
}

async function load(fs: MemoryFileSystem, recover: boolean): Promise<Loaded> {
  const skipped = new DamageCount();
  const found = await scanDataDir(fs, "/d", recover ? skipped : undefined);
  const payloads: string[] = [];
  if (found.snapshot !== null) {
    const table = await readSnapshotTable(fs, found.snapshot, recover ? skipped : undefined);
    if (table.headPayload.length > 0) payloads.push(table.headPayload.toHex());
    for (const section of table.sections) {
      // Where a section's beginning is lost, its shard's log is replayed from the earliest place on.
      const begins = [BEGIN + 8 * section.shard, ...(recover ? [BEGIN] : [])];
      assert(begins.includes(section.beginPosition));
      const options = recover ? { skipped } : {};
      const reader = await SectionReader.open(fs, found.snapshot, section, options);
      while (await reader.fill()) while (reader.next()) payloads.push(reader.payload.toHex());
    }
  }
  const reader = new LogReader(fs, found.logs, { recover, chunkBytes: 256 });
  while (await reader.fill()) while (reader.next()) payloads.push(reader.payload.toHex());
  for (const { path, offset, reason } of reader.skipped.noted) skipped.note(path, offset, reason);
  return { payloads, torn: reader.torn, skipped };
}

const ALL = [HEAD, ...SHARDS.flat(), ...FIRST, ...LAST].map((payload) => payload.toHex());

/** Where each block of a log begins, and the end of the last. */
function bordersOf(payloads: readonly Uint8Array[]): number[] {
  const borders = [FILE_HEAD_BYTES];
  for (const { length } of payloads) borders.push(borders.at(-1)! + BLOCK_HEADER_BYTES + length);
  return borders;
}

/** How many blocks end at or before an offset. */
const blocksBefore = (borders: readonly number[], offset: number) =>
  borders.filter((border) => border <= offset).length - 1;

Deno.test("the last log may be cut off at every byte behind its head: what is whole before is loaded", async () => {
  const { fs, paths } = await makeDir();
  const path = paths[2]!;
  const bytes = fs.get(path);
  const borders = bordersOf(LAST);
  assertEquals(borders.at(-1), bytes.length);
  for (let length = FILE_HEAD_BYTES; length <= bytes.length; length++) {
    fs.put(path, bytes.slice(0, length));
    const { payloads, torn } = await load(fs, false);
    const blocks = blocksBefore(borders, length);
    assertEquals(payloads, ALL.slice(0, ALL.length - LAST.length + blocks), `${length} bytes`);
    const offset = borders[blocks]!;
    assertEquals(torn, length === offset ? null : { path, offset, bytes: length - offset });
  }
});

Deno.test("a log that another continues and a snapshot may not be cut off at any byte", async () => {
  const { fs, paths } = await makeDir();
  for (const path of paths.slice(0, 2)) {
    const bytes = fs.get(path);
    for (let length = 0; length < bytes.length; length++) {
      fs.put(path, bytes.slice(0, length));
      await assertRejects(() => load(fs, false), DamageError, path, `${length} bytes`);
      const { payloads, skipped } = await load(fs, true);
      assert(skipped.count > 0, `${length} bytes`);
      // Of the other files everything is there, and of this one nothing that it does not say.
      assertEquals(payloads.filter((payload) => !ALL.includes(payload)), []);
      const others = path === paths[0] ? [...FIRST, ...LAST] : [HEAD, ...SHARDS.flat(), ...LAST];
      for (const payload of others) assert(payloads.includes(payload.toHex()), `${length} bytes`);
      if (path !== paths[1]) continue;
      const blocks = Math.max(0, blocksBefore(bordersOf(FIRST), length));
      assertEquals(payloads.length, ALL.length - FIRST.length + blocks);
    }
    fs.put(path, bytes);
  }
});

Deno.test("every bit of the logs matters: the start stops, or the last block is torn; --recover loses one block", async () => {
  const { fs, paths } = await makeDir();
  for (const [index, blocks] of [FIRST, LAST].entries()) {
    const path = paths[index + 1]!;
    const bytes = fs.get(path);
    const borders = bordersOf(blocks);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const at = bit >> 3;
      fs.put(path, bytes.with(at, bytes[at]! ^ 1 << (bit & 7)));
      const block = blocksBefore(borders, at);
      const isTail = index === 1 && block === blocks.length - 1;
      const lost = blocks[block]?.toHex();
      const rest = ALL.filter((payload) => payload !== lost);
      if (isTail) {
        const { payloads, torn, skipped } = await load(fs, false);
        assertEquals(payloads, rest);
        assertEquals([torn?.offset, skipped.count], [borders[block], 0]);
        continue;
      }
      const offset = block < 0 ? 0 : borders[block];
      const where = `Cannot read ${path}: damage at byte ${offset}: `;
      await assertRejects(() => load(fs, false), DamageError, where, `bit ${bit}`);
      const { payloads, skipped } = await load(fs, true);
      // A damaged head loses nothing, since the name and the blocks say the same.
      assertEquals(payloads, rest, `bit ${bit}`);
      assertEquals(skipped.noted.map((noted) => [noted.path, noted.offset]), [[path, offset]]);
    }
    fs.put(path, bytes);
  }
});

Deno.test("damage in the middle of a log that was never synced is no torn tail", async () => {
  const fs = new MemoryFileSystem();
  const log = await LogFile.create(fs, "/d", { position: 0, ...FACTS });
  await appendAll(log, [recordsOf(1, 100), recordsOf(2, 9)], false);
  const bytes = fs.get(log.path);
  for (let at = FILE_HEAD_BYTES; at < FILE_HEAD_BYTES + BLOCK_HEADER_BYTES + 2000; at++) {
    fs.put(log.path, bytes.with(at, bytes[at]! ^ 0x10));
    await assertRejects(() => load(fs, false), DamageError, "damage at byte 80: ");
  }
});

Deno.test("every bit of a snapshot matters: the start stops; --recover loses one block at most", async () => {
  const { fs, paths } = await makeDir();
  const path = paths[0]!;
  const bytes = fs.get(path);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const at = bit >> 3;
    fs.put(path, bytes.with(at, bytes[at]! ^ 1 << (bit & 7)));
    await assertRejects(() => load(fs, false), DamageError, `Cannot read ${path}: damage at byte `);
    const { payloads, skipped } = await load(fs, true);
    assert(skipped.count > 0, `bit ${bit}`);
    const lost = ALL.filter((payload) => !payloads.includes(payload));
    assert(lost.length <= 1, `bit ${bit}`);
    assertEquals(payloads, ALL.filter((payload) => !lost.includes(payload)), `bit ${bit}`);
  }
});

Deno.test("--recover gets along with damage of any kind in any files, and makes up nothing", async () => {
  const damage = fc.record({
    file: fc.integer({ min: 0, max: 2 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom("zeros", "noise", "cut", "gone", "inserted"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const { fs, paths } = await makeDir();
      for (const { file, at, length, kind } of damages) {
        const bytes = fs.get(paths[file]!);
        const from = Math.floor(at * bytes.length);
        if (kind === "zeros") bytes.fill(0, from, from + length);
        if (kind === "noise") {
          bytes.subarray(from, from + length).forEach((_, index, part) => part[index]! ^= 0x5a);
        }
        const head = bytes.subarray(0, from);
        const rest = bytes.subarray(Math.min(bytes.length, from + 4 * (length >> 2)));
        const parts = {
          zeros: [bytes],
          noise: [bytes],
          cut: [head],
          gone: [head, rest],
          inserted: [head, new Uint8Array(length & ~3), bytes.subarray(from)],
        };
        fs.put(paths[file]!, new Uint8Array(await new Blob(parts[kind]).arrayBuffer()));
      }
      const { payloads, skipped } = await load(fs, true);
      let next = 0;
      for (const payload of payloads) {
        const index = ALL.indexOf(payload, next);
        assert(index >= 0, "never written, or not in its place");
        next = index + 1;
      }
      // Only a cut of the last log may go without a word.
      const lost = ALL.filter((payload) => !payloads.includes(payload));
      const isCut = lost.every((payload) => LAST.some((last) => last.toHex() === payload));
      assert(skipped.count > 0 || isCut);
      assertEquals(payloads.length + lost.length, ALL.length);
    }),
    { seed: 4, numRuns: 500 },
  );
});
