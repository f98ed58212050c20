// How long the steps of a log writer take: writes and syncs. Who hears of it, and what is long,
// others decide.

/** What a log writer spends time on. */
export type LogStep = "write" | "sync";

/** Who hears how long steps take, and by which clock. */
export interface Timing {
  readonly took?: ((step: LogStep, ms: number) => void) | undefined;
  /** Milliseconds by a clock that nobody sets. */
  readonly clock: () => number;
}

/** Waits for a write, and tells how long it took. */
export async function timed(
  { took, clock }: Timing,
  write: () => Promise<void>,
): Promise<void> {
  if (took === undefined) return await write();
  const fromMs = clock();
  await write();
  took("write", clock() - fromMs);
}
