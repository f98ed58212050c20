// Keeps a second process out of a data dir: a lock on a file in it, which the system gives up when the
// process ends, however that happens. Over NFS, Linux makes it a lock that all hosts see. Where a file
// system has no locks, what the file says has to do.

import { messageOf } from "../contract/error_text.ts";
import { type DiskFile, type FileSystem, pathIn } from "./file_system.ts";

/** The file that is locked. It stays when nobody uses the data dir, and is empty then. */
export const LOCK_NAME = "slabkv.lock";

/** The longest content that is looked at. */
const MAX_CONTENT_BYTES = 1024;

/** A lock that is taken is tried again, since who only looks for it has it for a moment. */
const TRIES = 3;
const PAUSE_MS = 50;

/** Who uses a data dir. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When it was started, in milliseconds since 1970. */
  readonly startMs: number;
}

/** A data dir cannot be used, since another process uses it. */
export class LockError extends Error {
  override readonly name = "LockError";
}

/** Writes what the file says: "pid 12, host a, start 2026-01-31T12:00:00.000Z". */
export function holderText({ pid, host, startMs }: LockHolder): string {
  return `pid ${pid}\nhost ${host}\nstart ${new Date(startMs).toISOString()}\n`;
}

/** Reads what the file says, or gives undefined if that is nothing. */
export function parseHolder(text: string): LockHolder | undefined {
  const match = /^pid (\d{1,15})\nhost ([^\n]*)\nstart ([^\n]{1,40})\n$/.exec(text);
  if (match === null) return undefined;
  const startMs = Date.parse(match[3]!);
  return Number.isNaN(startMs) ? undefined : { pid: Number(match[1]), host: match[2]!, startMs };
}

/** A data dir that this process has for itself. */
export class DirLock {
  readonly #file: DiskFile;
  /** Who used the data dir last, if that process has not stopped cleanly. */
  readonly crashed: LockHolder | undefined;
  /** Why the lock keeps nobody out, if the file system has no locks. */
  readonly weakness: string | undefined;

  private constructor(file: DiskFile, crashed?: LockHolder, weakness?: string) {
    this.#file = file;
    this.crashed = crashed;
    this.weakness = weakness;
  }

  /**
   * Locks a data dir, which has to be there.
   *
   * @throws {LockError} if another process has it, with its name; else what the file system throws
   */
  static async take(fs: FileSystem, dir: string, holder: LockHolder): Promise<DirLock> {
    const file = await fs.open(pathIn(dir, LOCK_NAME), "read-write");
    try {
      let weakness: string | undefined;
      let isFree = true;
      try {
        isFree = await tryLock(file);
      } catch (error) {
        weakness = messageOf(error);
      }
      const before = await contentOf(file);
      if (!isFree) throw new LockError(usedText(dir, before));
      if (weakness !== undefined) refuseIfUsed(dir, before, holder, weakness);
      await file.truncate(0);
      await file.seek(0);
      await file.write(new TextEncoder().encode(holderText(holder)));
      await file.syncData();
      return new DirLock(file, before, weakness);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Gives the data dir up at a clean stop: the file is empty then. Never fails. */
  async release(): Promise<void> {
    await this.#file.truncate(0).catch(() => {});
    this.#file.close();
  }
}

async function tryLock(file: DiskFile): Promise<boolean> {
  for (let tries = 1; tries < TRIES; tries++) {
    if (await file.tryLock()) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return await file.tryLock();
}

/** Whether a process has a data dir, and which; false if nobody has, or if that cannot be told. */
export async function isLocked(fs: FileSystem, dir: string): Promise<LockHolder | boolean> {
  let file: DiskFile;
  try {
    file = await fs.open(pathIn(dir, LOCK_NAME), "read");
  } catch {
    return false;
  }
  try {
    return await file.tryLock(false) ? false : await contentOf(file) ?? true;
  } catch {
    return false;
  } finally {
    file.close();
  }
}

async function contentOf(file: DiskFile): Promise<LockHolder | undefined> {
  try {
    await file.seek(0);
    const bytes = new Uint8Array(MAX_CONTENT_BYTES);
    return parseHolder(new TextDecoder().decode(bytes.subarray(0, await file.read(bytes))));
  } catch {
    // Windows lets nobody else read a file that is locked.
    return undefined;
  }
}

/** Says who has a data dir: "process 12 on host a has used it since …". */
export function holderPhrase(holder: LockHolder | undefined): string {
  if (holder === undefined) return "another process uses it";
  const { pid, host, startMs } = holder;
  return `process ${pid} on host ${host} has used it since ${new Date(startMs).toISOString()}`;
}

function usedText(dir: string, holder: LockHolder | undefined): string {
  return `Cannot use the data dir ${dir}: ${holderPhrase(holder)}. ` +
    "Stop that process, or give another --data-dir";
}

/**
 * Without locks, whoever is named in the file may still be there. A process of the same number on the same
 * host is not: this one has its number, as in a container that was started again.
 */
function refuseIfUsed(
  dir: string,
  before: LockHolder | undefined,
  { pid, host }: LockHolder,
  weakness: string,
): void {
  if (before === undefined || before.pid === pid && before.host === host) return;
  throw new LockError(
    `Cannot use the data dir ${dir}: its file system has no locks (${weakness}), and by its ${LOCK_NAME} ` +
      `${holderPhrase(before)}. If that process has ended, remove the file`,
  );
}
