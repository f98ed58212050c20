// What main says about log and snapshots, in words of the region's header: main writes them, and every
// thread reads them for /stats, INFO and /health. Knows where they are and what a fault means to
// clients; files and threads are others' affair.

import { readCounter, type Region, setCounter } from "../../../cache/mod.ts";
import { type Fact, FACT_PLACES, FACTS, isLarge } from "./persistence_facts.ts";
import { faultCause, type FaultStep, faultStep, faultWord } from "./faults.ts";

/** The region, as far as its facts of persistence are concerned. */
export type FactWords = Pick<Region, "words" | "persistenceWord">;

const LARGE: ReadonlySet<string> = new Set(FACTS.filter(isLarge).map(({ name }) => name));

/** Facts of persistence. Every thread may read them; each is written by main alone. */
export class PersistenceStatus {
  readonly #words: Int32Array;
  readonly #from: number;

  constructor({ words, persistenceWord }: FactWords) {
    this.#words = words;
    this.#from = persistenceWord;
  }

  /** A fact: a whole number from 0, exact up to 2^53 for a large one and else up to 2^32. */
  get(name: Fact): number {
    const at = this.#wordOf(name);
    return LARGE.has(name) ? readCounter(this.#words, at) : Atomics.load(this.#words, at) >>> 0;
  }

  /** Says another number. One that is too large for a small fact is cut to the largest. */
  set(name: Fact, value: number): void {
    const at = this.#wordOf(name);
    if (LARGE.has(name)) setCounter(this.#words, at, value);
    else Atomics.store(this.#words, at, Math.min(Math.round(value), 2 ** 32 - 1) | 0);
  }

  /** Adds to a fact. Small ones may be added to by several threads. */
  add(name: Fact, amount: number): void {
    if (LARGE.has(name)) this.set(name, this.get(name) + amount);
    else Atomics.add(this.#words, this.#wordOf(name), amount);
  }

  /** Notes that a step failed with `error` at `nowMs`, milliseconds since 1970. */
  setFault(step: FaultStep, error: unknown, nowMs: number): void {
    if (this.get("fault") === 0) this.set("faultSince", Math.floor(nowMs / 1000));
    this.set("fault", faultWord(step, error));
    this.add("faults", 1);
  }

  /** All is well again. */
  clearFault(): void {
    this.set("fault", 0);
    this.set("faultSince", 0);
  }

  /** Why it failed: "No space left on device". Null: all is well. */
  get cause(): string | null {
    const word = this.get("fault");
    return word === 0 ? null : faultCause(word);
  }

  /** What cannot be done and why, as a sentence without its end; null: all is well. */
  get fault(): string | null {
    const word = this.get("fault");
    return word === 0 ? null : `Log cannot ${faultStep(word)}: ${faultCause(word)}`;
  }

  /** The facts that /stats shows. */
  shown(): Record<string, number> {
    const rows = FACTS.filter(({ isShown }) => isShown);
    return Object.fromEntries(rows.map(({ name }) => [name, this.get(name)]));
  }

  #wordOf(name: Fact): number {
    return this.#from + FACT_PLACES.get(name)!;
  }
}
