// Rules about what the cache holds and loses: memory, index, large values, deadlines. Each says why
// the hit ratio is not what it could be.

import type { DiagnosisFacts } from "./diagnosis_facts.ts";
import {
  count,
  duration,
  FEW,
  figure,
  hitRatioOf,
  percent,
  perSecond,
  type Rule,
  size,
} from "./rule.ts";

/** The curve is right within two points of a real cache. */
const MIN_GAIN = 0.02;
/** Who gets this part of all that more memory would bring needs no more. */
const MOST_OF_GAIN = 0.6;
/** An item is laid out for 32 bytes at least. */
const MIN_AVERAGE_BYTES = 32;
const AVERAGE_STEP_BYTES = 8;
/** A cache that has less than this share of its slab in use still fills. */
const FULL_SHARE = 0.9;
/** How long a cache may fill. */
const FILLING_SECONDS = 1800;

/** Where the curve knows nothing yet, this many misses and evictions of all reads are told of. */
const MANY_MISSES = 0.2;
const MANY_EVICTIONS = 0.1;

/** Memory is full and much misses, but what more would bring is not known. */
function memoryMaybeSmall(facts: DiagnosisFacts): ReturnType<Rule["find"]> {
  const { store, curve, options, grown: { hits, misses } } = facts;
  const ratio = hitRatioOf(facts);
  if (ratio === null || hits + misses < FEW || 1 - ratio < MANY_MISSES) return null;
  if (store.memoryEvictions < MANY_EVICTIONS * (hits + misses)) return null;
  return {
    level: "info",
    problem: `The memory may be too small: ${
      perSecond(store.memoryEvictions, facts)
    } are evicted and ${
      percent(1 - ratio)
    } of all reads miss; what more memory would bring is not known yet.`,
    evidence: {
      memoryBytes: options.memoryBytes,
      memoryEvictionsPerSecond: figure(store.memoryEvictions / facts.seconds),
      hitRatio: figure(ratio),
      sampledReads: curve?.sampledReads ?? 0,
    },
    advice: "Look at memoryCurve in /stats in some minutes, or try --memory with twice as much.",
  };
}

const MEMORY_SMALL: Rule = {
  name: "memory-small",
  speaks:
    "Items are evicted for want of memory, and the curve says that more would raise the hit ratio by two points " +
    "or more, and by twice its standard error: so far it can be trusted. A hint where it knows nothing yet, a fifth " +
    "of all reads miss, and a tenth as many items as are read are evicted.",
  find: (facts) => {
    const { store, curve, options } = facts;
    const points = curve?.points ?? [];
    const now = points.find(({ times }) => times === 1);
    const larger = points.filter(({ times }) => times > 1);
    if (store.memoryEvictions === 0) return null;
    if (now === undefined || larger.length === 0) return memoryMaybeSmall(facts);
    const most = Math.max(...larger.map(({ hitRatio }) => hitRatio - now.hitRatio));
    const gains = ({ hitRatio }: { hitRatio: number }) => hitRatio - now.hitRatio;
    const best = larger.find((point) => gains(point) >= MOST_OF_GAIN * most);
    if (best === undefined || gains(best) < Math.max(MIN_GAIN, 2 * best.error)) return null;
    // A part of it may be the ring of the log, which is as large as it was.
    const forItems = best.bytes === best.times * now.bytes ? "" : " for items";
    return {
      level: "warning",
      problem: `The memory is too small for what is asked for: ${
        perSecond(store.memoryEvictions, facts)
      } are evicted, and ${best.times} times the memory${forItems} would raise the hit ratio from ${
        percent(now.hitRatio)
      } to ${percent(best.hitRatio)}.`,
      evidence: {
        memoryBytes: options.memoryBytes,
        memoryEvictionsPerSecond: figure(store.memoryEvictions / facts.seconds),
        sampledReads: curve!.sampledReads,
        ...Object.fromEntries(
          points.map(({ times, hitRatio }) => [`hitRatioAt${times}`, figure(hitRatio)]),
        ),
      },
      advice: `Start slabkv with --memory ${size(best.bytes)}; it has ${
        size(options.memoryBytes)
      } now.`,
    };
  },
};

const INDEX_SMALL: Rule = {
  name: "index-small",
  speaks:
    "Items are evicted because the index is full while memory is not: each of them could have stayed.",
  find: (facts) => {
    const { store, options: { averageItemBytes } } = facts;
    if (store.limitedBy !== "index" || store.windowEvictions === 0 || store.items === 0) {
      return null;
    }
    const bytes = store.usedBytes / store.items;
    const wanted = Math.max(
      MIN_AVERAGE_BYTES,
      Math.min(averageItemBytes, Math.floor(bytes / AVERAGE_STEP_BYTES) * AVERAGE_STEP_BYTES),
    );
    return {
      level: "warning",
      problem: `The index is too small: ${perSecond(store.windowEvictions, facts)} are evicted ` +
        `although ${percent(1 - store.usedBytes / store.slabBytes)} of the memory is free, since ` +
        `items take ${count(bytes)} bytes and the index is laid out for ${averageItemBytes}.`,
      evidence: {
        averageItem: averageItemBytes,
        bytesPerItem: figure(bytes),
        windowEvictionsPerSecond: figure(store.windowEvictions / facts.seconds),
        items: store.items,
        usedShare: figure(store.usedBytes / store.slabBytes),
      },
      advice: `Start slabkv with --average-item ${wanted}.`,
    };
  },
};

