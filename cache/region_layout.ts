// Every offset, width and size around the shards: the region's header pages, and the block that each
// actor (main and the workers) has, with its gauges, counters, event filter and event ring. Some words
// of both belong to who made the region, for figures of its own.
// Offsets are in 32-bit words. What the header says of databases is in database_layout.ts. Touches no
// memory; its end checks that all of it holds together.

import { DATABASE_BITS, REGION_DATABASES, REGION_SWAPS } from "./database_layout.ts";
import {
  COUNTER_WORDS,
  KEY_BYTES_BITS,
  LINE_WORDS,
  LOCK_OWNER_BITS,
  WORD_BITS,
  WORD_BYTES,
} from "./layout.ts";
import { assertLayout, bitsOf, wordsOf } from "./layout_check.ts";

/** Bytes of a page; regions are whole pages. */
export const PAGE_BYTES = 4096;
/** Fewest shards a region has. */
export const MIN_SHARDS = 8;

/** The region's first page. */
export const REGION_MAGIC = 0;
export const REGION_LAYOUT = 1;
export const REGION_SHARD_COUNT = 2;
export const REGION_SHARD_BYTES = 3;
export const REGION_AVERAGE_ITEM = 4;
export const REGION_ACTORS = 5;
export const REGION_STATE = 6;
export const REGION_SHARDS_CLEARED = 7;
/** Hash of the names of counters and gauges. */
export const REGION_NAMES = 8;
/** How many actors watch anything. */
export const REGION_WATCHERS = 9;
/** The latest number that was given out. */
export const REGION_NUMBERS = 10;
/** How many entries the list of slow commands has had. */
export const REGION_SLOW_ENTRIES = 11;
/** Bytes of the log ring; 0: there is none. */
export const REGION_LOG_BYTES = 12;
/** The latest ticket of one that waits for a key, and what makes the prints of keys differ from process to process. */
export const REGION_TICKETS = 13;
export const REGION_SEED = 14;
/** The classes of key events that are told of; 0: none. See key_events.ts. */
export const REGION_KEY_EVENTS = 15;
/** The log ring (log/log_ring.ts): its ends, what is on disk, whether main sleeps; each in a cache line of its own. */
export const LOG_TAIL = 256;
export const LOG_HEAD = 272;
export const LOG_FLUSHED = 288;
export const LOG_SIGNAL = 304;
/** Read often, written seldom. */
export const LOG_STATE = 320;
export const LOG_GAPS = 321;
/** What main tells all threads of what is on disk; the server says what each word means. */
export const REGION_PERSISTENCE = 336;
/** How many words the server has for what it says of log and snapshots. */
export const PERSISTENCE_WORDS = 64;
/** What the server remembers of the past; it says what each word means. */
export const REGION_HISTORY = PAGE_BYTES / WORD_BYTES;
/** How many words it has for that. */
export const HISTORY_WORDS = 17 * PAGE_BYTES / WORD_BYTES;
export const REGION_HEADER_BYTES = PAGE_BYTES + WORD_BYTES * HISTORY_WORDS;
export const MAGIC = 0x534c_4142;
export const LAYOUT_VERSION = 9;

/** Most actors there may be: main, 64 workers and 8 threads that load. A lock word can name more. */
export const MAX_ACTORS = 73;
/** An actor's block: gauges, counters, event filter, event ring, and words of the server. */
export const ACTOR_GAUGES = 0;
export const ACTOR_COUNTERS = 64;
/** Ends of the ring, in cache lines of their own. */
export const ACTOR_RING_HEAD = 448;
export const ACTOR_RING_TAIL = 464;
export const ACTOR_RING_SIGNAL = 480;
export const ACTOR_RING_OVERFLOW = 481;
/** Whether the actor watches anything, and how many of its watches are for every key. */
export const ACTOR_WATCHES = 482;
export const ACTOR_WATCHES_ALL = 483;
/** One bit for each length of prefix that is watched; see change_filter.ts. */
export const ACTOR_PREFIX_LENGTHS = 484;
/** While the actor takes a place in the log ring: how many words, negative once it has them, and which; else 0. */
export const ACTOR_LOG_INTENT = 485;
export const ACTOR_LOG_PLACE = 486;
export const ACTOR_RING_ENTRIES = 496;
/** How many gauges and counters there is space for. */
export const MAX_ACTOR_GAUGES = ACTOR_COUNTERS - ACTOR_GAUGES;
export const MAX_ACTOR_COUNTERS = (ACTOR_RING_HEAD - ACTOR_COUNTERS) / COUNTER_WORDS;

