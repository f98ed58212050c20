// Lines of styled text, and tables of them, for terminals and for plain output alike. All text passes through
// printable() here, so no view can forget it. Knows no facts.

import { cutText, fitText, printable, textWidth } from "./screen_text.ts";

/** How a part of a line looks; codes of ECMA-48. */
const STYLES = {
  bold: "1",
  dim: "2",
  reverse: "7",
  accent: "36",
  good: "32",
  warn: "33",
  bad: "31",
} as const;

/** One of these. */
export type Style = keyof typeof STYLES;

/** A part of a line. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** A line, from left to right. */
export type Line = readonly Span[];

/** Text without a style. */
export function plain(text: string): Span {
  return { text };
}

/** Text with one. */
export function styled(text: string, style: Style | undefined): Span {
  return { text, style };
}

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers are at the right. */
  readonly isRight?: boolean;
  /** Takes what the others leave; the last column, for text of others. */
  readonly takesRest?: boolean;
}

/** A cell: text, or text with a style. */
export type Cell = string | Span;

/**
 * Lays a table out.
 *
 * @param columns from left to right
 * @param rows their cells
 * @param width columns of the terminal; Infinity: nothing is cut
 * @param sorted the number of the column by which it is sorted
 * @returns the titles and the rows
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  sorted = -1,
): Line[] {
  const cells = rows.map((row) => row.map(spanOf));
  const widths = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[i]?.text ?? "")))
  );
  const gap = 2;
  const line = (spans: readonly Span[]): Line => {
    let left = width;
    const parts: Span[] = [];
    for (const [i, span] of spans.entries()) {
      const { isRight = false, takesRest = false } = columns[i]!;
      const isLast = i === spans.length - 1;
      const space = Math.max(0, Math.min(left, takesRest ? Infinity : widths[i]!));
      const text = isLast && !isRight
        ? cutText(span.text, space)
        : fitText(span.text, space, isRight);
      parts.push({ ...span, text: isLast ? text : `${text}${" ".repeat(gap)}` });
      left -= textWidth(text) + gap;
    }
    return parts;
  };
  const titles = columns.map(({ title }, i) => styled(title, i === sorted ? "accent" : "dim"));
  return [line(titles), ...cells.map(line)];
}

function spanOf(cell: Cell): Span {
  if (typeof cell === "string") return { text: printable(cell) };
  return { ...cell, text: printable(cell.text) };
}

/** A line for a pipe or a file. */
export function lineText(line: Line): string {
  return line.map(({ text }) => printable(text)).join("").trimEnd();
}

/**
 * A line for a terminal, at most so many columns wide.
 *
 * @param line the line
 * @param columns of the terminal
 * @param hasColors whether colours are wanted; bold, dim and reverse always are
 */
export function lineSequence(line: Line, columns: number, hasColors: boolean): string {
  let left = columns;
  let sequence = "";
  for (const { text, style } of line) {
    const shown = cutText(printable(text), left);
    if (shown === "") continue;
    left -= textWidth(shown);
    const code = style === undefined ? "" : STYLES[style];
    const isShown = code !== "" && (hasColors || code.length === 1);
    sequence += isShown ? `\x1b[${code}m${shown}\x1b[0m` : shown;
  }
  return sequence;
}
