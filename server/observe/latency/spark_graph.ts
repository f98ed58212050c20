// Pictures of numbers in plain characters, as LATENCY GRAPH of Redis draws them: a column for each sample,
// filled from below, and under it a label from top to bottom.

/** Levels of a character, from low to high; below the topmost one a column is filled with another. */
const LEVELS = "_o#";
const FILLED = "|";

/** A column. */
export interface GraphColumn {
  readonly value: number;
  readonly label: string;
}

/**
 * Draws columns, the lowest value at the bottom and the highest at the top.
 *
 * @param columns from left to right
 * @param width most columns side by side; the others follow below
 * @param rows the height in lines, without the labels
 */
export function sparkGraph(columns: readonly GraphColumn[], width: number, rows: number): string {
  const values = columns.map(({ value }) => value);
  const least = Math.min(...values);
  const range = Math.max(...values) - least || 1;
  const steps = LEVELS.length * rows;
  const stepOf = (value: number) =>
    Math.min(steps - 1, Math.trunc(Math.trunc((value - least) * steps) / range));
  const parts: string[] = [];
  for (let from = 0; from < columns.length; from += width) {
    parts.push(part(columns.slice(from, from + width), stepOf, rows));
  }
  return parts.join("\n");
}

function part(
  columns: readonly GraphColumn[],
  stepOf: (value: number) => number,
  rows: number,
): string {
  const line = (charOf: (column: GraphColumn) => string) => `${columns.map(charOf).join("")}\n`;
  let text = "";
  for (let row = rows - 1; row >= 0; row--) {
    text += line(({ value }) => {
      const level = stepOf(value) - row * LEVELS.length;
      return level >= LEVELS.length ? FILLED : LEVELS[level] ?? " ";
    });
  }
  text += line(() => " ");
  const labelRows = Math.max(...columns.map(({ label }) => label.length));
  for (let row = 0; row < labelRows; row++) text += line(({ label }) => label[row] ?? " ");
  return text;
}
