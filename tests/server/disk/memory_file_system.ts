/**
 * A file system in memory, whose machine can crash: then of what was not synced any sector may be there or
 * not, and of changed names in a folder that was not synced any.
 *
 * @module
 */

import type {
  DiskFile,
  FileSystem,
  FoundFile,
  OpenMode,
} from "../../../server/disk/file_system.ts";

const SECTOR_BYTES = 512;
/** A sector of which less is new is there. The server takes what is missing of it for damage, rightly or not. */
const MIN_HOLE_BYTES = 32;

/** The content of a file, now and as it is on the disk for certain. */
class Content {
  bytes = new Uint8Array(0);
  length = 0;
  synced = new Uint8Array(0);
  isLocked = false;

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, offset);
    this.length = Math.max(this.length, end);
  }

  now(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  sync(): void {
    this.synced = this.now();
  }

  /** What is left of it after a crash. */
  afterCrash(random: () => number): Uint8Array<ArrayBuffer> {
    const now = this.now();
    const { synced } = this;
    const more = Math.max(0, now.length - synced.length);
    const length = random() < 0.3 ? now.length : synced.length + Math.floor(random() * (more + 1));
    const left = new Uint8Array(length);
    left.set(synced.subarray(0, length));
    const share = random();
    for (let at = 0; at < length; at += SECTOR_BYTES) {
      const hole = at + SECTOR_BYTES - synced.length;
      const isWritten = random() < share || hole > 0 && hole < MIN_HOLE_BYTES;
      if (isWritten) left.set(now.subarray(at, Math.min(at + SECTOR_BYTES, length)), at);
    }
    return left;
  }
}

/** The file system. Folders are there without being made. */
export class MemoryFileSystem implements FileSystem {
  #names = new Map<string, Content>();
  #syncedNames = new Map<string, Content>();

  /** Puts a file there, synced, in place of one that may be there. */
  put(path: string, bytes: Uint8Array): void {
    const content = new Content();
    content.write(0, bytes);
    content.sync();
    this.#names.set(path, content);
    this.#syncedNames.set(path, content);
  }

  /** The bytes of a file. */
  get(path: string): Uint8Array<ArrayBuffer> {
    return this.#content(path).now();
  }

  /** The paths of all files, sorted. */
  get paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** What is left after a crash of the machine. */
  crash(random: () => number): MemoryFileSystem {
    const left = new MemoryFileSystem();
    for (const path of new Set([...this.#names.keys(), ...this.#syncedNames.keys()])) {
      const names = random() < 0.5 ? this.#names : this.#syncedNames;
      const content = names.get(path);
      if (content !== undefined) left.put(path, content.afterCrash(random));
    }
    return left;
  }

  #content(path: string): Content {
    const content = this.#names.get(path);
    if (content === undefined) throw new Deno.errors.NotFound(`No such file: ${path}`);
    return content;
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    const known = this.#names.get(path);
    if (mode === "new" && known !== undefined) {
      return Promise.reject(new Deno.errors.AlreadyExists(path));
    }
    if ((mode === "read" || mode === "existing") && known === undefined) {
      return Promise.reject(new Deno.errors.NotFound(path));
    }
    const content = known ?? new Content();
    this.#names.set(path, content);
    const isAt = (other: string) => this.#names.get(other) === content;
    return Promise.resolve(new OpenFile(content, isAt));
  }

  rename(from: string, to: string): Promise<void> {
    this.#names.set(to, this.#content(from));
    this.#names.delete(from);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    const isThere = this.#names.delete(path);
    return isThere ? Promise.resolve() : Promise.reject(new Deno.errors.NotFound(path));
  }

  list(dir: string): Promise<FoundFile[]> {
    const found = [...this.#names].filter(([path]) => path.startsWith(`${dir}/`));
    return Promise.resolve(found.map(([path, { length }]) => {
      return { name: path.slice(dir.length + 1), bytes: length };
    }));
  }

  makeDir(): Promise<void> {
    return Promise.resolve();
  }

  syncDir(): Promise<void> {
    this.#syncedNames = new Map(this.#names);
    return Promise.resolve();
  }
}

class OpenFile implements DiskFile {
  readonly #content: Content;
  #at = 0;
  #hasLock = false;

  readonly #isAt: (path: string) => boolean;

  constructor(content: Content, isAt: (path: string) => boolean) {
    this.#content = content;
    this.#isAt = isAt;
  }

  isAt(path: string): Promise<boolean> {
    return Promise.resolve(this.#isAt(path));
  }

  read(into: Uint8Array): Promise<number> {
    const { bytes, length } = this.#content;
    const read = bytes.subarray(this.#at, Math.min(length, this.#at + into.length));
    into.set(read);
    this.#at += read.length;
    return Promise.resolve(read.length);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#content.write(this.#at, bytes);
    this.#at += bytes.length;
    return Promise.resolve();
  }

  seek(offset: number): Promise<void> {
    this.#at = offset;
    return Promise.resolve();
  }

  truncate(bytes: number): Promise<void> {
    this.#content.bytes.fill(0, bytes);
    this.#content.length = bytes;
    return Promise.resolve();
  }

  size(): Promise<number> {
    return Promise.resolve(this.#content.length);
  }

  syncData(): Promise<void> {
    this.#content.sync();
    return Promise.resolve();
  }

  tryLock(): Promise<boolean> {
    if (this.#content.isLocked && !this.#hasLock) return Promise.resolve(false);
    this.#content.isLocked = true;
    this.#hasLock = true;
    return Promise.resolve(true);
  }

  close(): void {
    if (this.#hasLock) this.#content.isLocked = false;
    this.#hasLock = false;
  }
}
