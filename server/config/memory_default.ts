// The default size of the region: a share of the memory of the machine or container, up to a
// ceiling. Pure arithmetic over limits.ts.

import { availableMemoryBytes, type Limits } from "./limits.ts";
import { MIB, parseSize } from "./units.ts";

/** The largest default size. */
export const DEFAULT_MEMORY_CEILING_BYTES: number = parseSize("1.4GiB")!;
/** The smallest region. */
export const MIN_MEMORY_BYTES: number = 8 * MIB;

/**
 * Gives the default size of the region.
 *
 * @param limits what the machine gives
 * @returns bytes: 70 % of the available memory in whole MiB, at most 1.4 GiB
 */
export function defaultMemoryBytes(limits: Limits): number {
  const share = Math.floor(availableMemoryBytes(limits) * 0.7 / MIB) * MIB;
  return Math.max(MIN_MEMORY_BYTES, Math.min(share, DEFAULT_MEMORY_CEILING_BYTES));
}
