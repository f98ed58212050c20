/**
 * Opens what is to be imported: a file, stdin, or the files that the manifest of a Redis append-only file
 * names. Knows no format inside.
 *
 * @module
 */

import { ClientError, type ClientPlatform } from "../platform.ts";
import { parseManifest } from "./aof_manifest.ts";
import type { ByteInput } from "../../server/rdb/byte_input.ts";

const MANIFEST = ".manifest";
const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Something to read from. */
export interface Source extends Disposable {
  /** Its name for people. */
  readonly name: string;
  /** Bytes that it has; undefined if that is not known. */
  readonly size: number | undefined;
  /** Reads into the space of `input`, or says there that no more comes. */
  fill(input: ByteInput): Promise<void>;
}

/**
 * Opens what a command line names.
 *
 * @param path a file, a folder with a manifest, a manifest, or "-" for stdin
 * @returns what to read, in order
 * @throws {ClientError} if it cannot be opened
 */
export async function openSources(path: string, platform: ClientPlatform): Promise<Source[]> {
  if (path === "-") return [new StreamSource(platform.stdin.readable)];
  const manifest = await manifestOf(path);
  if (manifest === undefined) return [await openFile(path)];
  const files = parseManifest(await readManifest(manifest));
  if (typeof files === "string") throw new ClientError(`Cannot read ${manifest}: ${files}`);
  const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);
  const sources: Source[] = [];
  for (const name of files.names) sources.push(await openFile(folder + name));
  return sources;
}

/** The manifest that a path means; undefined if it is another file. */
async function manifestOf(path: string): Promise<string | undefined> {
  if (path.endsWith(MANIFEST)) return path;
  const { isDirectory } = await orExplain(path, () => Deno.stat(path));
  if (!isDirectory) return undefined;
  const folder = path.replace(/\/*$/, "/");
  const found: string[] = [];
  await orExplain(path, async () => {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(MANIFEST)) found.push(folder + name);
    }
  });
  if (found.length === 1) return found[0];
  if (found.length > 1) throw new ClientError(`Cannot import ${path}: it has several manifests`);
  throw new ClientError(
    `Cannot import ${path}: it is a folder, and no appendonlydir of Redis 7. Name the file in it, such as dump.rdb`,
  );
}

async function readManifest(path: string): Promise<string> {
  const { size } = await orExplain(path, () => Deno.stat(path));
  if (size > MAX_MANIFEST_BYTES) throw new ClientError(`Cannot read ${path}: it is no manifest`);
  return await orExplain(path, () => Deno.readTextFile(path));
}

async function openFile(path: string): Promise<Source> {
  const file = await orExplain(path, () => Deno.open(path));
  const { isFile, size } = await file.stat();
  return new FileSource(path, file, isFile ? size : undefined);
}

async function orExplain<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClientError(`Cannot read ${path}: ${reason}`);
  }
}

class FileSource implements Source {
  readonly name: string;
  readonly size: number | undefined;
  readonly #file: Deno.FsFile;

  constructor(name: string, file: Deno.FsFile, size: number | undefined) {
    this.name = name;
    this.size = size;
    this.#file = file;
  }

  async fill(input: ByteInput): Promise<void> {
    const count = await orExplain(this.name, () => this.#file.read(input.space()));
    if (count === null) input.hasEnded = true;
    else input.add(count);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** A stream, whose pieces may be longer than there is space for. */
export class StreamSource implements Source {
  readonly name = "stdin";
  readonly size = undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async fill(input: ByteInput): Promise<void> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) {
        input.hasEnded = true;
        return;
      }
      this.#piece = value;
    }
    const space = input.space();
    const count = Math.min(space.length, this.#piece.length);
    space.set(this.#piece.subarray(0, count));
    input.add(count);
    this.#piece = this.#piece.subarray(count);
  }

  [Symbol.dispose](): void {
    this.#reader.releaseLock();
  }
}
