// One of the threads that bring the data back at a start. First it restores sections of the snapshot,
// whichever are next, then it reads the whole log and applies what concerns its own shards. Sections of one
// group go to the same shards, and nobody else touches those meanwhile.

import { Cache, readStats, Region, Restore, type RestoreCounts } from "../../../cache/mod.ts";
import { messageOf } from "../../contract/error_text.ts";
import { ACTOR_NAMES, type ServerRegion } from "../../contract/counters.ts";
import { DamageCount, type DamageFacts, missingError } from "../reading/damage.ts";
import { DENO_FILE_SYSTEM, type FileSystem } from "../file_system.ts";
import { LoadWords } from "./load_words.ts";
import { CHUNK_BYTES } from "../reading/file_blocks.ts";
import { type LogPart, LogReader } from "../reading/log_reader.ts";
import { SectionReader, type SnapshotTable } from "../reading/snapshot_file.ts";
import type { Section } from "../snapshot_layout.ts";
import type { TornTail } from "../reading/torn_tail.ts";

/** What is read at once of each section, where many are read in turns. */
const MIN_CHUNK_BYTES = 64 * 1024;

/** What is to be loaded. */
export interface LoadPlan {
  readonly snapshot: SnapshotTable | null;
  /** The logs behind it, in their order. */
  readonly logs: readonly LogPart[];
  /** Whether damage is skipped. */
  readonly recover: boolean;
}

/** What a loader is told first. */
export interface LoaderStart {
  readonly buffer: SharedArrayBuffer;
  readonly actor: number;
  /** Its number among `count` loaders, from 0. */
  readonly index: number;
  readonly count: number;
  readonly plan: LoadPlan;
  /** Those of {@linkcode LoadWords}. */
  readonly words: SharedArrayBuffer;
}

/** What a loader has done in the end. */
export interface LoaderResult {
  /** Items that are too large for the shards of this region. */
  readonly tooLarge: number;
  /** Items that were evicted, and brought back because they had been asked for. */
  readonly again: number;
  /** Damage in sections that it has read. */
  readonly sections: DamageFacts;
  /** Damage in the log: the same for all loaders, as all that follows. */
  readonly log: DamageFacts;
  /** Where the log goes on. */
  readonly endPosition: number;
  readonly torn: TornTail | null;
  readonly tornBytes: number;
}

/** What main sends. */
export type LoaderOrder =
  | { readonly step: "sections"; readonly start: LoaderStart }
  | { readonly step: "log" };
/** What a loader answers. */
export type LoaderAnswer =
  | { readonly step: "sections" }
  | { readonly step: "log"; readonly result: LoaderResult }
  | { readonly step: "failed"; readonly message: string };

/** The work of one loader, in any thread. */
export class Loader {
  readonly #fs: FileSystem;
  readonly #region: ServerRegion;
  readonly #start: LoaderStart;
  readonly #words: LoadWords;
  /** Its clock stands still: what has expired by now may have been given more time later in the log. */
  readonly #cache: Cache;
  readonly #now: () => number;
  readonly #shardCount: number;
  readonly #sectionDamage = new DamageCount();
  readonly #logDamage = new DamageCount();
  readonly #counts: RestoreCounts[] = [];
  #again = 0;

  /** By the clock `now`, in milliseconds since 1970, items have expired. */
  constructor(fs: FileSystem, region: ServerRegion, start: LoaderStart, now: () => number) {
    this.#fs = fs;
    this.#region = region;
    this.#start = start;
    this.#now = now;
    this.#words = new LoadWords(start.words);
    region.restores();
    this.#cache = new Cache(region, start.actor, () => 0);
    const { snapshot, logs } = start.plan;
    this.#shardCount = (snapshot ?? logs[0])?.head.shardCount ?? 1;
  }

