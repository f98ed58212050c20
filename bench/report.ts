/**
 * How benchmarks say what they found: Markdown tables, and rows with a figure, a target and a verdict.
 * Knows nothing of what is measured.
 */

/** One figure beside its target. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** The target in words, or "" for a figure that is only there to compare with. */
  readonly target: string;
  readonly pass: boolean;
}

/** A row whose figure must be at most `limit`. */
export function atMost(what: string, value: number, limit: number, unit: string, digits = 2): Row {
  return {
    what,
    figure: `${format(value, digits)} ${unit}`.trim(),
    target: `at most ${limit} ${unit}`.trim(),
    pass: value <= limit,
  };
}

/** A row whose figure must be at least `limit`. */
export function atLeast(what: string, value: number, limit: number, unit: string, digits = 2): Row {
  return {
    what,
    figure: `${format(value, digits)} ${unit}`.trim(),
    target: `at least ${limit} ${unit}`.trim(),
    pass: value >= limit,
  };
}

/** A row without a target. */
export function plain(what: string, value: number | string, unit = "", digits = 2): Row {
  const figure = typeof value === "string" ? value : format(value, digits);
  return { what, figure: `${figure} ${unit}`.trim(), target: "", pass: true };
}

function format(value: number, digits: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/**
 * Writes a Markdown table.
 *
 * @param columns what stands above them; a ":" at the end aligns to the right, as Markdown has it
 * @param rows the cells
 * @param isPadded whether columns are as wide in every line, for people at a terminal
 */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  isPadded: boolean = Deno.stdout.isTerminal(),
): string {
  const titles = columns.map((column) => column.replace(/:$/, ""));
  const rule = columns.map((column) => column.endsWith(":") ? "---:" : "---");
  const lines = isPadded ? padded([titles, rule, ...rows], rule) : [titles, rule, ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The cells of each line, as wide as the widest of their column. */
function padded(lines: readonly (readonly string[])[], rule: readonly string[]): string[][] {
  const widths = rule.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? "").length)));
  return lines.map((cells, at) =>
    widths.map((width, i) => {
      const cell = cells[i] ?? "";
      if (at === 1) return rule[i]!.padStart(width, "-");
      return rule[i]!.endsWith(":") ? cell.padStart(width) : cell.padEnd(width);
    })
  );
}

/** The rows as a Markdown table. */
export function rowTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, figure, target, pass }) => {
    return [what, figure, target, target === "" ? "" : pass ? "PASS" : "MISS"];
  });
  return markdownTable(["what", "figure:", "target", ""], cells);
}
