// How far the loading of data is, for whoever watches the start: a bar on a terminal, drawn anew in its
// place, and elsewhere a line of the log now and then. std has such a bar too, but not in the package from
// which std comes here (std/cli/mod.ts).

import type { LoadProgress } from "../../contract/persistence/load_progress.ts";
import type { Log } from "../log/log.ts";
import { MIB } from "../../config/units.ts";

/** A terminal. */
export interface Terminal {
  /** Its width. */
  readonly columns: () => number;
  readonly write: (text: string) => void;
}

/** Between two lines of the log, in milliseconds. */
const LINE_MS = 10_000;
const MAX_BAR_COLUMNS = 40;
const BESIDE_BAR_COLUMNS = 48;
/** So much has to be read before the time that is left can be told. */
const MIN_SHARE = 0.02;

/** Shows it. */
export class LoadLine {
  readonly #terminal: Terminal | undefined;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #sinceMs: number;
  #shownMs: number;

  /** Draws on `terminal`, if there is one. `now` is a clock that never goes back, in milliseconds. */
  constructor(terminal: Terminal | undefined, log: Log, now: () => number) {
    this.#terminal = terminal;
    this.#log = log;
    this.#now = now;
    this.#sinceMs = this.#shownMs = now();
  }

  /** It has come so far. */
  show(progress: LoadProgress): void {
    const nowMs = this.#now();
    const terminal = this.#terminal;
    const tookMs = nowMs - this.#sinceMs;
    if (terminal !== undefined) {
      terminal.write(`\r${loadLine(progress, tookMs, terminal.columns())}\x1b[K`);
    } else if (nowMs - this.#shownMs >= LINE_MS) {
      this.#shownMs = nowMs;
      const { items, bytes, totalBytes, percent } = progress;
      const [done, all] = [bytes, totalBytes].map((each) => Math.ceil(each / MIB));
      const text = `loading: ${done} of ${all} MiB, ${percent} %, ${
        items.toLocaleString("en-US")
      } items`;
      this.#log.info("loading-progress", text, { items, bytes, totalBytes, percent });
    }
  }

  /** Wipes the bar away. */
  end(): void {
    this.#terminal?.write("\r\x1b[K");
  }
}

/** The bar, for loading that has taken `tookMs` so far: at most `columns` - 1 characters. */
export function loadLine(
  { items, bytes, totalBytes, percent }: LoadProgress,
  tookMs: number,
  columns: number,
): string {
  const share = totalBytes === 0 ? 0 : Math.min(1, bytes / totalBytes);
  const width = Math.max(0, Math.min(MAX_BAR_COLUMNS, columns - BESIDE_BAR_COLUMNS));
  const done = Math.round(share * width);
  const bar = `[${"#".repeat(done)}${"-".repeat(width - done)}]`;
  const left = share < MIN_SHARE ? "" : `, ${secondsOf((tookMs / share) * (1 - share))} left`;
  const text = `loading ${bar} ${percent.toFixed(1).padStart(5)} %, ` +
    `${items.toLocaleString("en-US")} items${left}`;
  return text.slice(0, Math.max(0, columns - 1));
}

function secondsOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
