// Rules about items that have gone: a cache that was emptied, and a hit ratio that has dropped. Whether more memory
// would have kept them is memory_rules.ts's affair.

import type { DiagnosisFacts } from "./diagnosis_facts.ts";
import { count, duration, FEW, figure, hitRatioOf, percent, type Rule } from "./rule.ts";

/** Whether a FLUSHALL or the like took items that have not come back. */
function wasFlushed({ items, itemsFlushed }: DiagnosisFacts["store"]): boolean {
  return itemsFlushed >= FEW && items < itemsFlushed / 2;
}

const EMPTIED: Rule = {
  name: "emptied",
  speaks:
    "Half of the items or more have gone, and not by eviction: what is read now misses until it is stored again.",
  find: (facts) => {
    const { store, grown: { deletes } } = facts;
    const isFlushed = wasFlushed(store);
    const before = isFlushed ? store.itemsFlushed : store.itemsBefore;
    const gone = before - store.items;
    if (before < FEW || gone < before / 2) return null;
    const isKnown = isFlushed || store.shardsCleared > 0;
    // Else they made place for others: few large ones may have pushed out many.
    if (!isKnown && deletes + store.expirations < gone / 2) return null;
    const [how, advice] = store.shardsCleared > 0
      ? ["shards were cleared", "Look into the log for what has failed."]
      : isFlushed
      ? ["a FLUSHALL or the like", "Look who sends it: MONITOR, or INFO commandstats."]
      : deletes > store.expirations
      ? [`${count(deletes)} were deleted`, "Look who deletes: MONITOR, or INFO commandstats."]
      : [`${count(store.expirations)} expired`, "Spread deadlines that are all the same."];
    return {
      level: "warning",
      problem: `The cache was emptied: of ${count(before)} items ${
        count(store.items)
      } are left after ${count(facts.seconds)} s (${how}).`,
      evidence: {
        itemsBefore: before,
        items: store.items,
        deletes,
        expirations: store.expirations,
        shardsCleared: store.shardsCleared,
      },
      advice,
    };
  },
};

/** So much less than in the hour before is no chance, where there were enough reads. */
const MIN_DROP = 0.1;
/** What has grown to as many times what it was is the cause. */
const GROWN = 2;

const HIT_RATIO_DROPPED: Rule = {
  name: "hit-ratio-dropped",
  speaks:
    "Of 1,000 reads or more ten points fewer hit than in the hour before: what else has changed is the cause.",
  find: (facts) => {
    const { past, store, seconds, grown: { hits, misses } } = facts;
    const ratio = hitRatioOf(facts);
    if (past === null || ratio === null || hits + misses < FEW || past.reads < FEW) return null;
    if (past.hitRatio - ratio < MIN_DROP) return null;
    const evictions = store.memoryEvictions / seconds;
    const expirations = store.expirations / seconds;
    const hasGrown = (now: number, before: number) => now >= 1 && now > GROWN * before;
    const advice = wasFlushed(store) ||
        store.itemsBefore >= FEW && store.items < store.itemsBefore / 2
      ? "The cache was emptied: it comes back as keys are stored again."
      : hasGrown(evictions, past.memoryEvictionsPerSecond)
      ? "More is evicted than before: look at what is stored now (/stats/big), and at memoryCurve in /stats."
      : hasGrown(expirations, past.expirationsPerSecond)
      ? "More expires than before: look at the deadlines that are set now."
      : "Neither more is evicted nor expires: clients ask for other keys than before (/stats/hot, MONITOR).";
    return {
      level: "warning",
      problem: `The hit ratio has dropped: ${percent(ratio)} of all reads hit in the last ${
        count(seconds)
      } s, and ${percent(past.hitRatio)} in the ${duration(past.seconds)} before.`,
      evidence: {
        hitRatio: figure(ratio),
        hitRatioBefore: figure(past.hitRatio),
        memoryEvictionsPerSecond: figure(evictions),
        memoryEvictionsPerSecondBefore: figure(past.memoryEvictionsPerSecond),
        expirationsPerSecond: figure(expirations),
        expirationsPerSecondBefore: figure(past.expirationsPerSecond),
      },
      advice,
    };
  },
};

/** The rules. */
export const LOSS_RULES: readonly Rule[] = [EMPTIED, HIT_RATIO_DROPPED];
