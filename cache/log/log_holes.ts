// Places in the log ring that stay empty, because the thread that had taken one ended before it had filled it. Main
// makes records of nothing of them, so that what is behind can be read.

/** A place that a thread wanted when it ended, and perhaps has. */
interface Hole {
  readonly position: number;
  readonly count: number;
  readonly sinceMs: number;
}

/** A place stays empty for so long only if its thread has ended. */
const HOLE_MS = 100;

/** The places that ended threads have wanted. */
export class LogHoles {
  #holes: Hole[] = [];

  /** A thread has ended which wanted `count` words from `position` on. */
  note(position: number, count: number): void {
    this.#holes.push({ position, count, sinceMs: performance.now() });
  }

  /** Nothing is at `position`, which is to be read next, though something is behind it: fills it if it is a hole. */
  fill(ring: Int32Array, position: number): void {
    if (this.#holes.length === 0) return;
    this.#holes = this.#holes.filter((hole) => ((hole.position - position) | 0) >= 0);
    const hole = this.#holes.find((hole) => hole.position === position);
    if (hole === undefined || performance.now() - hole.sinceMs < HOLE_MS) return;
    const mask = ring.length - 1;
    for (let i = 1; i < hole.count; i++) ring[(position + i) & mask] = 0;
    Atomics.store(ring, position & mask, hole.count);
  }
}
