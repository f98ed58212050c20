/**
 * The engine: a bounded cache in one block of shared memory. Nothing outside this folder imports
 * any other file of it, and nothing in it knows of servers, files or protocols.
 *
 * @example
 * ```ts
 * const region = Region.create({ memoryBytes: 64 * 2 ** 20 });
 * const cache = new Cache(region, 0);
 * const key = new TextEncoder().encode("k");
 * cache.put(key, new TextEncoder().encode("v"));
 * const value = new ValueBuffer();
 * cache.get(key, value) === Outcome.hit; // value.copy() is the value's bytes
 * ```
 *
 * @module
 */

export { type ActorNames, ENGINE_COUNTERS, type EngineCounter } from "./actor_names.ts";
export { BlockWriter } from "./bytes/block_writer.ts";
export { ByteView } from "./bytes/byte_view.ts";
export {
  type BitsPlace,
  bitsPlace,
  dumpHeader,
  dumpHeaderBytes,
  readDumpHeader,
} from "./sketches/bloom_dump.ts";
export { chainBytes, makeChain, takeChain, type TakenChain } from "./sketches/bloom_bytes.ts";
export {
  BloomOption,
  type ChainFacts,
  type FilterFacts,
  isPossible,
  mayHave,
} from "./sketches/bloom_facts.ts";
export { AddResult, BloomFilter } from "./sketches/bloom_filter.ts";
export { MAX_ERROR_RATE } from "./sketches/bloom_size.ts";
export { REGISTERS } from "./sketches/cardinality.ts";
export { CountMin, countMinBytes, depthFor, MAX_COUNTER, widthFor } from "./sketches/count_min.ts";
export { HyperLogLog } from "./sketches/hyperloglog.ts";
export { HyperLogLogView } from "./sketches/hyperloglog_view.ts";
export { describeSparse, SetResult, type SparseString } from "./sketches/sparse_registers.ts";
export { Cache, type LockedWork } from "./cache.ts";
export { checkShardLocked, type ShardCheck } from "./check.ts";
export { addCounter, clearCounter, readCounter, setCounter } from "./counters.ts";
export { HISTORY_WORDS, OWN_WORDS, PERSISTENCE_WORDS } from "./region_layout.ts";
export { type Area, assertLayout, type Field, type LayoutTables, wordsOf } from "./layout_check.ts";
export { COUNTER_LOW, COUNTER_WORDS } from "./layout.ts";
export { DATABASE_COUNT } from "./database_layout.ts";
export {
  type AllShards,
  databaseItems,
  type DatabaseStats,
  isAsSwappedLocked,
  storedDatabase,
  swapCount,
  swapCountOf,
  swapDatabasesLocked,
} from "./databases.ts";
export {
  type ChangeEvent,
  ChangeKind,
  type ChangeListener,
  EventReader,
  publishOverflow,
} from "./event_ring.ts";
/** All that decides what is evicted, besides the rules of clock.ts, ring.ts and ghost.ts. */
export * as EVICTION from "./eviction_numbers.ts";
export { ghostFingerprint, NO_GHOST } from "./ghost.ts";
export { flushBucketsLocked, flushCostLocked, isEmptyLocked } from "./flush.ts";
export { hashKey, inDatabase } from "./hash.ts";
export { FurtherLocks } from "./further_locks.ts";
export { chooseKeyEvents, keyEventClasses, noteMiss, noteUnchanged } from "./key_event_notes.ts";
export {
  CLIENT_DATABASE,
  KeyEventClass,
  KeyEventHint,
  KeyEventKind,
  KeyEvents,
} from "./key_events.ts";
export { type HotReads, NOT_READ } from "./hot_reads.ts";
export { isUnreadLocked, readSequence } from "./idle.ts";
export { ItemBatch } from "./item_batch.ts";
export { EffectBuffer } from "./log/effect_buffer.ts";
export { EffectKind } from "./log/effect_layout.ts";
export { checkHash, effectKind, effectWords } from "./log/effects.ts";
export { LogRecords, type RecordTaker } from "./log/log_records.ts";
export { LogRing, LogState } from "./log/log_ring.ts";
export { Restore, type RestoreCounts, type RestoreOptions } from "./log/restore.ts";

export { raiseVersions } from "./log/shard_effects.ts";
export { recordSwap } from "./log/record_shards.ts";
export { CopyStep, ShardCopy } from "./log/shard_copy.ts";
export { Opening } from "./collections/opened_item.ts";
export type { OpenedItem } from "./collections/opened_item.ts";
export type { PackedEntries } from "./collections/packed_entries.ts";
export type { Collection } from "./collections/collection.ts";
export { Shape } from "./trees/entries.ts";
export { cloneCollectionLocked } from "./collections/clone.ts";
export { HashView } from "./collections/hash_view.ts";
export type { KeyedCollection } from "./collections/keyed.ts";
export { ListView } from "./collections/list_view.ts";
export { SetView } from "./collections/set_view.ts";
export { SortedSetView } from "./collections/sorted_set_view.ts";
export { appendEntry, StreamEntry } from "./collections/stream_entry.ts";
export { StreamHeader } from "./collections/stream_header.ts";
export { FULL_ID_BYTES, MAX_ID_BYTES, StreamId } from "./collections/stream_id.ts";
export {
  readTextKey,
  RecordKind,
  VALUE_BYTES,
  writeTextKey,
} from "./collections/stream_records.ts";
export { StreamView } from "./collections/stream_view.ts";
export { StreamConsumer } from "./streams/consumer.ts";
export { READ_UNKNOWN, StreamGroup } from "./streams/group.ts";
export { StreamPending } from "./streams/pending.ts";
export { hasMembers, isIndirect, ItemType, packedKindOf, typeOf } from "./item_types.ts";
export { Condition, KEEP_DEADLINE, MAX_DEADLINE_MS, Outcome } from "./outcome.ts";
export { type PutOptions, PutRequest } from "./put_request.ts";
export { Duty, Region, type RegionOptions, RegionState } from "./region.ts";
export type { RegionGeometry, ShardGeometry } from "./geometry.ts";
export {
  ANY_DATABASE,
  isSparseLocked,
  itemMemoryLocked,
  KeyBatch,
  type ScanBatch,
  scanLocked,
} from "./scan.ts";
export { type LargeItem, leastEighths, MAX_LARGEST, Survey } from "./survey.ts";
export { type ItemPlace, itemPlaceLocked } from "./item_place.ts";
export { addState, clientFlagsOf, stateOf } from "./item_header.ts";
export { ITEM_FETCHED, ITEM_STALE, ITEM_WON } from "./item_layout.ts";
export { hitCountLocked } from "./ring.ts";
export { Shard } from "./shard.ts";
export { type RegionParts, regionParts, sampleFreeRuns } from "./space.ts";
export type { ShardMemory } from "./shard_memory.ts";
export { NO_ITEM, sampleSlotsLocked, SlotSamples, SlotState } from "./slot_samples.ts";
export { insertsLocked } from "./stripes.ts";
export {
  type CacheStats,
  countItems,
  probationShare,
  readDatabases,
  readStats,
  regionTouched,
} from "./stats.ts";
export { bucketTotal, mostBuckets } from "./index_growth.ts";
export { ValueBuffer } from "./value_buffer.ts";
export { clearWaits, isOlder, NO_PLACE, WaitTickets } from "./wait_tickets.ts";
