/**
 * What the tests of server/disk/ share: folders that are gone afterwards, small logs and snapshots, and all
 * blocks of them in one go.
 *
 * @module
 */

import { hashKey } from "../../../cache/hash.ts";
import { EFFECT_KEY_SHIFT, RECORD_FIRST, RECORD_LAST } from "../../../cache/log/effect_layout.ts";
import { BlockBuffer } from "../../../server/disk/blocks.ts";
import { decodeFileHead } from "../../../server/disk/file_head.ts";
import { DENO_FILE_SYSTEM, type FileSystem } from "../../../server/disk/file_system.ts";
import { LogFile } from "../../../server/disk/log_file.ts";
import { DamageCount } from "../../../server/disk/reading/damage.ts";
import {
  type LogPart,
  LogReader,
  type LogReading,
  readHeadBytes,
} from "../../../server/disk/reading/log_reader.ts";
import {
  readSnapshotTable,
  SectionReader,
  type SectionReading,
  type SnapshotPart,
} from "../../../server/disk/reading/snapshot_file.ts";
import { SnapshotWriter } from "../../../server/disk/snapshot_writer.ts";

/** What a start has loaded from a folder without data. */
export function nothingLoaded() {
  return {
    items: 0,
    expired: 0,
    evicted: 0,
    endPosition: 0,
    replayedBytes: 0,
    tornBytes: 0,
    damage: new DamageCount(),
    ms: 0,
    bytes: 0,
    snapshot: null,
  };
}

/** Runs a test with a folder of its own. */
export async function withDir(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "slabkv-disk-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** What the heads of the tests' files say. */
export const FACTS = { shardCount: 4, timeMs: 1_700_000_000_000, writer: "0.1.0" } as const;

/** A payload of so many words, each of which is different in each test's block. */
export function payloadOf(seed: number, words: number): Uint8Array {
  const payload = new Uint32Array(words).map((_, index) =>
    Math.imul(seed * 64 + index + 1, 0x9e3779b1)
  );
  return new Uint8Array(payload.buffer);
}

/** A payload of so many records, each of which removes an item. */
export function recordsOf(seed: number, count: number): Uint8Array {
  const record = (index: number) => [RECORD_FIRST | RECORD_LAST | 5, 2, seed, index, 0];
  return new Uint8Array(Int32Array.from(Array(count).keys().flatMap(record)).buffer);
}

/** A payload of so many items with keys of four bytes and values of eight. */
export function itemsOf(seed: number, count: number): Uint8Array {
  const hash = hashKey(new Uint8Array(Int32Array.of(seed).buffer), 0, 4);
  const item = (
    index: number,
  ) => [1 | 4 << EFFECT_KEY_SHIFT, hash, index, 0, 0, 8, seed, index, seed];
  return new Uint8Array(Int32Array.from(Array(count).keys().flatMap(item)).buffer);
}

/** Appends payloads to a log, synced after each unless told otherwise. */
export async function appendAll(
  log: LogFile,
  payloads: readonly Uint8Array[],
  isSynced = true,
): Promise<void> {
  for (const payload of payloads) {
    const block = new BlockBuffer(payload.length);
    block.payload.set(payload);
    await log.append(block, payload.length);
    if (isSynced) await log.sync();
  }
}

/** Makes a log file of payloads. Returns the position behind it. */
export async function makeLog(
  dir: string,
  position: number,
  previous: number,
  payloads: readonly Uint8Array[],
  isSynced = true,
): Promise<number> {
  const log = await LogFile.create(DENO_FILE_SYSTEM, dir, { position, previous, ...FACTS });
  await appendAll(log, payloads, isSynced);
  log.close();
  return log.position;
}

/** Makes a snapshot with the blocks of each shard. */
export async function makeSnapshot(
  fs: FileSystem,
  dir: string,
  position: number,
  head: Uint8Array,
  shards: readonly (readonly Uint8Array[])[],
): Promise<string> {
  const writer = await SnapshotWriter.create(fs, dir, {
    position,
    ...FACTS,
    shardCount: shards.length,
    head,
  });
  try {
    for (const [shard, blocks] of shards.entries()) {
      await writer.beginSection(shard, position + 8 * shard, 100 + shard);
      for (const payload of blocks) {
        const block = new BlockBuffer(payload.length);
        block.payload.set(payload);
        await writer.append(block, payload.length, 1);
      }
    }
    return (await writer.finish()).path;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** A file with what its head says. */
export async function partOf(path: string, kind: "log" | "snapshot"): Promise<LogPart> {
  const head = decodeFileHead(await readHeadBytes(DENO_FILE_SYSTEM, path), kind);
  if ("problem" in head) throw new Error(head.problem);
  return { path, head };
}

/** A block of a log, kept. */
export interface KeptBlock {
  readonly position: number;
  readonly payload: Uint8Array;
}

/** Reads logs to their end. */
export async function readLogs(
  parts: readonly LogPart[],
  reading: LogReading = { recover: false },
  fs: FileSystem = DENO_FILE_SYSTEM,
): Promise<{ reader: LogReader; blocks: KeptBlock[] }> {
  const reader = new LogReader(fs, parts, reading);
  const blocks: KeptBlock[] = [];
  while (await reader.fill()) {
    while (reader.next()) {
      blocks.push({ position: reader.position, payload: reader.payload.slice() });
    }
  }
  return { reader, blocks };
}

/** Reads all sections of a snapshot: for each shard its blocks. */
export async function readSnapshot(
  part: SnapshotPart,
  { fs = DENO_FILE_SYSTEM, chunkBytes, skipped }: SectionReading & { fs?: FileSystem } = {},
): Promise<{ head: Uint8Array; shards: Uint8Array[][] }> {
  const table = await readSnapshotTable(fs, part, skipped);
  const shards: Uint8Array[][] = [];
  for (const section of table.sections) {
    const blocks: Uint8Array[] = [];
    const reader = await SectionReader.open(fs, part, section, { skipped, chunkBytes });
    while (await reader.fill()) while (reader.next()) blocks.push(reader.payload.slice());
    shards[section.shard] = blocks;
  }
  return { head: table.headPayload, shards };
}
