// The disk as this room sees it: all access to files goes through FileSystem, so that tests can let any
// one operation fail. The real one is Deno's, without waiting in the thread. Knows no format.

/**
 * How a file is opened: to be read; made anew, so that it must not be there yet; to be read and written, as
 * it is; or the same, but made if it is not there.
 */
export type OpenMode = "read" | "new" | "existing" | "read-write";

/** An open file. Its operations wait for each other. */
export interface DiskFile {
  /** Reads some bytes from where it stands into `into`. Returns how many: 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Writes all of the bytes where it stands. After a failure some of them may be written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Goes to an offset from the start, in bytes. */
  seek(offset: number): Promise<void>;
  /** Cuts it to so many bytes. */
  truncate(bytes: number): Promise<void>;
  /** Its length in bytes. */
  size(): Promise<number>;
  /** Whether a path is its name. Not where the name was removed, or given to another file. */
  isAt(path: string): Promise<boolean>;
  /** Resolves when what was written is on the disk: the bytes, and the length that they need. */
  syncData(): Promise<void>;
  /**
   * Takes the lock of the file, if nobody has it: for itself if `isExclusive`, which it is unless told
   * otherwise, else with others that do not need it for themselves. Throws where there are no locks.
   */
  tryLock(isExclusive?: boolean): Promise<boolean>;
  close(): void;
}

/** A file in a folder. */
export interface FoundFile {
  readonly name: string;
  readonly bytes: number;
}

/** A file system. Operations reject with errors of Deno. */
export interface FileSystem {
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** The files of a folder, in no order. What is no plain file is left out. */
  list(dir: string): Promise<FoundFile[]>;
  /** Makes a folder and those above it, where they are not there. Only the user may enter it. */
  makeDir(dir: string): Promise<void>;
  /** Resolves when the names in a folder are on the disk: new ones, renamed ones, removed ones. */
  syncDir(dir: string): Promise<void>;
}

/** A path of a file in a folder. */
export function pathIn(dir: string, name: string): string {
  return dir.endsWith("/") ? `${dir}${name}` : `${dir}/${name}`;
}

class DenoFile implements DiskFile {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  async read(into: Uint8Array): Promise<number> {
    return await this.#file.read(into as Uint8Array<ArrayBuffer>) ?? 0;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes as Uint8Array<ArrayBuffer>;
    while (rest.length > 0) {
      const written = await this.#file.write(rest);
      if (written === 0) throw new Deno.errors.WriteZero("The file takes no more bytes");
      rest = rest.subarray(written);
    }
  }

  async seek(offset: number): Promise<void> {
    await this.#file.seek(offset, Deno.SeekMode.Start);
  }

  async truncate(bytes: number): Promise<void> {
    await this.#file.truncate(bytes);
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  async isAt(path: string): Promise<boolean> {
    try {
      const [here, there] = await Promise.all([this.#file.stat(), Deno.stat(path)]);
      // Windows has no such numbers, and removes no file that is open.
      return here.ino === there.ino && here.dev === there.dev;
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory;
      if (isGone) return false;
      throw error;
    }
  }

  async syncData(): Promise<void> {
    await this.#file.syncData();
  }

  async tryLock(isExclusive = true): Promise<boolean> {
    return await this.#file.tryLock(isExclusive);
  }

  close(): void {
    this.#file.close();
  }
}

/** What file systems say that sync no folders, as some over the network: then nothing more can be done. */
const UNSYNCABLE: ReadonlySet<string | undefined> = new Set([
  "EINVAL",
  "EBADF",
  "ENOTSUP",
  "ENOSYS",
]);

/** The file system of the machine. Only the user may read what it makes. */
export const DENO_FILE_SYSTEM: FileSystem = {
  async open(path, mode) {
    const options: Deno.OpenOptions = mode === "read"
      ? { read: true }
      : mode === "new"
      ? { write: true, createNew: true, mode: 0o600 }
      : mode === "existing"
      ? { read: true, write: true }
      : { read: true, write: true, create: true, mode: 0o600 };
    return new DenoFile(await Deno.open(path, options));
  },
  rename: (from, to) => Deno.rename(from, to),
  remove: (path) => Deno.remove(path),
  async list(dir) {
    const files: FoundFile[] = [];
    for await (const { name, isFile } of Deno.readDir(dir)) {
      if (isFile) files.push({ name, bytes: (await Deno.stat(pathIn(dir, name))).size });
    }
    return files;
  },
  async makeDir(dir) {
    try {
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    } catch (error) {
      // The system would say that a file exists, though a folder may.
      if (error instanceof Deno.errors.AlreadyExists) throw new Error("it is no folder");
      throw error;
    }
  },
  async syncDir(dir) {
    // Windows opens no folders, and keeps their names in a journal of its own.
    if (Deno.build.os === "windows") return;
    using file = await Deno.open(dir, { read: true });
    try {
      await file.sync();
    } catch (error) {
      if (!(error instanceof Error && UNSYNCABLE.has((error as { code?: string }).code))) {
        throw error;
      }
    }
  },
};
