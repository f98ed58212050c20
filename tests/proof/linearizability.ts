// Whether a concurrent history of one key could have happened one operation at a time, each at some moment
// between its call and its answer: linearizability (Herlihy and Wing, 1990), per key, since it is local.
//
// Wing and Gong's search in the form of Lowe ("Testing for linearizability", 2017): an operation takes effect
// only when some answer makes that necessary, and situations that were met before are not gone into again.
// A cache may also lose a key. So the answer is not yes or no, but how many losses it takes at the least.

/** What an operation did and what came back. */
export type Action =
  /** `null`: a miss. */
  | { readonly kind: "get"; readonly result: string | null }
  /** Expires at `deadlineMs`, if that is given. */
  | { readonly kind: "put"; readonly value: string; readonly deadlineMs?: number }
  /** `result`: whether the key was there. */
  | { readonly kind: "delete"; readonly result?: boolean }
  /** Adds `by` to an integer, 0 where there is none. */
  | { readonly kind: "incr"; readonly by: number; readonly result?: number }
  /** Stores `value` if the key has the value `expected`, `null` for none; `result`: whether it did. */
  | {
    readonly kind: "cas";
    readonly expected: string | null;
    readonly value: string;
    readonly result?: boolean;
  }
  /** Any other: what it makes of a value, or undefined where its answer would have been another. `text` is for people. */
  | {
    readonly kind: "step";
    readonly text: string;
    readonly step: (value: string | null) => string | null | undefined;
  };

/** An operation on one key. Its action has no result where no answer came: then it may have happened or not. */
export interface Operation {
  /** When it was called and when its answer came, by one clock of all threads; Infinity where none came. */
  readonly called: number;
  readonly answered: number;
  /** The time of day at both, for values that expire; 0 where nothing does. */
  readonly calledMs?: number;
  readonly answeredMs?: number;
  readonly action: Action;
}

/** What a search found. */
export interface Verdict {
  /** The fewest losses with which the history is legal; Infinity if it is not with any number. */
  readonly losses: number;
  /** The operation whose answer nothing explains. */
  readonly stuckAt?: Operation;
}

/** A key's value, or that it is not there. */
interface State {
  readonly value: string | null;
  readonly deadlineMs: number;
}

/** A situation: the state, and which of the operations under way have had their effect. */
interface Situation {
  readonly state: State;
  readonly done: ReadonlySet<number>;
  readonly losses: number;
}

const ABSENT: State = { value: null, deadlineMs: 0 };
/** How far clocks of two threads may be apart. */
const SLACK_MS = 2;

/** Looks for an order of `history` in which a key that may get lost gives these answers. */
export function judge(history: readonly Operation[], before: string | null = null): Verdict {
  const search = new Search(history, before);
  for (const event of eventsOf(history)) {
    if (event.isCall) search.call(event.index);
    else if (!search.answer(event.index)) {
      return { losses: Infinity, stuckAt: history[event.index]! };
    }
  }
  return { losses: search.fewestLosses };
}

interface Event {
  readonly at: number;
  readonly isCall: boolean;
  readonly index: number;
}

/** Calls and answers in the order of time; at one time calls come first, as that allows more. */
function eventsOf(history: readonly Operation[]): Event[] {
  const events: Event[] = [];
  for (const [index, { called, answered, action }] of history.entries()) {
    // What is never answered and changes nothing says nothing.
    if (answered === Infinity && action.kind === "get") continue;
    events.push({ at: called, isCall: true, index });
    if (answered !== Infinity) events.push({ at: answered, isCall: false, index });
  }
  return events.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall));
}

class Search {
  readonly #history: readonly Operation[];
  readonly #underWay = new Set<number>();
  #situations: Situation[];

  constructor(history: readonly Operation[], before: string | null) {
    this.#history = history;
    const state = { value: before, deadlineMs: 0 };
    this.#situations = [{ state, done: new Set(), losses: 0 }];
  }

  get fewestLosses(): number {
    return Math.min(...this.#situations.map(({ losses }) => losses));
  }

  call(index: number): void {
    this.#underWay.add(index);
  }

  /** The answer of an operation has come, so it has happened. Returns whether that is possible. */
  answer(index: number): boolean {
    const seen = new Map<string, number>();
    const after = new Map<string, Situation>();
    const open = this.#situations;
    for (let situation = open.pop(); situation !== undefined; situation = open.pop()) {
      if (situation.done.has(index)) {
        const done = new Set(situation.done);
        done.delete(index);
        keepBetter(after, { ...situation, done });
        continue;
      }
      for (const next of this.#nextOf(situation)) {
        const name = nameOf(next);
        if ((seen.get(name) ?? Infinity) <= next.losses) continue;
        seen.set(name, next.losses);
        open.push(next);
      }
    }
    this.#underWay.delete(index);
    this.#situations = [...after.values()];
    return this.#situations.length > 0;
  }

  /** The situations after one more operation, each once as things are and once after a loss. */
  *#nextOf({ state, done, losses }: Situation): Generator<Situation> {
    for (const index of this.#underWay) {
      if (done.has(index)) continue;
      const operation = this.#history[index]!;
      const also = new Set(done).add(index);
      const stayed = isGone(state, operation) ? null : effectOf(operation, state);
      if (stayed !== null) yield { state: stayed, done: also, losses };
      if (state.value === null) continue;
      const lost = effectOf(operation, ABSENT);
      if (lost === null) continue;
      yield { state: lost, done: also, losses: losses + (mayBeGone(state, operation) ? 0 : 1) };
    }
  }
}

function keepBetter(situations: Map<string, Situation>, situation: Situation): void {
  const name = nameOf(situation);
  const known = situations.get(name);
  if (known === undefined || situation.losses < known.losses) situations.set(name, situation);
}

function nameOf({ state: { value, deadlineMs }, done }: Situation): string {
  const numbers = done.size < 2 ? [...done] : [...done].sort((a, b) => a - b);
  return `${numbers} ${deadlineMs} ${value === null ? "-" : `=${value}`}`;
}

/** Whether the value had expired before the operation was called. */
function isGone({ deadlineMs }: State, { calledMs = 0 }: Operation): boolean {
  return deadlineMs !== 0 && calledMs > deadlineMs + SLACK_MS;
}

/** Whether it may have expired by the time that the operation took effect. */
function mayBeGone({ deadlineMs }: State, { answeredMs = 0, answered }: Operation): boolean {
  return deadlineMs !== 0 && (answered === Infinity || answeredMs >= deadlineMs - SLACK_MS);
}

/** The state after an operation on `state`, or null if its answer would have been another. */
function effectOf({ action }: Operation, state: State): State | null {
  switch (action.kind) {
    case "get":
      return action.result === state.value ? state : null;
    case "put":
      return { value: action.value, deadlineMs: action.deadlineMs ?? 0 };
    case "delete":
      return agrees(action.result, state.value !== null) ? ABSENT : null;
    case "incr": {
      const sum = Number(state.value ?? 0) + action.by;
      return agrees(action.result, sum) ? { ...state, value: String(sum) } : null;
    }
    case "cas": {
      const holds = state.value === action.expected;
      if (!agrees(action.result, holds)) return null;
      return holds ? { value: action.value, deadlineMs: 0 } : state;
    }
    case "step": {
      const value = action.step(state.value);
      return value === undefined ? null : { ...state, value };
    }
  }
}

/** Whether a result is what it should be; where none came, anything is. */
function agrees<T>(result: T | undefined, expected: T): boolean {
  return result === undefined || result === expected;
}
