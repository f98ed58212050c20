/**
 * One line on a terminal that shows the progress of a load. It is drawn anew a few times a second and
 * wiped away in the end. If stderr is no terminal, nothing is drawn.
 *
 * @module
 */

import { type ByteSink, type ClientPlatform, writeAll } from "../platform.ts";

const REDRAW_MS = 200;
const MAX_BAR_COLUMNS = 40;
const BESIDE_BAR_COLUMNS = 44;

/** The facts that the line shows. */
export interface ProgressFacts {
  /** The share of the load that is done, from 0 to 1. */
  readonly share: number;
  readonly perSecond: number;
  readonly problems: number;
}

/** The line while it is shown. */
export class Progress implements AsyncDisposable {
  readonly #sink: ByteSink | undefined;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #drawing: Promise<void> = Promise.resolve();

  /** Begins to draw, if stderr is a terminal. */
  constructor(platform: ClientPlatform, facts: () => ProgressFacts) {
    if (!platform.stderr.isTerminal()) return;
    this.#sink = platform.stderr;
    const draw = () => this.#write(`\r${progressLine(facts(), platform.columns())}\x1b[K`);
    this.#timer = setInterval(draw, REDRAW_MS);
    draw();
  }

  /** Wipes the line away. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#write("\r\x1b[K");
    await this.#drawing;
  }

  #write(text: string): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    // A terminal that is gone must not end the load.
    this.#drawing = this.#drawing.then(() => writeAll(sink, text)).catch(() => {});
  }
}

/**
 * Writes the line.
 *
 * @param facts the facts that it shows
 * @param columns the width of the terminal
 * @returns at most that many characters
 */
export function progressLine(
  { share, perSecond, problems }: ProgressFacts,
  columns: number,
): string {
  const width = Math.max(0, Math.min(MAX_BAR_COLUMNS, columns - BESIDE_BAR_COLUMNS));
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  const percent = Math.floor(Math.min(1, Math.max(0, share)) * 100);
  const text =
    `[${"#".repeat(done)}${"-".repeat(width - done)}] ${String(percent).padStart(3)} % ` +
    `${perSecond.toLocaleString("en-US")} req/s` + (problems > 0 ? `, ${problems} problems` : "");
  return text.slice(0, Math.max(0, columns - 1));
}
