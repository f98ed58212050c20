/**
 * What the machine gives this process: memory and CPUs. Defaults and bounds derive from them.
 * Measures nothing itself.
 *
 * @module
 */

/** What the machine gives this process. */
export interface Limits {
  /** RAM of the machine. */
  readonly totalMemoryBytes: number;
  /** Memory limit of the container; absent or 0 if there is none. */
  readonly containerMemoryBytes?: number | undefined;
  /** CPUs that this process may use, cgroup quota included. */
  readonly cpus: number;
}

/**
 * Gives the memory that the machine or container has.
 *
 * @param limits what the machine gives
 * @returns the smaller of the two, in bytes
 */
export function availableMemoryBytes(limits: Limits): number {
  return Math.min(limits.totalMemoryBytes, limits.containerMemoryBytes || Infinity);
}
