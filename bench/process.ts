/**
 * What the operating system says of a process: CPU time and resident memory, from /proc. Elsewhere than on
 * Linux every answer is undefined.
 */

/** The kernel's unit of CPU time in /proc, 1/100 s on every architecture that Linux calls USER_HZ 100. */
const TICK_US = 10_000;

/**
 * The CPU time that a process has used in all its threads, user and system, in microseconds.
 *
 * @param pid the process
 * @param withEnded whether to add that of child processes that have ended
 */
export function cpuUs(pid: number, withEnded = false): number | undefined {
  const exact = withEnded ? undefined : threadsUs(pid);
  if (exact !== undefined) return exact;
  const stat = readProc(pid, "stat");
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything: fields count from after it, where state is the third.
  // Fields 14 to 17 of proc(5) are utime, stime, cutime and cstime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, withEnded ? 15 : 13).map(Number);
  return ticks.reduce((sum, count) => sum + count) * TICK_US;
}

/** The same by its threads, to a nanosecond; undefined where the kernel does not count so. Threads that have ended are left out. */
function threadsUs(pid: number): number | undefined {
  if (readProc(pid, "schedstat") === undefined) return undefined;
  let ns = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    ns += Number(readProc(pid, `task/${name}/schedstat`)?.split(" ")[0] ?? 0);
  }
  return ns / 1000;
}

/** The resident memory of a process, in MiB. */
export function rssMib(pid: number): number | undefined {
  const kib = readProc(pid, "status")?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

function readProc(pid: number, file: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
