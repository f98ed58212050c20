/**
 * The memory of a process outside the region: resident pages less those of the region, whose pages become resident as
 * items are stored. From /proc, so on Linux only; elsewhere there is no answer.
 */

/** By how much the mapping of the region may be larger than the region: a header, rounding to pages. */
const MAX_SLACK_BYTES = 1_048_576;
const KIB_PER_MIB = 1024;

/** Reads the memory of one process. */
export class MemoryGauge {
  readonly #pid: number;
  readonly #regionBytes: number;

  /**
   * @param pid the process
   * @param regionBytes the value of --memory; the mapping of that size is taken for the region
   */
  constructor(pid: number, regionBytes: number) {
    this.#pid = pid;
    this.#regionBytes = regionBytes;
  }

  /** The resident memory outside the region in MiB; undefined if there is none to be read. */
  async outsideMib(): Promise<number | undefined> {
    if (Deno.build.os !== "linux") return undefined;
    try {
      const mappings = await Deno.readTextFile(`/proc/${this.#pid}/smaps`);
      const status = await Deno.readTextFile(`/proc/${this.#pid}/status`);
      const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      if (rss === undefined) return undefined;
      return (Number(rss) - touchedKib(mappings, this.#regionBytes)) / KIB_PER_MIB;
    } catch (error) {
      // The process has ended; while it ends, its files are there and cannot be read.
      if (error instanceof Deno.errors.NotFound || `${error}`.includes("os error 3")) {
        return undefined;
      }
      throw error;
    }
  }
}

/**
 * The resident KiB of the region: of the private writable mapping of its size, which V8 lets the C library make.
 *
 * @param mappings the text of /proc/PID/smaps, see proc(5)
 */
export function touchedKib(mappings: string, regionBytes: number): number {
  for (const match of mappings.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-[ps] /gm)) {
    const bytes = parseInt(match[2]!, 16) - parseInt(match[1]!, 16);
    if (bytes < regionBytes || bytes > regionBytes + MAX_SLACK_BYTES) continue;
    return Number(/^Rss:\s+(\d+) kB$/m.exec(mappings.slice(match.index))?.[1]);
  }
  return 0;
}
