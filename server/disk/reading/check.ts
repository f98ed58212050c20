// Verifies every byte of what a start would load from a data dir, changes nothing, and goes on behind
// damage, so that all of it is told. Whether a start would succeed is the same question.

import { checkHash, EffectKind, effectKind, effectWords, LogRecords } from "../../../cache/mod.ts";
import { messageOf } from "../../contract/error_text.ts";
import { isLocked, type LockHolder } from "../dir_lock.ts";
import { type DataDir, scanDataDir } from "../data_dir.ts";
import { FILE_HEAD_BYTES } from "../file_head.ts";
import type { FileSystem } from "../file_system.ts";
import { DamageCount, type SkippedDamage } from "./damage.ts";
import { LogReader } from "./log_reader.ts";
import { readSnapshotTable, SectionReader, type SnapshotPart } from "./snapshot_file.ts";

/** How often it is begun anew where files go away meanwhile. */
const MAX_TRIES = 3;

/** What became of a file. */
export type Verdict =
  | "whole"
  /** The last log, with an end that the next start cuts off. */
  | "torn"
  | "damaged"
  /** The next start removes it. */
  | "unused";

/** What was found out about a file. */
export interface CheckedFile {
  readonly path: string;
  verdict: Verdict;
  /** Bytes that were read. */
  bytes: number;
  blocks: number;
  /** Items of a snapshot. */
  items: number;
  /** Records of a log; those in parts count when they are whole. */
  records: number;
  /** Bytes at the end that the next start cuts off. */
  tornBytes: number;
  damage: SkippedDamage[];
}

/** What was found out about a data dir. */
export interface CheckReport {
  readonly dir: string;
  /** In the order in which a start reads them; then those that it does not need. */
  readonly files: readonly CheckedFile[];
  /** Why logs count for nothing that are not older than the snapshot. */
  readonly ignored: readonly string[];
  /** Places of damage. */
  readonly damageCount: number;
  readonly bytes: number;
  /** Whether a process is using it, and which: then its last log may just be growing. */
  readonly user: LockHolder | boolean;
}

/**
 * Verifies a data dir.
 *
 * @param fs the file system
 * @param dir the folder
 * @param onProgress hears how many bytes of how many have been read
 * @throws {DamageError} if a file is of another format; else what the file system throws
 */
export async function checkDataDir(
  fs: FileSystem,
  dir: string,
  onProgress: (bytes: number, ofBytes: number) => void = () => {},
): Promise<CheckReport> {
  for (let tries = 1;; tries++) {
    try {
      return await checkOnce(fs, dir, onProgress);
    } catch (error) {
      // A running server has just removed what a new snapshot has made superfluous.
      const isGone = error instanceof Error && error.cause instanceof Deno.errors.NotFound;
      if (!isGone || tries === MAX_TRIES) throw error;
    }
  }
}

async function checkOnce(
  fs: FileSystem,
  dir: string,
  onProgress: (bytes: number, ofBytes: number) => void,
): Promise<CheckReport> {
  const user = await isLocked(fs, dir);
  const skipped = new DamageCount();
  const found = await scanDataDir(fs, dir, skipped);
  const files = new CheckedFiles();
  let done = 0;
  const onRead = (bytes: number): void => onProgress(done += bytes, found.bytes);
  const { snapshot } = found;
  if (snapshot !== null) {
    await checkSnapshot(fs, snapshot, files.of(snapshot.path), skipped, onRead);
  }
  await checkLogs(fs, found, files, skipped, onRead);
  for (const path of found.leftovers) files.of(path).verdict = "unused";
  for (const damage of skipped.noted) {
    const file = files.of(damage.path);
    file.verdict = "damaged";
    file.damage.push(damage);
  }
  return {
    dir,
    files: files.list,
    ignored: found.ignored,
    damageCount: skipped.count,
    bytes: done,
    user,
  };
}

/** The files that were met so far. */
class CheckedFiles {
  readonly list: CheckedFile[] = [];

  of(path: string): CheckedFile {
    const known = this.list.find((file) => file.path === path);
    if (known !== undefined) return known;
    const file: CheckedFile = {
      path,
      verdict: "whole",
      bytes: 0,
      blocks: 0,
      items: 0,
      records: 0,
      tornBytes: 0,
      damage: [],
    };
    this.list.push(file);
    return file;
  }
}

async function checkSnapshot(
  fs: FileSystem,
  part: SnapshotPart,
  file: CheckedFile,
  skipped: DamageCount,
  onRead: (bytes: number) => void,
): Promise<void> {
  const table = await readSnapshotTable(fs, part, skipped);
  const sectionBytes = table.sections.reduce((sum, { bytes }) => sum + bytes, 0);
  file.bytes = table.bytes - sectionBytes;
  onRead(file.bytes);
  const { headPayload } = table;
  checkEffects(skipped, part.path, FILE_HEAD_BYTES, () => countPuts(headPayload));
  for (const section of table.sections) {
    const reader = await SectionReader.open(fs, part, section, { skipped });
    let before = 0;
    while (await reader.fill()) {
      while (reader.next()) {
        file.blocks++;
        checkEffects(skipped, part.path, reader.offset, () => {
          file.items += countPuts(reader.payload);
        });
      }
      onRead(reader.readBytes - before);
      before = reader.readBytes;
    }
    file.bytes += reader.readBytes;
  }
}

async function checkLogs(
  fs: FileSystem,
  { logs }: DataDir,
  files: CheckedFiles,
  skipped: DamageCount,
  onRead: (bytes: number) => void,
): Promise<void> {
  const reader = new LogReader(fs, logs, { recover: true });
  let before = 0;
  let file: CheckedFile;
  const records = new LogRecords((words, bytes, from, to) => {
    file.records++;
    for (let at = from; at < to;) {
      const count = effectWords(words, at, to);
      checkHash(words, bytes, at);
      at += count;
    }
  });
  for (const { path } of logs) files.of(path);
  while (await reader.fill()) {
    file = files.of(reader.path);
    while (reader.next()) {
      file.blocks++;
      checkEffects(skipped, reader.path, reader.offset, () => {
        records.block(reader.payload, reader.position);
      });
    }
    file.bytes += reader.readBytes - before;
    onRead(reader.readBytes - before);
    before = reader.readBytes;
  }
  for (const damage of reader.skipped.noted) {
    skipped.note(damage.path, damage.offset, damage.reason);
  }
  skipped.count += reader.skipped.count - reader.skipped.noted.length;
  if (reader.torn === null) return;
  const torn = files.of(reader.torn.path);
  torn.verdict = "torn";
  torn.tornBytes = reader.torn.bytes;
}

/** Notes what `read` finds wrong with a whole block: then it was written so. */
function checkEffects(
  skipped: DamageCount,
  path: string,
  offset: number,
  read: () => void,
): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    skipped.note(path, offset, messageOf(error));
  }
}

/** Counts the items among effects, each of which has to end in them. */
function countPuts(payload: Uint8Array): number {
  const words = new Int32Array(payload.buffer, payload.byteOffset, payload.length / 4);
  let puts = 0;
  for (let at = 0; at < words.length;) {
    const count = effectWords(words, at, words.length);
    checkHash(words, payload, at);
    if (effectKind(words, at) === EffectKind.put) puts++;
    at += count;
  }
  return puts;
}
