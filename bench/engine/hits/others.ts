// Hit ratios of other policies on the same trace: S3-FIFO, SIEVE, ARC and W-TinyLFU as libcachesim has them,
// where `python3` can import that library.

/** Why the others' ratios are missing. */
export const NO_LIBRARY = "skipped: no libcachesim";

/** Hit ratios of one policy. */
export interface Ratios {
  readonly name: string;
  readonly byRequests: number;
  readonly byBytes: number;
}

/** What libcachesim calls "oracleGeneral": time u32, object u64, bytes u32, next request i64. */
const RECORD_BYTES = 24;
const OBJECT_AT = 4;
const SIZE_AT = 12;
const NEXT_AT = 16;
const UNKNOWN_NEXT = -2n;
const EXIT_NO_LIBRARY = 3;

/** The trace as records of libcachesim. */
function recordsOf(trace: Uint32Array, sizes: Uint32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(trace.length * RECORD_BYTES));
  for (let i = 0; i < trace.length; i++) {
    const at = i * RECORD_BYTES;
    view.setUint32(at, i, true);
    // Objects are numbered from 1.
    view.setUint32(at + OBJECT_AT, trace[i]! + 1, true);
    view.setUint32(at + SIZE_AT, sizes[trace[i]!]!, true);
    view.setBigInt64(at + NEXT_AT, UNKNOWN_NEXT, true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * Ratios of all policies with space for `capacity` bytes, or null where libcachesim is missing.
 * Throws Error where it is there and fails.
 */
export async function otherRatios(
  trace: Uint32Array,
  sizes: Uint32Array,
  capacity: number,
): Promise<Ratios[] | null> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, recordsOf(trace, sizes));
    const script = new URL("./other_policies.py", import.meta.url).pathname;
    const args = [script, path, String(Math.floor(capacity))];
    const { code, stdout, stderr } = await new Deno.Command("python3", { args }).output();
    if (code === EXIT_NO_LIBRARY) return null;
    if (code !== 0) throw new Error(`Cannot run ${script}: ${new TextDecoder().decode(stderr)}`);
    const ratios: Record<string, [number, number]> = JSON.parse(new TextDecoder().decode(stdout));
    return Object.entries(ratios).map(([name, [byRequests, byBytes]]) => {
      return { name, byRequests, byBytes };
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  } finally {
    await Deno.remove(path);
  }
}
