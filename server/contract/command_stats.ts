// Calls and times of each command in one worker. Of commands with one key, one call in 64 is timed:
// reading the clock twice costs a tenth of such a command. All others are timed at every call.
// Knows numbers of commands, not their names.

/** Of a quick command, one call in this many is timed. */
const SAMPLE = 64;
/** Most rows that a command table may have. */
export const MAX_COMMANDS = 256;

/** Counters by the number of a command. */
export class CommandStats {
  readonly calls: Float64Array = new Float64Array(MAX_COMMANDS);
  readonly tookUs: Float64Array = new Float64Array(MAX_COMMANDS);
  readonly refused: Float64Array = new Float64Array(MAX_COMMANDS);
  #turn = 0;

  /** Counts a call of command `id`. Returns how many calls its time stands for, or 0: not timed. */
  count(id: number, isTimed: boolean): number {
    this.calls[id]!++;
    if (isTimed) return 1;
    this.#turn = (this.#turn + 1) & (SAMPLE - 1);
    return this.#turn === 0 ? SAMPLE : 0;
  }

  /** Forgets everything: CONFIG RESETSTAT. */
  clear(): void {
    this.calls.fill(0);
    this.tookUs.fill(0);
    this.refused.fill(0);
  }
}
