// The numbers of the eviction policy, for who simulates it (server/observe/curve): all that decides what is evicted, besides
// the rules of clock.ts, ring.ts and ghost.ts. They stand in layout.ts; here they are handed out together.

import { COUNT_MASK, COUNT_SHIFT } from "./layout.ts";

export {
  CONTEST_STEPS,
  EIGHTH_BYTES,
  FILLING_SHARE,
  FURTHER_SWEEP_STEPS,
  GHOST_AGE_BITS,
  GHOST_AGE_MASK,
  GHOST_AGES,
  GHOST_AGES_PER_ITEMS,
  GHOST_BITS,
  GHOST_BYTES,
  GHOST_MASK,
  GHOST_SET_ENTRIES,
  GHOST_SPARE_ENTRIES,
  GHOST_WANTED_ENTRIES,
  GHOST_YOUNG_AGES,
  LARGE_ITEM,
  MAIN_SLACK,
  MAX_INDEX_LOAD,
  MAX_PROBATION_SHARE,
  MAX_SWEEP_STEPS,
  MIN_PROBATION_SHARE,
  PROBATION_FALL,
  PROBATION_LOSS,
  PROBATION_RISE,
  PROBATION_UNIT,
  RESERVE_SHARE,
  WORD_BYTES,
} from "./layout.ts";

/** Highest count of the clock. */
export const MAX_COUNT = COUNT_MASK >>> COUNT_SHIFT;
