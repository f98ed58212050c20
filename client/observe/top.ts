// `slabkv top`: hears once a second how a server does, and shows it: on a terminal as a view with keys, elsewhere as
// a line each time. When the server is lost it says so, and goes on once it is back.

import type { Diagnosis, SlowFacts } from "../../server/observe/facts/answers.ts";
import type { HotFacts } from "../../server/observe/facts/key_facts.ts";
import type { LiveFacts } from "../../server/observe/facts/live_facts.ts";
import type { MemoryCurve } from "../../server/observe/facts/memory_facts.ts";
import type { Access } from "../connection.ts";
import { accessOf, type ClientContext, EXIT } from "../context.ts";
import { OBSERVE } from "../options.ts";
import { ClientError, type ClientTerminal, writeAll } from "../platform.ts";
import { Refused } from "./expected_facts.ts";
import { askFacts, liveEvents } from "./facts_reader.ts";
import { factsLine } from "./plain_line.ts";
import { TerminalScreen } from "./terminal_screen.ts";
import { type Asked, TopState } from "./top_state.ts";
import { topLines } from "./top_views.ts";

/** Time from one try to reach a lost server to the next. */
const RETRY_MS = 1000;
/** Hot keys and slow commands are asked for so often at most, what is wrong, and what more memory would bring. */
const ASK_MS = 2000;
/** Time from one look whether there is something to ask for to the next. */
const LOOK_MS = 200;
const DIAGNOSE_MS = 10_000;
const LIST_COUNT = 50;
/** A drawing may come this much early: events are not punctual. */
const EARLY_MS = 500;

/** Who hears of a server. */
interface Listener {
  /** What it says of the last second. */
  onFacts(facts: LiveFacts): void | Promise<void>;
  /** It is not heard any more, for now. */
  onLost(problem: string): void | Promise<void>;
}

/** Runs the command. */
export async function top(context: ClientContext): Promise<number> {
  const { platform: { terminal, env }, values } = context;
  const isPlain = terminal === undefined || env("TERM") === "dumb" || values.get(OBSERVE.lines);
  if (isPlain) return await printLines(context);
  return await showScreen(context, terminal);
}

/** Hears a server until the signal ends it. Rejects where it cannot be reached at first, or refuses. */
async function hear(access: Access, signal: AbortSignal, listener: Listener): Promise<void> {
  let wasHeard = false;
  while (!signal.aborted) {
    try {
      for await (const facts of liveEvents(access, signal)) {
        wasHeard = true;
        await listener.onFacts(facts);
      }
    } catch (error) {
      if (!wasHeard || !(error instanceof ClientError) || error instanceof Refused) throw error;
      await listener.onLost(error.message);
    }
    await pause(RETRY_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/** Lets one drawing through in each interval, and so many in all. */
class Pace {
  readonly #intervalMs: number;
  #left: number;
  #lastMs = -Infinity;

  constructor({ values }: ClientContext) {
    this.#intervalMs = values.get(OBSERVE.interval);
    this.#left = values.get(OBSERVE.draws);
  }

  /** Whether it is time. */
  isDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < this.#intervalMs - EARLY_MS) return false;
    this.#lastMs = nowMs;
    this.#left--;
    return true;
  }

  /** Whether that was the last one. */
  get isOver(): boolean {
    return this.#left <= 0;
  }
}

async function printLines(context: ClientContext): Promise<number> {
  const { platform } = context;
  const access = await accessOf(context);
  const end = new AbortController();
  const forget = platform.onInterrupt?.(() => end.abort());
  const pace = new Pace(context);
  const isJson = context.values.get(OBSERVE.lines);
  let lost = "";
  try {
    await hear(access, end.signal, {
      async onFacts(facts) {
        lost = "";
        if (end.signal.aborted || !pace.isDue()) return;
        const line = isJson ? JSON.stringify(facts) : factsLine(facts);
        await writeAll(platform.stdout, `${line}\n`);
        if (pace.isOver) end.abort();
      },
      async onLost(problem) {
        if (problem === lost) return;
        lost = problem;
        await writeAll(platform.stderr, `slabkv: ${problem}. Trying again\n`);
      },
    });
  } finally {
    forget?.();
  }
  return EXIT.ok;
}

async function showScreen(context: ClientContext, terminal: ClientTerminal): Promise<number> {
  const { platform } = context;
  const access = await accessOf(context);
  const state = new TopState(access.target.url);
  const end = new AbortController();
  const pace = new Pace(context);
  let failure: unknown;
  const fail = (error?: unknown) => {
    failure ??= error;
    end.abort();
  };
  const draw = () => {
    if (!end.signal.aborted) screen.draw(topLines(state, screen.size));
  };
  await using screen = TerminalScreen.open({
    terminal,
    stdin: platform.stdin,
    stdout: platform.stdout,
    hasColors: (platform.env("NO_COLOR") ?? "") === "",
    onKey: (key) => {
      if (state.press(key)) end.abort();
      draw();
    },
    onChange: draw,
    onEnd: fail,
  });
  draw();
  const asking = askAll(access, state, context.values.get(OBSERVE.interval), end.signal, draw)
    .catch(fail);
  try {
    await hear(access, end.signal, {
      onFacts(facts) {
        const isBack = state.problem !== null;
        state.take(facts);
        if (isBack || pace.isDue()) draw();
        if (pace.isOver) end.abort();
      },
      onLost(problem) {
        state.problem = problem;
        draw();
      },
    });
  } finally {
    end.abort();
    await asking;
  }
  if (failure !== undefined) throw failure;
  return EXIT.ok;
}

/** Asks for what live facts do not have, now and then, while somebody looks. */
async function askAll(
  access: Access,
  state: TopState,
  intervalMs: number,
  signal: AbortSignal,
  draw: () => void,
): Promise<void> {
  let diagnoseMs = -Infinity;
  while (!signal.aborted) {
    // A server that is lost is not asked, and what is paused stays as it is.
    if (state.live !== null && state.problem === null && !state.isPaused) {
      const nowMs = performance.now();
      const [hot, slow] = await Promise.all([
        asked<HotFacts>(access, `/stats/hot?count=${LIST_COUNT}`),
        asked<SlowFacts>(access, `/stats/slow?count=${LIST_COUNT}`),
      ]);
      if (nowMs - diagnoseMs >= DIAGNOSE_MS) {
        diagnoseMs = nowMs;
        state.diagnosis = await asked<Diagnosis>(access, "/diagnose");
        state.curve = await asked<{ memoryCurve?: MemoryCurve }>(access, "/stats");
      }
      if (!state.isPaused) {
        state.hot = hot;
        state.slow = slow;
        draw();
      }
      await pause(Math.max(ASK_MS, intervalMs), signal);
    } else await pause(LOOK_MS, signal);
  }
}

async function asked<T>(access: Access, path: string): Promise<Asked<T>> {
  try {
    return { facts: (await askFacts<T>(access, path)).facts, problem: null };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return { facts: null, problem: error.message };
  }
}
