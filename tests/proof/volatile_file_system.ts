// A file system in memory that forgets as a machine does that loses its power: what was not synced may be there,
// in part, or as pages of zeros; names of which the folder was not synced may be the old ones. Where only the process
// ends, all is there that it had written.

import type { Random } from "../../bench/workload.ts";
import type { DiskFile, FileSystem, OpenMode } from "../../server/disk/file_system.ts";

const PAGE_BYTES = 4096;

/** Bytes of a file: as programs see them, and as they are on the disk for certain. */
interface Inode {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  synced: Uint8Array<ArrayBuffer>;
  isLocked: boolean;
}

type Names = Map<string, Inode>;

/** The file system of one machine, up to its crash. */
export class VolatileFileSystem implements FileSystem {
  readonly #names: Names = new Map();
  /** Changes of names since the folder was synced, in their order. */
  readonly #unsynced: ((names: Names) => void)[] = [];
  #syncedNames: Names = new Map();
  /** After a crash nothing works any more for those who used it before. */
  #isGone = false;
  /** How many operations there were. */
  operations = 0;

  /** What the next process finds, when this one ends now. */
  processCrash(): VolatileFileSystem {
    this.#isGone = true;
    const next = new VolatileFileSystem();
    for (const [path, inode] of this.#names) next.#adopt(path, inode.bytes.slice(0, inode.length));
    return next;
  }

  /** What is found when the power comes back. */
  machineCrash(random: Random): VolatileFileSystem {
    this.#isGone = true;
    const next = new VolatileFileSystem();
    const names = new Map(this.#syncedNames);
    const done = random.below(this.#unsynced.length + 1);
    for (const change of this.#unsynced.slice(0, done)) change(names);
    for (const [path, inode] of names) next.#adopt(path, afterCrash(inode, random));
    return next;
  }

  #adopt(path: string, bytes: Uint8Array<ArrayBuffer>): void {
    const inode = { bytes, length: bytes.length, synced: bytes.slice(), isLocked: false };
    this.#names.set(path, inode);
    this.#syncedNames.set(path, inode);
  }

  async #begin(): Promise<void> {
    // As on a disk, whoever asked goes on later.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.operations++;
    if (this.#isGone) throw new Error("Input/output error (os error 5)");
  }

  #rename(change: (names: Names) => void): void {
    change(this.#names);
    this.#unsynced.push(change);
  }

  #found(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Deno.errors.NotFound(`No such file: ${path}`);
    return inode;
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    await this.#begin();
    const isThere = this.#names.has(path);
    if (mode === "new" && isThere) throw new Deno.errors.AlreadyExists(`File exists: ${path}`);
    if (mode !== "read" && !isThere) {
      const empty = new Uint8Array(0);
      const inode: Inode = { bytes: empty, length: 0, synced: empty, isLocked: false };
      this.#rename((names) => names.set(path, inode));
    }
    return this.#file(this.#found(path));
  }

  #file(inode: Inode): DiskFile {
    let at = 0;
    let hasLock = false;
    const begin = () => this.#begin();
    const names = this.#names;
    return {
      isAt: (path) => Promise.resolve(names.get(path) === inode),
      async read(into) {
        await begin();
        const part = inode.bytes.subarray(at, Math.min(inode.length, at + into.length));
        into.set(part);
        at += part.length;
        return part.length;
      },
      async write(bytes) {
        const copy = bytes.slice();
        await begin();
        write(inode, at, copy);
        at += copy.length;
      },
      async seek(offset) {
        await begin();
        at = offset;
      },
      async truncate(length) {
        await begin();
        inode.bytes.fill(0, length);
        inode.length = length;
      },
      async size() {
        await begin();
        return inode.length;
      },
      async syncData() {
        await begin();
        inode.synced = inode.bytes.slice(0, inode.length);
      },
      async tryLock() {
        await begin();
        if (inode.isLocked) return false;
        hasLock = inode.isLocked = true;
        return true;
      },
      close() {
        if (hasLock) inode.isLocked = false;
      },
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin();
    const inode = this.#found(from);
    this.#rename((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#begin();
    this.#found(path);
    this.#rename((names) => names.delete(path));
  }

  async list(dir: string): Promise<{ name: string; bytes: number }[]> {
    await this.#begin();
    return [...this.#names].map(([path, { length }]) => {
      return { name: path.slice(dir.length + 1), bytes: length };
    });
  }

  makeDir(): Promise<void> {
    return this.#begin();
  }

  async syncDir(): Promise<void> {
    await this.#begin();
    this.#unsynced.length = 0;
    this.#syncedNames = new Map(this.#names);
  }
}

function write(inode: Inode, at: number, bytes: Uint8Array): void {
  const end = at + bytes.length;
  if (end > inode.bytes.length) {
    const grown = new Uint8Array(2 * end);
    grown.set(inode.bytes.subarray(0, inode.length));
    inode.bytes = grown;
  }
  inode.bytes.set(bytes, at);
  inode.length = Math.max(inode.length, end);
}

/** A file after the power was gone: each page that was not synced may be the new one, the old one, or zeros. */
function afterCrash({ bytes, length, synced }: Inode, random: Random): Uint8Array<ArrayBuffer> {
  const roll = random.below(3);
  const grown = roll === 0
    ? synced.length
    : roll === 1
    ? length
    : synced.length + random.below(Math.max(1, length - synced.length + 1));
  const found = new Uint8Array(Math.max(grown, Math.min(length, synced.length)));
  found.set(synced.subarray(0, found.length));
  const isInOrder = random.below(2) === 0;
  for (let page = 0; page < found.length; page += PAGE_BYTES) {
    const end = Math.min(page + PAGE_BYTES, found.length);
    const isSame = end <= synced.length && page + PAGE_BYTES <= synced.length &&
      synced.subarray(page, end).every((byte, i) => byte === bytes[page + i]);
    if (isSame) continue;
    const isNew = random.below(3) > 0;
    if (!isNew && isInOrder) return found.slice(0, Math.max(page, synced.length));
    if (isNew) found.set(bytes.subarray(page, Math.min(end, length)), page);
  }
  return found;
}
