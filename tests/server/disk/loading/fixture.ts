/**
 * What the tests of loading share: a cache that keeps a log, its files in a folder, and a server's region
 * into which they are loaded, by threads or in this one.
 *
 * @module
 */

import { Cache, CopyStep, EffectBuffer, Region, ShardCopy } from "../../../../cache/mod.ts";
import { recordSwap } from "../../../../cache/log/record_shards.ts";
import { ACTOR_NAMES, type ServerCache } from "../../../../server/contract/counters.ts";
import { BlockBuffer } from "../../../../server/disk/blocks.ts";
import { DENO_FILE_SYSTEM, type FileSystem } from "../../../../server/disk/file_system.ts";
import { LogFile } from "../../../../server/disk/log_file.ts";
import {
  Loader,
  type LoaderAnswer,
  type LoaderOrder,
  type LoadPlan,
} from "../../../../server/disk/loading/loader.ts";
import type { Thread } from "../../../../server/disk/loading/loader_thread.ts";
import { Loading, type LoadingParts } from "../../../../server/disk/loading/loading.ts";
import { readSnapshotTable } from "../../../../server/disk/reading/snapshot_file.ts";
import { SnapshotWriter } from "../../../../server/disk/snapshot_writer.ts";
import type { LoggedCache } from "../../../cache/log/fixture.ts";
import { partOf } from "../fixture.ts";

const MAX_LOADERS = 3;
/** Small, so that a section has several. */
const BLOCK_WORDS = 4096;
const FACTS = { timeMs: 1_700_000_000_000, writer: "0.1.0" } as const;

/** Writes all that was read off the ring and is not written yet as a log file. Returns its path. */
export async function writeLog(
  dir: string,
  logged: LoggedCache,
  previous?: number,
): Promise<string> {
  logged.drain();
  const blocks = logged.blocks.splice(0);
  const position = blocks[0]?.position ?? logged.position;
  const shardCount = logged.cache.shards.length;
  const file = await LogFile.create(DENO_FILE_SYSTEM, dir, {
    position,
    previous,
    shardCount,
    ...FACTS,
  });
  for (const { bytes } of blocks) {
    const block = new BlockBuffer(bytes.length);
    block.payload.set(bytes);
    await file.append(block, bytes.length);
  }
  await file.sync();
  file.close();
  return file.path;
}

/** Writes a snapshot; what changes meanwhile, by `between`, is in the log behind it. Returns its path. */
export async function writeSnapshot(
  dir: string,
  logged: LoggedCache,
  between: () => void = () => {},
): Promise<string> {
  logged.drain();
  const { cache } = logged;
  const effects = new EffectBuffer();
  recordSwap(effects, cache.region.words);
  const shardCount = cache.shards.length;
  const beginning = { position: logged.position, shardCount, head: effects.effects.slice() };
  const file = await SnapshotWriter.create(DENO_FILE_SYSTEM, dir, { ...FACTS, ...beginning });
  for (const { index } of cache.shards) {
    const copy = new ShardCopy(cache, index);
    let items = 0;
    for (let step: CopyStep = CopyStep.more; step !== CopyStep.done;) {
      effects.clear();
      do step = copy.step(effects); while (
        step === CopyStep.more && effects.used < BLOCK_WORDS
      );
      logged.drain();
      if (items === 0) {
        await file.beginSection(index, logged.unwrap(copy.beginPosition), copy.version);
      }
      const payload = effects.effects;
      const block = new BlockBuffer(payload.length);
      block.payload.set(payload);
      await file.append(block, payload.length, copy.items - items);
      items = Math.max(copy.items, 1);
      between();
      logged.drain();
    }
  }
  return (await file.finish()).path;
}

/** The plan for these files. */
export async function planOf(
  snapshot: string | null,
  logs: readonly string[],
  recover = false,
): Promise<LoadPlan> {
  return {
    snapshot: snapshot === null
      ? null
      : await readSnapshotTable(DENO_FILE_SYSTEM, await partOf(snapshot, "snapshot")),
    logs: await Promise.all(logs.map((path) => partOf(path, "log"))),
    recover,
  };
}

/** A server's cache of `memoryBytes`, beside what its actors take, with nothing in it. */
export function emptyCache(memoryBytes: number, now: () => number): ServerCache {
  const actorCount = 2 + MAX_LOADERS;
  const { geometry } = Region.create({ memoryBytes: 2 ** 24, names: ACTOR_NAMES, actorCount });
  const bytes = memoryBytes + geometry.shardsByte;
  return new Cache(Region.create({ memoryBytes: bytes, names: ACTOR_NAMES, actorCount }), 0, now);
}

/** A thread that is none: the loader works in this one. */
export class FakeThread implements Thread {
  readonly #fs: FileSystem;
  readonly #now: () => number;
  #loader: Loader | undefined;
  #listener: (event: MessageEvent) => void = () => {};
  isEnded = false;

  constructor(now: () => number, fs: FileSystem = DENO_FILE_SYSTEM) {
    this.#fs = fs;
    this.#now = now;
  }

  async postMessage(message: unknown): Promise<void> {
    const order = structuredClone(message) as LoaderOrder;
    let answer: LoaderAnswer;
    try {
      answer = await this.#carryOut(order);
    } catch (error) {
      answer = { step: "failed", message: (error as Error).message };
    }
    this.#listener(new MessageEvent("message", { data: structuredClone(answer) }));
  }

  async #carryOut(order: LoaderOrder): Promise<LoaderAnswer> {
    if (order.step === "log") return { step: "log", result: await this.#loader!.loadLog() };
    const region = Region.attach(order.start.buffer, ACTOR_NAMES);
    this.#loader = new Loader(this.#fs, region, order.start, this.#now);
    await this.#loader.loadSections();
    return { step: "sections" };
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    if (type === "message") this.#listener = listener as (event: MessageEvent) => void;
  }

  terminate(): void {
    this.isEnded = true;
  }
}

/** Loads a plan into a cache, by as many loaders as there may be, in this thread unless told otherwise. */
export function loadingOf(
  cache: ServerCache,
  plan: LoadPlan,
  parts: Partial<LoadingParts> = {},
): Loading {
  const loaders = parts.loaders ?? MAX_LOADERS;
  return new Loading({
    cache,
    plan,
    logFileBytes: plan.logs.reduce((sum, { path }) => sum + Deno.statSync(path).size, 0),
    position: 0,
    loaders,
    bytesPerLoader: 1,
    firstActor: 2,
    spawn: () => new FakeThread(cache.now),
    onProgress: () => {},
    now: () => performance.now(),
    ...parts,
  });
}