/** Bits of the filter: which hashes of keys and prefixes an actor watches. */
export const FILTER_BITS = 1 << 18;
/** Mask of a hash that gives its bit in the filter. */
export const FILTER_MASK = FILTER_BITS - 1;
/** Right shift from a bit's number to its word, and mask of its place in the word. */
export const FILTER_WORD_SHIFT = 5;
export const FILTER_BIT_MASK = WORD_BITS - 1;
export const FILTER_WORDS = FILTER_BITS >>> FILTER_WORD_SHIFT;

/** An event: stamp, hash, kind and length of the key, who changed it, the key's first bytes. */
export const EVENT_STAMP = 0;
export const EVENT_HASH = 1;
export const EVENT_KIND = 2;
export const EVENT_CHANGED_BY = 3;
export const EVENT_KEY = 4;
export const EVENT_KEY_BYTES = 64;
export const EVENT_WORDS = EVENT_KEY + EVENT_KEY_BYTES / WORD_BYTES;
/** In EVENT_KIND: the kind, above it the stored database, above that the length of the key. */
export const EVENT_KIND_BITS = 4;
export const EVENT_KIND_MASK = (1 << EVENT_KIND_BITS) - 1;
export const EVENT_LENGTH_SHIFT = EVENT_KIND_BITS + DATABASE_BITS;
export const RING_ENTRIES = 512;
/** Mask of an event's number that gives its place in the ring. */
export const RING_ENTRY_MASK = RING_ENTRIES - 1;

/** The filter of events. */
export const ACTOR_FILTER = ACTOR_RING_ENTRIES + RING_ENTRIES * EVENT_WORDS;
/** How often the actor has read without a lock, in a cache line of its own. */
export const ACTOR_READS = ACTOR_FILTER + FILTER_WORDS;
/** Who of the actor's clients waits longest for which key; see wait_tickets.ts. */
export const ACTOR_WAITS = ACTOR_READS + LINE_WORDS;
/** An entry: the key's print, the ticket. A key has two windows for its entry. */
export const WAIT_PRINT = 0;
export const WAIT_TICKET = 1;
export const WAIT_WORDS = 2;
export const WAIT_ENTRIES = 4096;
export const WAIT_WINDOW = 16;
/** Mask that gives the first entry of a window. */
export const WAIT_MASK = WAIT_ENTRIES - WAIT_WINDOW;
/** Figures that the server keeps of the actor; it says what each word means. */
export const ACTOR_OWN = ACTOR_WAITS + WAIT_ENTRIES * WAIT_WORDS;
/** How many words it has for them. */
export const OWN_WORDS = 19 * 1024;
/** Size of an actor's block. */
export const ACTOR_BLOCK_BYTES = WORD_BYTES * (ACTOR_OWN + OWN_WORDS);

