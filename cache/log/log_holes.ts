// Places in the log ring that stay empty, because the thread that had taken one ended before it had filled it. Main
// makes records of nothing of them, so that what is behind can be read.

/** A place that a thread wanted when it ended, and perhaps has. */
interface Hole {
  readonly position: number;
  readonly count: number;
  /** Whether it has it for certain: another may have been quicker. */
  readonly isTaken: boolean;
  readonly sinceMs: number;
}

/** A place stays empty for so long only if its thread has ended. */
const HOLE_MS = 100;
/** Where another thread may have it, which is at work: one that hangs ends the process sooner. */
const UNSURE_HOLE_MS = 20_000;

/** The places that ended threads have wanted. */
export class LogHoles {
  #holes: Hole[] = [];

  /** A thread has ended which wanted `count` words from `position` on, and had them for certain if `isTaken`. */
  note(position: number, count: number, isTaken: boolean): void {
    this.#holes.push({ position, count, isTaken, sinceMs: performance.now() });
  }

  /** Nothing is at `position`, which is to be read next, though something is behind it: fills it if it is a hole. */
  fill(ring: Int32Array, position: number): void {
    if (this.#holes.length === 0) return;
    this.#holes = this.#holes.filter((hole) => ((hole.position - position) | 0) >= 0);
    const here = this.#holes.filter((hole) => hole.position === position);
    const hole = here.find(({ isTaken }) => isTaken) ?? here[0];
    if (hole === undefined) return;
    const waitMs = hole.isTaken ? HOLE_MS : UNSURE_HOLE_MS;
    if (performance.now() - hole.sinceMs < waitMs) return;
    const mask = ring.length - 1;
    for (let i = 1; i < hole.count; i++) ring[(position + i) & mask] = 0;
    Atomics.store(ring, position & mask, hole.count);
  }
}