/** Values that are as large as this together leave the others less than they have themselves. */
const LARGE_SHARE = 0.5;
/** A put that makes so many others leave is of another size than they are. */
const MANY_EVICTED = 3;

/** Fewer evictions a second than that push out nothing that is missed. */
const FEW_EVICTIONS = 1;

const LARGE_ITEMS: Rule = {
  name: "large-items",
  speaks:
    "One item a second or more is evicted for want of memory, and values that fill slots by themselves have half " +
    "of it or more, or a put evicts three items or more in the mean: few that are large push out many that are small.",
  find: (facts) => {
    const { store, grown: { puts } } = facts;
    if (store.memoryEvictions < FEW_EVICTIONS * facts.seconds) return null;
    const share = store.largeShare ?? 0;
    const evictedByPut = puts === 0 ? 0 : store.memoryEvictions / puts;
    if (share < LARGE_SHARE && evictedByPut < MANY_EVICTED) return null;
    const how = share >= LARGE_SHARE
      ? `large values and collections have ${percent(share)} of the memory in use`
      : `each put evicts ${evictedByPut.toFixed(1)} others`;
    return {
      level: "warning",
      problem: `Large items push out small ones: ${how}, and ${
        perSecond(store.memoryEvictions, facts)
      } are evicted.`,
      evidence: {
        largeShare: store.largeShare === null ? "unknown" : figure(share),
        evictionsPerPut: figure(evictedByPut),
        memoryEvictionsPerSecond: figure(store.memoryEvictions / facts.seconds),
      },
      advice:
        "Look at /stats/big for the largest; keep them elsewhere, give them shorter deadlines, or refuse " +
        "them with --max-value-bytes.",
    };
  },
};

/** Where as many items expire as half of those stored, most are not asked for in time. */
const EXPIRED_SHARE = 0.5;
/** Fewer misses than that are no harm. */
const MISSED_SHARE = 0.2;

const MANY_EXPIRED: Rule = {
  name: "many-expired",
  speaks:
    "Half as many items expire as are stored, or more, and a fifth of all reads miss: deadlines, not memory, " +
    "decide what is there.",
  find: (facts) => {
    const { store, grown: { puts, hits, misses } } = facts;
    const missed = hits + misses === 0 ? 0 : misses / (hits + misses);
    const isMany = store.expirations >= FEW && store.expirations >= EXPIRED_SHARE * puts &&
      store.expirations > 2 * store.memoryEvictions;
    if (!isMany || missed < MISSED_SHARE) return null;
    return {
      level: "warning",
      problem: `Many items expire before they are asked for: ${
        perSecond(store.expirations, facts)
      } expire, ${perSecond(puts, facts)} are stored, and ${percent(missed)} of all reads miss.`,
      evidence: {
        expirationsPerSecond: figure(store.expirations / facts.seconds),
        putsPerSecond: figure(puts / facts.seconds),
        missShare: figure(missed),
      },
      advice: "Give them longer deadlines: there is memory for them.",
    };
  },
};

const FILLING: Rule = {
  name: "filling",
  speaks:
    "The server was started less than half an hour ago, has never been full, and half of all reads miss or more.",
  find: (facts) => {
    const { store, uptimeSeconds, grown: { hits, misses, puts } } = facts;
    const ratio = hitRatioOf(facts);
    const isYoung = uptimeSeconds < FILLING_SECONDS && !store.hasEvicted &&
      store.usedBytes < FULL_SHARE * store.slabBytes &&
      store.expirations < EXPIRED_SHARE * puts;
    if (!isYoung || ratio === null || ratio > 0.5 || hits + misses < FEW || puts === 0) return null;
    return {
      level: "info",
      problem: `The cache is still being filled: it was started ${
        duration(uptimeSeconds)
      } ago, and has used ${percent(store.usedBytes / store.slabBytes)} of its memory.`,
      evidence: {
        uptimeSeconds,
        hitRatio: figure(ratio),
        items: store.items,
        usedShare: figure(store.usedBytes / store.slabBytes),
      },
      advice: "Wait; with --data-dir a start brings the items back.",
    };
  },
};

/** The rules. */
export const MEMORY_RULES: readonly Rule[] = [
  MEMORY_SMALL,
  INDEX_SMALL,
  LARGE_ITEMS,
  MANY_EXPIRED,
  FILLING,
];
