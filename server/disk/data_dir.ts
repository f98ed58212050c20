// What lies in a data dir: which snapshot and which logs belong together, and which files are left over.
// Looks at names and heads only, and changes nothing until it is told to remove what is left over.

import {
  decodeFileHead,
  type FileHead,
  fileName,
  type HeadProblem,
  parseFileName,
} from "./file_head.ts";
import { type FileSystem, type FoundFile, pathIn } from "./file_system.ts";
import { type DamageCount, DamageError, damageError, missingError } from "./reading/damage.ts";
import { recoverHead, UNKNOWN } from "./reading/head_recovery.ts";
import { type LogPart, readHeadBytes } from "./reading/log_reader.ts";
import type { SnapshotPart } from "./reading/snapshot_file.ts";

/** What is to be loaded from a data dir. */
export interface DataDir {
  readonly dir: string;
  readonly snapshot: SnapshotPart | null;
  /** The logs to be replayed behind it, in their order. */
  readonly logs: readonly LogPart[];
  /** Bytes of all these files. */
  readonly bytes: number;
  /** Paths of files that are not needed: unfinished, or older than the snapshot. */
  readonly leftovers: readonly string[];
  /** Logs among them that count for nothing though they are not older, and why, as sentences. */
  readonly ignored: readonly string[];
}

/** A file of a data dir with the position in its name. */
interface NamedFile extends FoundFile {
  readonly path: string;
  readonly position: number;
}

/**
 * Looks what lies in a data dir.
 *
 * @param fs the file system
 * @param dir the folder, which is there
 * @param skipped counts what is damaged or missing and goes without; undefined if that is to be refused
 * @throws {DamageError} if files are damaged or missing, or of another format, which is always refused
 */
export async function scanDataDir(
  fs: FileSystem,
  dir: string,
  skipped?: DamageCount,
): Promise<DataDir> {
  const found = await fs.list(dir);
  const named = (kind: "log" | "snapshot"): NamedFile[] =>
    found.flatMap(({ name, bytes }) => {
      const parsed = parseFileName(name);
      return parsed?.kind === kind
        ? [{ name, bytes, path: pathIn(dir, name), position: parsed.position }]
        : [];
    }).sort((a, b) => a.position - b.position);
  const leftovers = found.filter(({ name }) =>
    name.endsWith(".tmp") && parseFileName(name.slice(0, -".tmp".length)) !== undefined
  ).map(({ name }) => pathIn(dir, name));

  const snapshots = named("snapshot");
  const snapshot = await newestSnapshot(fs, snapshots, skipped);
  const begin = snapshot?.head.position ?? 0;
  const logs = named("log");
  const older = [...snapshots, ...logs].filter(({ position }) => position < begin);
  const chain = await chainOf(
    fs,
    snapshot,
    logs.filter(({ position }) => position >= begin),
    skipped,
  );
  const used = new Set([snapshot, ...chain.logs].map((part) => part?.path));
  return {
    dir,
    snapshot: snapshot === null ? null : withShards(snapshot, chain.logs[0]),
    logs: chain.logs,
    bytes: [...snapshots, ...logs].reduce(
      (sum, { path, bytes }) => used.has(path) ? sum + bytes : sum,
      0,
    ),
    leftovers: [...leftovers, ...older.map(({ path }) => path), ...chain.leftovers],
    ignored: chain.ignored,
  };
}

/** Removes what is left over. Call it when the rest has been loaded; what cannot be removed stays. */
export async function removeLeftovers(fs: FileSystem, { leftovers }: DataDir): Promise<void> {
  for (const path of leftovers) await fs.remove(path).catch(() => {});
}

async function newestSnapshot(
  fs: FileSystem,
  snapshots: readonly NamedFile[],
  skipped: DamageCount | undefined,
): Promise<SnapshotPart | null> {
  for (const file of snapshots.toReversed()) {
    const head = await headOf(fs, file, "snapshot", skipped);
    if (head !== undefined) return { path: file.path, head };
  }
  return null;
}

/** A snapshot whose head is lost has as many shards as the log that was begun with it. */
function withShards({ path, head }: SnapshotPart, log: LogPart | undefined): SnapshotPart {
  return { path, head: { ...head, shardCount: head.shardCount || log?.head.shardCount || 0 } };
}

/** The logs that continue each other from the snapshot on. */
async function chainOf(
  fs: FileSystem,
  snapshot: SnapshotPart | null,
  files: readonly NamedFile[],
  skipped: DamageCount | undefined,
): Promise<{ logs: LogPart[]; leftovers: string[]; ignored: string[] }> {
  const logs: LogPart[] = [];
  const begin = snapshot?.head.position ?? 0;
  const miss = (path: string, problem: string): void => {
    if (skipped === undefined) throw missingError(problem);
    skipped.note(path, 0, problem);
  };
  const [first] = files;
  if (first === undefined ? snapshot !== null : first.position !== begin) {
    const needed = fileName("log", begin);
    const problem = snapshot === null
      ? `${first!.path} is there, but not the snapshot or the log before it`
      : `${needed} is missing, which belongs to ${snapshot.path}`;
    miss(first?.path ?? snapshot!.path, problem);
  }
  for (const [index, file] of files.entries()) {
    const head = await headOf(fs, file, "log", skipped);
    if (head === undefined) continue;
    const before = logs.at(-1)?.head.position;
    if (before !== undefined && head.previous === head.position) {
      // Nothing of it was promised: its snapshot was to be finished before.
      const leftovers = files.slice(index).map(({ path }) => path);
      const reason = "was begun after a failure, and the snapshot that it needs was never finished";
      return { logs, leftovers, ignored: [`${file.path} ${reason}`] };
    }
    if (before !== undefined && head.previous !== before && head.previous !== UNKNOWN) {
      const needed = fileName("log", head.previous);
      miss(file.path, `${needed} is missing, which ${file.path} continues`);
    }
    logs.push({ path: file.path, head });
  }
  return { logs, leftovers: [], ignored: [] };
}

/** Reads a head. Gives undefined where the file is of no use and goes without. */
async function headOf(
  fs: FileSystem,
  { path, position }: NamedFile,
  kind: "log" | "snapshot",
  skipped: DamageCount | undefined,
): Promise<FileHead | undefined> {
  const head = named(decodeFileHead(await readHeadBytes(fs, path), kind), position);
  if (!("problem" in head)) return head;
  if (head.isOtherFormat) {
    throw new DamageError(
      `Cannot read ${path}: ${head.problem}. Use the version of slabkv that wrote it, or another --data-dir`,
    );
  }
  if (skipped === undefined) throw damageError(path, 0, head.problem);
  skipped.note(path, 0, head.problem);
  return await recoverHead(fs, path, kind, position);
}

/** A head that says what the name of its file says. */
function named(head: FileHead | HeadProblem, position: number): FileHead | HeadProblem {
  if ("problem" in head || head.position === position) return head;
  const problem = `it is that of position ${head.position}, which is not what its name says`;
  return { problem, isOtherFormat: false };
}