  /** Restores sections until no group is left. */
  async loadSections(): Promise<void> {
    const { plan: { snapshot }, index } = this.#start;
    if (snapshot === null) return;
    const restore = this.#restore({});
    if (index === 0 && snapshot.headPayload.length > 0) {
      this.#apply(this.#sectionDamage, snapshot.path, () => {
        restore.applySection(snapshot.headPayload);
      });
    }
    const groups = Math.min(this.#cache.shards.length, this.#shardCount);
    for (;;) {
      const group = this.#words.takeGroup();
      if (group >= groups) return;
      const sections = snapshot.sections.filter(({ shard }) => (shard & (groups - 1)) === group);
      await this.#loadGroup(restore, snapshot, sections);
      if (readStats(this.#cache).evictions > 0) await this.#loadHit(restore, snapshot, sections);
    }
  }

  /**
   * There was less space than before, so what was asked for may have had to go before the rest had come: brings
   * that back once more. Eviction then finds what was not.
   */
  async #loadHit(
    restore: Restore,
    table: SnapshotTable,
    sections: readonly Section[],
  ): Promise<void> {
    const { puts, tooLarge } = restore.counts;
    restore.onlyHit = true;
    await this.#loadGroup(restore, table, sections, new DamageCount());
    restore.onlyHit = false;
    this.#again += restore.counts.puts - puts;
    restore.counts.tooLarge = tooLarge;
  }

  #restore(options: { begins?: Float64Array; owns?: (index: number) => boolean }): Restore {
    const restore = new Restore(this.#cache, { shardCount: this.#shardCount, ...options });
    this.#counts.push(restore.counts);
    return restore;
  }

  /**
   * Restores sections that go to the same shards: a block of each in turn. Where there is less space than there
   * was, what stays is then not a matter of the order of sections.
   */
  async #loadGroup(
    restore: Restore,
    table: SnapshotTable,
    sections: readonly Section[],
    damage = this.#sectionDamage,
  ): Promise<void> {
    const skipped = this.#start.plan.recover ? damage : undefined;
    const chunkBytes = Math.max(MIN_CHUNK_BYTES, CHUNK_BYTES / sections.length);
    let readers: SectionReader[] = [];
    for (const section of sections) {
      readers.push(await SectionReader.open(this.#fs, table, section, { skipped, chunkBytes }));
    }
    while (readers.length > 0) {
      const left: SectionReader[] = [];
      for (const reader of readers) {
        if (await this.#loadBlock(restore, table, reader, damage)) left.push(reader);
      }
      readers = left;
    }
  }

  /** Restores the next block of a section. Returns false where there is none. */
  async #loadBlock(
    restore: Restore,
    { path }: SnapshotTable,
    reader: SectionReader,
    damage: DamageCount,
  ): Promise<boolean> {
    while (!reader.next()) {
      const before = reader.readBytes;
      if (!await reader.fill()) return false;
      this.#words.addSectionBytes(this.#start.index, reader.readBytes - before);
    }
    this.#apply(damage, path, () => restore.applySection(reader.payload));
    return true;
  }

  /** Applies what is whole by its checksum; where it makes no sense nevertheless, that is damage too. */
  #apply(damage: DamageCount, what: string, apply: () => void): void {
    try {
      apply();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const reason = messageOf(error);
      if (!this.#start.plan.recover) throw missingError(`${what} is damaged: ${reason}`);
      damage.note(what, 0, reason);
    }
  }

  /** Applies the logs to its own shards; all sections are restored by then. */
  async loadLog(): Promise<LoaderResult> {
    const { plan: { snapshot, logs, recover }, index, count } = this.#start;
    const begins = new Float64Array(this.#shardCount);
    for (const { shard, beginPosition } of snapshot?.sections ?? []) begins[shard] = beginPosition;
    const owns = (shard: number) => shard % count === index;
    const restore = this.#restore({ begins, owns });
    const reader = new LogReader(this.#fs, logs, { recover });
    for (let readBytes = 0; await reader.fill();) {
      while (reader.next()) {
        const { payload, position } = reader;
        this.#apply(this.#logDamage, `the log at position ${position}`, () => {
          restore.applyLog(payload, position);
        });
      }
      this.#words.addLogBytes(index, reader.readBytes - readBytes);
      readBytes = reader.readBytes;
    }
    this.#removeExpired(owns);
    restore.end();
    this.#logDamage.join(reader.skipped);
    return {
      again: this.#again,
      tooLarge: this.#counts.reduce((sum, { tooLarge }) => sum + tooLarge, 0),
      sections: { ...this.#sectionDamage },
      log: { ...this.#logDamage },
      endPosition: reader.endPosition,
      torn: reader.torn,
      tornBytes: reader.tornBytes,
    };
  }

  /** Nobody has extended what has expired by now. */
  #removeExpired(owns: (index: number) => boolean): void {
    const cache = new Cache(this.#region, this.#start.actor, this.#now);
    for (const { index } of cache.shards) {
      if (owns(index)) { while (!cache.sweep(index, Infinity)); }
    }
  }
}

/** The global scope of a loader, as far as it is used here. */
export interface LoaderScope {
  postMessage(message: LoaderAnswer): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Loads in this thread what main says. Called once in a loader. */
export function runLoader(scope: LoaderScope): void {
  let loader: Loader | undefined;
  const carryOut = async (order: LoaderOrder): Promise<LoaderAnswer> => {
    if (order.step === "sections") {
      const region = Region.attach(order.start.buffer, ACTOR_NAMES);
      loader = new Loader(DENO_FILE_SYSTEM, region, order.start, Date.now);
      await loader.loadSections();
      return { step: "sections" };
    }
    return { step: "log", result: await loader!.loadLog() };
  };
  scope.addEventListener("message", async ({ data }) => {
    try {
      scope.postMessage(await carryOut(data as LoaderOrder));
    } catch (error) {
      scope.postMessage({ step: "failed", message: messageOf(error) });
    }
  });
}
