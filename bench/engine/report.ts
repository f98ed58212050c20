// How the benchmarks of the engine say what they found: rows with a figure, a target and a verdict,
// printed as one Markdown table per benchmark. Knows nothing of what is measured.

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

/** The rows as a Markdown table under a heading. */
export function toMarkdown(heading: string, rows: readonly Row[]): string {
  const lines = [
    `### ${heading}`,
    "",
    "| what | figure | target | |",
    "| --- | ---: | --- | --- |",
  ];
  for (const row of rows) {
    const verdict = row.target === "" ? "" : row.pass ? "PASS" : "miss";
    lines.push(`| ${row.what} | ${row.figure} | ${row.target} | ${verdict} |`);
  }
  return lines.join("\n") + "\n";
}
