/**
 * What one connection has asked a server to change, in order, and what was answered when. After a crash its keys
 * must be as they were after some first part of that: whole steps, none left out, and nothing that was never
 * sent. Where the part may end, the policy decides. Knows no server.
 */

/** A change of a key: its value and deadline; null that it is gone. */
export type KeyState = { readonly value: string; readonly deadlineMs: number } | null;

/** What one command does, or several that are one: all or nothing of it may be found. */
export type Change =
  | { readonly kind: "set"; readonly key: string; readonly state: KeyState }
  /** Of a key that is there. */
  | { readonly kind: "deadline"; readonly key: string; readonly deadlineMs: number }
  /** Of keys whose new states depend on the old ones. */
  | { readonly kind: "edit"; readonly keys: readonly string[]; readonly edit: Edit };

/** Makes of the states of some keys what a command makes of them. */
export type Edit = (states: Map<string, KeyState>) => void;

/** A command that was sent. */
export interface Step {
  readonly changes: readonly Change[];
  /** When its answer came, by `performance.now()`; Infinity while it has not. */
  answeredMs: number;
  /** It was answered with an error, and so has changed nothing. */
  isRefused: boolean;
}

/** What was found after a crash. */
export interface Kept {
  /** How many steps were sent, answered, and kept. */
  readonly sent: number;
  readonly answered: number;
  readonly kept: number;
  /** Answered steps that are gone, and how long before the crash the first of them was answered. */
  readonly lost: number;
  readonly lostAgeMs: number;
}

/** The journal of a connection that alone writes to its keys. */
export class Journal {
  /** Who writes, for messages. */
  readonly name: string;
  #before = new Map<string, KeyState>();
  readonly #steps: Step[] = [];

  /** @param name who writes */
  constructor(name: string) {
    this.name = name;
  }

  /** Every key that was ever written. */
  get keys(): string[] {
    const keys = new Set(this.#before.keys());
    for (const { changes } of this.#steps) for (const key of keysOf(changes)) keys.add(key);
    return [...keys];
  }

  /** Notes what is about to be sent. */
  send(changes: readonly Change[]): Step {
    const step: Step = { changes, answeredMs: Infinity, isRefused: false };
    this.#steps.push(step);
    return step;
  }

  /** What the keys are if all steps have been carried out. */
  latest(): Map<string, KeyState> {
    const states = new Map(this.#before);
    for (const step of this.#steps) carryOut(step, states);
    return states;
  }

  /**
   * Compares what was found with every first part, and begins anew from there.
   *
   * @param found what the keys are now; keys that are not there may be left out
   * @param crashMs when the server was killed
   * @param graceMs what was answered so long before that must be there
   * @throws {Error} where no part that is long enough gives what was found
   */
  settle(found: ReadonlyMap<string, KeyState>, crashMs: number, graceMs: number): Kept {
    const owed = this.#owed(crashMs - graceMs);
    const kept = this.#longestPart(found);
    if (kept < owed) throw this.#broken(found, owed, kept);
    const answered = this.#steps.filter(({ answeredMs, isRefused }) =>
      !isRefused && answeredMs !== Infinity
    );
    const lost = this.#steps.slice(kept).filter((step) => answered.includes(step));
    const sent = this.#steps.length;
    this.#before = new Map([...found].filter(([, state]) => state !== null));
    this.#steps.length = 0;
    const lostAgeMs = lost.length === 0 ? 0 : crashMs - lost[0]!.answeredMs;
    return { sent, answered: answered.length, kept, lost: lost.length, lostAgeMs };
  }

  /** How many steps there are up to the last one that was answered before a time and has changed something. */
  #owed(beforeMs: number): number {
    const states = new Map(this.#before);
    let owed = 0;
    for (const [i, step] of this.#steps.entries()) {
      const keys = keysOf(step.changes);
      const before = keys.map((key) => states.get(key));
      carryOut(step, states);
      if (step.answeredMs >= beforeMs) continue;
      // Nobody waits for the disk to be told that nothing was there.
      if (keys.some((key, at) => !isSame(before[at], states.get(key)))) owed = i + 1;
    }
    return owed;
  }

  /** How many steps the longest part has that gives what was found; -1 if there is none. */
  #longestPart(found: ReadonlyMap<string, KeyState>): number {
    const states = new Map(this.#before);
    const wrong = new Set<string>();
    const compare = (key: string) => {
      if (isSame(states.get(key), found.get(key))) wrong.delete(key);
      else wrong.add(key);
    };
    for (const key of [...states.keys(), ...found.keys()]) compare(key);
    let longest = wrong.size === 0 ? 0 : -1;
    for (const [i, step] of this.#steps.entries()) {
      carryOut(step, states);
      for (const key of keysOf(step.changes)) compare(key);
      if (wrong.size === 0) longest = i + 1;
    }
    return longest;
  }

  /** Says which keys are not as after the owed steps, and when they were so. */
  #broken(found: ReadonlyMap<string, KeyState>, owed: number, kept: number): Error {
    const states = new Map(this.#before);
    const times = new Map<string, number[]>();
    const note = (key: string, at: number) => {
      if (!isSame(states.get(key), found.get(key))) return;
      times.set(key, [...times.get(key) ?? [], at]);
    };
    for (const key of this.keys) note(key, 0);
    for (const [i, step] of this.#steps.entries()) {
      carryOut(step, states);
      for (const key of keysOf(step.changes)) note(key, i + 1);
    }
    const lines = [...new Set([...this.keys, ...found.keys()])].map((key) =>
      `${key} = ${shown(found.get(key))}, as after steps ${(times.get(key) ?? []).slice(-5)}`
    );
    const what = kept < 0 ? "no first part gives what was found" : `only ${kept} were kept`;
    return new Error(
      `${this.name}: of ${this.#steps.length} steps ${owed} had to be kept: ${what}\n${
        lines.join("\n")
      }`,
    );
  }
}

function keysOf(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => change.kind === "edit" ? change.keys : [change.key]);
}

function carryOut({ changes, isRefused }: Step, states: Map<string, KeyState>): void {
  if (isRefused) return;
  for (const change of changes) {
    if (change.kind === "set") states.set(change.key, change.state);
    else if (change.kind === "edit") change.edit(states);
    else {
      const state = states.get(change.key);
      if (state) states.set(change.key, { ...state, deadlineMs: change.deadlineMs });
    }
  }
}

function isSame(a: KeyState | undefined, b: KeyState | undefined): boolean {
  if (!a || !b) return !a && !b;
  return a.value === b.value && a.deadlineMs === b.deadlineMs;
}

function shown(state: KeyState | undefined): string {
  return state ? `${state.value.slice(0, 30)} (until ${state.deadlineMs})` : "nothing";
}
