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
  /** Which logs among them count for nothing though they are not older, and why, as sentences. */
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
    snapshot: snapshot === null ? null : withShards(snapshot, chain.logs[0], 0),
    logs: chain.logs.map((log) => withShards(log, snapshot, 1)),
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

/** A file whose head is lost has as many shards as what was begun with it; else `fallback` of them. */
function withShards(
  { path, head }: LogPart,
  other: LogPart | null | undefined,
  fallback: number,
): LogPart {
  return {
    path,
    head: { ...head, shardCount: head.shardCount || other?.head.shardCount || fallback },
  };
}

/** Logs that continue each other, and what is not among them. */
interface Chain {
  readonly logs: readonly LogPart[];
  readonly leftovers: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * Finds the logs that continue each other from the snapshot on, by looking from the last one backwards. One
 * that was begun after a failure continues none: it needs a snapshot, before which nothing of it is promised.
 */
async function chainOf(
  fs: FileSystem,
  snapshot: SnapshotPart | null,
  files: readonly NamedFile[],
  skipped: DamageCount | undefined,
): Promise<Chain> {
  const parts: LogPart[] = [];
  for (const file of files) {
    const head = await headOf(fs, file, "log", skipped);
    if (head !== undefined) parts.push({ path: file.path, head });
  }
  const begin = snapshot?.head.position ?? 0;
  const miss = (path: string, problem: string): void => {
    if (skipped === undefined) throw missingError(problem);
    skipped.note(path, 0, problem);
  };
  const ignored: string[] = [];
  let last = parts.length - 1;
  while (last >= 0) {
    const logs = chainTo(parts, last, begin, miss);
    const [{ path, head }] = logs as [LogPart, ...LogPart[]];
    if (head.previous !== head.position || head.position === begin) {
      const leftovers = parts.filter((part) => !logs.includes(part)).map(({ path }) => path);
      return { logs, leftovers, ignored };
    }
    const reason = "was begun after a failure, and the snapshot that it needs was never finished";
    ignored.push(`${path} ${reason}`);
    last = parts.findIndex((part) => part.path === path) - 1;
  }
  if (snapshot !== null) {
    miss(snapshot.path, `${fileName("log", begin)} is missing, which belongs to ${snapshot.path}`);
  } else if (parts.length > 0) {
    miss(parts[0]!.path, `${parts[0]!.path} is there, but not the snapshot that it needs`);
  }
  return { logs: parts, leftovers: [], ignored: [] };
}

/** The logs up to the one at `last`: from the beginning on, or from one on that continues none. */
function chainTo(
  parts: readonly LogPart[],
  last: number,
  begin: number,
  miss: (path: string, problem: string) => void,
): LogPart[] {
  const chain: LogPart[] = [];
  for (let index = last; index >= 0;) {
    const part = parts[index]!;
    chain.unshift(part);
    const { path, head: { position, previous } } = part;
    if (position === begin || position === previous) break;
    const before = parts.findIndex(({ head }) => head.position === previous);
    if (before < 0 && previous !== UNKNOWN) {
      miss(path, `${fileName("log", previous)} is missing, which ${path} continues`);
    }
    index = before < 0 ? index - 1 : before;
  }
  return chain;
}

/**
 * The start of the log file that one continues which goes on at `position`, behind all of `logs`; undefined
 * if there is none.
 */
export function continuedBy(logs: readonly LogPart[], position: number): number | undefined {
  // An empty one at the same position is replaced.
  return logs.findLast(({ head }) => head.position < position)?.head.position;
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
