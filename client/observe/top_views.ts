// The views of `slabkv top` as lines: a head, what the view is about, and the keys at the bottom. Pure: state and
// size in, lines out.

import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import { clockText, secondsText } from "./figures.ts";
import { type Line, plain, type Span, styled } from "./lines.ts";
import { printable, textWidth, wrapped } from "./screen_text.ts";
import { hotTable, LEVEL_STYLES, liveLatencyTable, slowTable, workerTable } from "./tables.ts";
import { connectionLines, diskLine, overviewLines } from "./top_overview.ts";
import { type Asked, sortedBy, type TopState, type View, VIEWS } from "./top_state.ts";

/** Size of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** At most 80 columns each, as narrow as terminals are at first. */
const HELP_LINES = [
  "1 2 3 4   overview, keys, latency, workers",
  "← →       the view before or after; tab does too",
  "↑ ↓       up and down in a long list, as do page up, page down and home",
  "s         sorts by the next column, whose title is coloured",
  "r         sorts the other way round",
  "p         pauses: what is shown stays, and the server is heard all the same",
  "?         this; any key leaves it",
  "q         ends it; so does Ctrl-C",
  "",
  "Rates and latencies are of the last second, and latencies are the server's own,",
  "without the network. Hot keys are estimated from samples of the last minute or",
  "two. What stands at the top is what `slabkv diagnose` finds worst.",
] as const;

/** Most lines of what is wrong, and of what to do, where there are so many rows; else both share one. */
const MAX_NOTE_LINES = 2;
const TALL_ROWS = 20;
/** Most hot keys and slow commands on the overview. */
const FEW = 5;

/** All that is on the screen. */
export function topLines(state: TopState, size: Size): Line[] {
  const head = headLines(state, size);
  const space = size.rows - head.length - 1;
  const body = state.showsHelp
    ? HELP_LINES.map((text) => [plain(text)])
    : bodyLines(state, size.columns, space);
  const shown = body.slice(0, space);
  const gap = Array.from({ length: Math.max(0, space - shown.length) }, (): Line => []);
  return [...head, ...shown, ...gap, footLine(state)];
}

function headLines(state: TopState, size: Size): Line[] {
  const { live, url, problem, isPaused } = state;
  const facts = live === null
    ? ["connecting"]
    : [`slabkv ${live.version}`, live.state, `up ${secondsText(live.uptimeSeconds)}`];
  const left = printable([...facts, url].join("  "));
  const right = live === null ? "" : clockText(live.atMs);
  const gap = Math.max(2, size.columns - textWidth(left) - right.length);
  const title: Line = [styled(left, "bold"), plain(`${" ".repeat(gap)}${right}`)];
  const notes = problem !== null
    ? [[styled(`Lost: ${problem}. Trying again`, "bad")]]
    : isPaused
    ? [[styled("Paused: p goes on", "warn")]]
    : diagnosisLines(state, size);
  return [title, ...notes, tabsLine(state.view)];
}

/** What is wrong, if something is, and what to do: in whole sentences where there is space. */
function diagnosisLines({ diagnosis: { facts } }: TopState, { columns, rows }: Size): Line[] {
  const [first, ...others] = facts?.findings ?? [];
  if (first === undefined) return [facts === null ? [] : [styled(facts.summary, "good")]];
  const style = LEVEL_STYLES[first.level];
  const more = others.length === 0 ? "" : ` (and ${others.length} more: slabkv diagnose)`;
  if (rows < TALL_ROWS) return [[styled(first.problem, style), plain(`  ${first.advice}`)]];
  return [
    ...wrapped(`${first.problem}${more}`, columns, MAX_NOTE_LINES).map((
      text,
    ) => [styled(text, style)]),
    ...wrapped(first.advice, columns, MAX_NOTE_LINES).map((text) => [plain(text)]),
  ];
}

function tabsLine(view: View): Line {
  return VIEWS.flatMap((name, i): Span[] => [
    styled(` ${i + 1} ${name} `, name === view ? "reverse" : "dim"),
    plain(" "),
  ]);
}

function footLine({ view, isReversed }: TopState): Line {
  const sort = view === "overview" ? "s sort keys" : isReversed ? "s sort  r reversed" : "s sort";
  return [styled(`q quit  1-4 ← → views  ${sort}  p pause  ? help`, "dim")];
}