assertLayout({
  areas: [
    {
      name: "region header in words",
      length: REGION_HEADER_BYTES / WORD_BYTES,
      fields: [
        ...wordsOf({ REGION_MAGIC, REGION_LAYOUT, REGION_SHARD_COUNT, REGION_SHARD_BYTES }),
        ...wordsOf({ REGION_AVERAGE_ITEM, REGION_ACTORS, REGION_STATE, REGION_SHARDS_CLEARED }),
        ...wordsOf({ REGION_NAMES, REGION_WATCHERS, REGION_NUMBERS, REGION_SLOW_ENTRIES }),
        ...wordsOf({ REGION_LOG_BYTES, REGION_TICKETS, REGION_SEED, REGION_KEY_EVENTS }),
        ...wordsOf({ LOG_STATE, LOG_GAPS }),
        ["log tail", LOG_TAIL, LINE_WORDS],
        ["log head", LOG_HEAD, LINE_WORDS],
        ["log flushed", LOG_FLUSHED, LINE_WORDS],
        ["log signal", LOG_SIGNAL, LINE_WORDS],
        ["persistence", REGION_PERSISTENCE, PERSISTENCE_WORDS],
        ["databases", REGION_DATABASES, REGION_SWAPS + 1 - REGION_DATABASES],
        ["history", REGION_HISTORY, HISTORY_WORDS],
      ],
    },
    {
      name: "actor block in words",
      length: ACTOR_BLOCK_BYTES / WORD_BYTES,
      fields: [
        ["gauges", ACTOR_GAUGES, MAX_ACTOR_GAUGES],
        ["counters", ACTOR_COUNTERS, MAX_ACTOR_COUNTERS * COUNTER_WORDS],
        ["ring head", ACTOR_RING_HEAD, LINE_WORDS],
        ["ring tail", ACTOR_RING_TAIL, LINE_WORDS],
        ...wordsOf({ ACTOR_RING_SIGNAL, ACTOR_RING_OVERFLOW, ACTOR_WATCHES, ACTOR_WATCHES_ALL }),
        ...wordsOf({ ACTOR_PREFIX_LENGTHS, ACTOR_LOG_INTENT, ACTOR_LOG_PLACE }),
        ["events", ACTOR_RING_ENTRIES, RING_ENTRIES * EVENT_WORDS],
        ["filter", ACTOR_FILTER, FILTER_WORDS],
        ["reads", ACTOR_READS, LINE_WORDS],
        ["waits", ACTOR_WAITS, WAIT_ENTRIES * WAIT_WORDS],
        ["own", ACTOR_OWN, OWN_WORDS],
      ],
    },
    {
      name: "event in words",
      length: EVENT_WORDS,
      fields: [
        ...wordsOf({ EVENT_STAMP, EVENT_HASH, EVENT_KIND, EVENT_CHANGED_BY }),
        ["key", EVENT_KEY, EVENT_KEY_BYTES / WORD_BYTES],
      ],
    },
    { name: "wait in words", length: WAIT_WORDS, fields: wordsOf({ WAIT_PRINT, WAIT_TICKET }) },
    bitsOf(
      "EVENT_KIND",
      ["kind", 0, EVENT_KIND_BITS],
      ["database", EVENT_KIND_BITS, DATABASE_BITS],
      ["length", EVENT_LENGTH_SHIFT, KEY_BYTES_BITS],
    ),
    {
      name: "owner of a lock in bits",
      length: LOCK_OWNER_BITS,
      fields: [["actor + 1", 0, Math.ceil(Math.log2(MAX_ACTORS + 1))]],
    },
  ],
  masks: [
    ["FILTER_MASK", FILTER_MASK, 0, Math.log2(FILTER_BITS)],
    ["FILTER_BIT_MASK", FILTER_BIT_MASK, 0, FILTER_WORD_SHIFT],
    ["EVENT_KIND_MASK", EVENT_KIND_MASK, 0, EVENT_KIND_BITS],
    ["WAIT_MASK", WAIT_MASK, Math.log2(WAIT_WINDOW), Math.log2(WAIT_ENTRIES / WAIT_WINDOW)],
    ["RING_ENTRY_MASK", RING_ENTRY_MASK, 0, Math.log2(RING_ENTRIES)],
  ],
  shifts: [["WORD_BITS", WORD_BITS, FILTER_WORD_SHIFT]],
  sums: [["FILTER_BITS", FILTER_BITS, Array(FILTER_WORDS).fill(WORD_BITS)]],
});
