// How much of the machine nobody uses: tests that need idle cores say so where other programs have left none, and fail
// only where there were some.

import os from "node:os";

/** Cores of the machine that were idle since the last call. */
export function idleMeter(): () => number {
  const take = () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0);
  let [last, lastMs] = [take(), performance.now()];
  return () => {
    const [now, nowMs] = [take(), performance.now()];
    const idle = (now - last) / (nowMs - lastMs);
    [last, lastMs] = [now, nowMs];
    return idle;
  };
}
