/**
 * A file system whose n-th operation fails, over another one: what a full disk, a broken one or a
 * lost network share do to the server. Counts operations by kind, and notes them in their order.
 *
 * @module
 */

import type { DiskFile, FileSystem, OpenMode } from "../../../server/disk/file_system.ts";

/** The operations that can fail. */
export type Operation =
  | "open"
  | "read"
  | "write"
  | "seek"
  | "truncate"
  | "size"
  | "sync"
  | "lock"
  | "rename"
  | "remove"
  | "list"
  | "makeDir"
  | "syncDir";

/** Which operation fails: the `nth` of a kind, from 1 on; of any kind without one. */
export interface Fault {
  readonly operation?: Operation;
  readonly nth: number;
  /** How many fail from there on: 1 if absent. */
  readonly times?: number;
  /** What they fail with. */
  readonly error?: Error;
  /** Of a write: how many of its bytes are written before it fails, as a share. */
  readonly share?: number;
}

/** The file system. */
export class FaultyFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  readonly #counts = new Map<Operation, number>();
  /** The operations so far, as "write log-0000000000000000.slabkv". */
  readonly operations: string[] = [];
  /** What fails; may be changed at any time. */
  fault: Fault | null = null;
  /** Called before each operation, which waits for what it returns: holds up a slow disk. */
  before: ((operation: Operation, name: string) => Promise<void> | void) | null = null;

  constructor(inner: FileSystem, fault: Fault | null = null) {
    this.#inner = inner;
    this.fault = fault;
  }

  /** How many operations of a kind there were, or of all kinds. */
  count(operation?: Operation): number {
    return operation === undefined ? this.operations.length : this.#counts.get(operation) ?? 0;
  }

  /** Does an operation, unless it is to fail; then does `partly` and throws. */
  async run<T>(
    operation: Operation,
    path: string,
    act: () => Promise<T>,
    partly?: (share: number) => Promise<void>,
  ): Promise<T> {
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.operations.push(`${operation} ${name}`);
    this.#counts.set(operation, this.count(operation) + 1);
    const number = this.count(this.fault?.operation === undefined ? undefined : operation);
    const fault = this.fault;
    const fails = fault !== null && (fault.operation ?? operation) === operation &&
      number >= fault.nth && number < fault.nth + (fault.times ?? 1);
    await this.before?.(operation, name);
    if (!fails) return await act();
    await partly?.(fault.share ?? 0);
    throw fault.error ?? new Error("No space left on device (os error 28)");
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.run("open", path, () => this.#inner.open(path, mode));
    return {
      read: (into) => this.run("read", path, () => file.read(into)),
      write: (bytes) =>
        this.run("write", path, () => file.write(bytes), async (share) => {
          await file.write(bytes.subarray(0, Math.floor(share * bytes.length)));
        }),
      seek: (offset) => this.run("seek", path, () => file.seek(offset)),
      truncate: (bytes) => this.run("truncate", path, () => file.truncate(bytes)),
      size: () => this.run("size", path, () => file.size()),
      isAt: (other) => file.isAt(other),
      syncData: () => this.run("sync", path, () => file.syncData()),
      tryLock: (isExclusive) => this.run("lock", path, () => file.tryLock(isExclusive)),
      close: () => file.close(),
    };
  }

  rename(from: string, to: string): Promise<void> {
    return this.run("rename", to, () => this.#inner.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.run("remove", path, () => this.#inner.remove(path));
  }

  list(dir: string): Promise<{ name: string; bytes: number }[]> {
    return this.run("list", dir, () => this.#inner.list(dir));
  }

  makeDir(dir: string): Promise<void> {
    return this.run("makeDir", dir, () => this.#inner.makeDir(dir));
  }

  syncDir(dir: string): Promise<void> {
    return this.run("syncDir", dir, () => this.#inner.syncDir(dir));
  }
}