function bodyLines(state: TopState, columns: number, space: number): Line[] {
  const { live } = state;
  if (live === null) return [[], [plain("Waiting for the first facts")]];
  switch (state.view) {
    case "overview":
      return overview(state, live, columns, space);
    case "keys":
      return scrolled(state, hotLines(state, columns, Infinity), space);
    case "latency":
      return latency(state, live, columns, space);
    case "workers":
      return workers(state, live, columns, space);
  }
}

function overview(state: TopState, live: LiveFacts, columns: number, space: number): Line[] {
  const curve = state.curve.facts?.memoryCurve;
  const lines = overviewLines(live, state.rates, curve, columns);
  // What there is less space for is in a view of its own.
  const parts = [
    workerTable(live.workers, columns).slice(0, 1 + 8),
    hotLines(state, columns, FEW),
    slowLines(state, columns, FEW),
  ];
  for (const part of parts) {
    const left = space - lines.length - 1;
    if (left >= Math.min(3, part.length)) lines.push([], ...part.slice(0, left));
  }
  return lines;
}

/** A table, or why there is none. */
function orProblem<T>(
  { facts, problem }: Asked<T>,
  name: string,
  nothing: string,
  table: (facts: T) => readonly Line[],
): Line[] {
  if (facts === null) {
    return [[styled(`${name}: ${problem ?? "asking"}`, problem === null ? "dim" : "warn")]];
  }
  const lines = table(facts);
  return lines.length > 1 ? [...lines] : [[styled(nothing, "dim")]];
}

function hotLines(state: TopState, columns: number, most: number): Line[] {
  return orProblem(state.hot, "Hot keys", "No key is hot", ({ keys }) => {
    const { sort } = state;
    const sorted = sortedBy(keys, (key) => {
      return [
        key.share,
        key.perSecond,
        key.writeShare,
        key.shard,
        key.key ?? key.base64 ?? "",
      ][sort]!;
    }, state.isReversed);
    return hotTable(sorted.slice(0, most), columns, sort);
  });
}

function slowLines({ slow }: TopState, columns: number, most: number): Line[] {
  return orProblem(
    slow,
    "Slow commands",
    "No command was slow",
    ({ commands }) => slowTable(commands.slice(0, most), columns),
  );
}

function latency(state: TopState, live: LiveFacts, columns: number, space: number): Line[] {
  const { sort } = state;
  const groups = sortedBy(
    Object.entries(live.latency).filter(([name]) => name !== "all"),
    (row) => {
      const [name, { perSecond, p50Us, p99Us, p999Us }] = row;
      return [name, perSecond, p50Us, p99Us, p999Us][sort]!;
    },
    state.isReversed,
  );
  const { all } = live.latency;
  const table = liveLatencyTable(
    all === undefined ? groups : [...groups, ["all", all]],
    columns,
    sort,
  );
  const lines = table.length === 1 ? [[styled("No command ran", "dim")]] : table;
  const slow = slowLines(state, columns, Infinity);
  return scrolled(state, [...lines, [], [styled("Slow commands", "bold")], ...slow], space);
}

function workers(state: TopState, live: LiveFacts, columns: number, space: number): Line[] {
  const { sort } = state;
  const sorted = sortedBy(live.workers, (facts) => {
    const { worker, requestsPerSecond, cpuCores, lagMs, heapBytes, clients } = facts;
    return [-worker, requestsPerSecond, cpuCores, lagMs, heapBytes, clients][sort]!;
  }, state.isReversed);
  return scrolled(state, [
    ...workerTable(sorted, columns, sort),
    [],
    ...connectionLines(live, columns),
    ...diskLine(live),
  ], space);
}

/** The part of lines that is to be seen; the state hears how far one can go down. */
function scrolled(state: TopState, lines: readonly Line[], space: number): Line[] {
  state.scroll = Math.min(state.scroll, Math.max(0, lines.length - space));
  // The titles stay.
  const [titles, ...rows] = lines;
  if (titles === undefined) return [];
  return [titles, ...rows.slice(state.scroll, state.scroll + space - 1)];
}
