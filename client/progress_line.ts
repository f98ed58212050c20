/**
 * One line on a terminal that shows how far something is. It is drawn anew a few times a second and wiped
 * away in the end. If stderr is no terminal, nothing is drawn.
 *
 * @module
 */

import { type ByteSink, type ClientPlatform, writeAll } from "./platform.ts";

const REDRAW_MS = 200;

/** The line while it is shown. */
export class ProgressLine implements AsyncDisposable {
  readonly #sink: ByteSink | undefined;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #drawing: Promise<void> = Promise.resolve();

  /** Begins to draw what `line` writes for so many columns, if stderr is a terminal. */
  constructor(platform: ClientPlatform, line: (columns: number) => string) {
    if (!platform.stderr.isTerminal()) return;
    this.#sink = platform.stderr;
    const draw = () => this.#write(`\r${line(platform.columns())}\x1b[K`);
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
    // A terminal that is gone must not end the work.
    this.#drawing = this.#drawing.then(() => writeAll(sink, text)).catch(() => {});
  }
}

/**
 * Writes a bar.
 *
 * @param share how much is done, from 0 to 1
 * @param width characters between its brackets
 * @returns the bar and its percentage
 */
export function progressBar(share: number, width: number): string {
  const shown = Math.min(1, Math.max(0, share));
  const done = Math.round(shown * width);
  const percent = String(Math.floor(shown * 100)).padStart(3);
  return `[${"#".repeat(done)}${"-".repeat(width - done)}] ${percent} %`;
}
