// The whole of a terminal for a view that is drawn again and again: another screen than the one before, keys as they
// are pressed, and all as it was at the end, whatever ends it. Knows no view.

import { type ByteSink, type ByteSource, type ClientTerminal, writeAll } from "../platform.ts";
import { keyNames } from "./key_names.ts";
import { type Line, lineSequence } from "./lines.ts";

/** Another screen, without a cursor, where long lines end at the edge; and all of that undone. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Who has stopped the output (Ctrl-S) and ends the process is not kept waiting for longer. */
const LEAVE_MS = 500;
const MIN_COLUMNS = 20;
const MIN_ROWS = 4;

/** What a screen draws on, and who hears of it. */
export interface ScreenParts {
  readonly terminal: ClientTerminal;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly hasColors: boolean;
  /** A key was pressed. */
  readonly onKey: (key: string) => void;
  /** What is shown has to be drawn anew. */
  readonly onChange: () => void;
  /** The process is to end, or the terminal is gone, or something has failed. */
  readonly onEnd: (failure?: unknown) => void;
}

/** A terminal while a view has it. */
export class TerminalScreen implements AsyncDisposable {
  readonly #parts: ScreenParts;
  readonly #undo: (() => void)[] = [];
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  /** What is to be drawn once what is being written has been taken. */
  #next: string | null = null;
  #writing: Promise<void> | null = null;
  #isOver = false;

  private constructor(parts: ScreenParts) {
    this.#parts = parts;
  }

  /** Takes the terminal. */
  static open(parts: ScreenParts): TerminalScreen {
    const screen = new TerminalScreen(parts);
    screen.#begin();
    return screen;
  }

  #begin(): void {
    const { terminal, onEnd, stdin } = this.#parts;
    this.#undo.push(terminal.onEnd(() => onEnd()), terminal.onChange(() => this.#changed()));
    this.#enter();
    this.#reader = stdin.readable.getReader();
    void this.#readKeys(this.#reader);
  }

  #enter(): void {
    this.#parts.terminal.setRaw(true);
    this.#write(ENTER);
  }

  /** The size is another one; or the process was stopped, and a shell has had the terminal meanwhile. */
  #changed(): void {
    if (this.#isOver) return;
    this.#enter();
    this.#parts.onChange();
  }

  async #readKeys(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const { onKey, onEnd } = this.#parts;
    for (;;) {
      // Where it cannot be read any more, the terminal is gone.
      const { value } = await reader.read().catch(() => ({ value: undefined }));
      if (this.#isOver) return;
      if (value === undefined) return onEnd();
      try {
        for (const key of keyNames(value)) onKey(key);
      } catch (failure) {
        return onEnd(failure);
      }
    }
  }

  /** Columns and rows, at least a few. */
  get size(): { readonly columns: number; readonly rows: number } {
    let size = { columns: 0, rows: 0 };
    try {
      size = this.#parts.terminal.size();
    } catch {
      // The terminal is gone, or does not know.
    }
    return {
      columns: Math.max(MIN_COLUMNS, size.columns || 80),
      rows: Math.max(MIN_ROWS, size.rows || 24),
    };
  }

  /** Draws lines from the top; what is below them, or does not fit, is not shown. */
  draw(lines: readonly Line[]): void {
    const { columns, rows } = this.size;
    const { hasColors } = this.#parts;
    const shown = lines.slice(0, rows).map((line) => lineSequence(line, columns, hasColors));
    // Each line is wiped before it is written, at its own place: whatever a character takes, it stays in its line.
    const placed = shown.map((sequence, i) => `\x1b[${i + 1};1H\x1b[2K${sequence}`);
    const below = shown.length < rows ? `\x1b[${shown.length + 1};1H\x1b[J` : "";
    this.#write(`${placed.join("")}${below}`);
  }

  /** Writes when what came before has been taken; a terminal that is slow misses what came between. */
  #write(text: string): void {
    this.#next = text.startsWith(ENTER)
      ? text
      : (this.#next?.startsWith(ENTER) ? ENTER : "") + text;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const { stdout, onEnd } = this.#parts;
    try {
      for (let text = this.#next; text !== null; text = this.#next) {
        this.#next = null;
        await writeAll(stdout, text);
      }
    } catch {
      if (!this.#isOver) onEnd();
    }
    this.#writing = null;
  }

  /** Gives the terminal back as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const { terminal, stdout } = this.#parts;
    for (const undo of this.#undo) undo();
    this.#next = null;
    // What is pressed from here on is for others. The read that waits ends with the process.
    this.#reader?.releaseLock();
    try {
      terminal.setRaw(false);
      await atMost(
        LEAVE_MS,
        (this.#writing ?? Promise.resolve()).then(() => writeAll(stdout, LEAVE)),
      );
    } catch {
      // The terminal is gone.
    }
  }
}

/** Waits for work, or for so many milliseconds. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
