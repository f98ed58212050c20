// Lets one thread play several: whenever the engine does anything atomic, others may run, or the one at work may
// end for good. Time is a number that waiting moves on. Used by the interleaving test alone.

/** Thrown into the actor that ends: nothing that it would still do has an effect. */
export class Ended extends Error {}

const METHODS = [
  "load",
  "store",
  "add",
  "sub",
  "or",
  "and",
  "exchange",
  "compareExchange",
] as const;
type Method = typeof METHODS[number];
type AnyFunction = (...args: unknown[]) => unknown;

/** Takes the place of `Atomics` and of the clock until it is disposed of. */
export class SteppedAtomics implements Disposable {
  /** Called before anything atomic; may run others, or throw {@linkcode Ended}. */
  onStep: () => void = () => {};
  /** While an actor that has ended is left, nothing atomic has an effect. */
  isLeaving = false;
  nowMs = 1000;
  readonly #real = new Map<Method, AnyFunction>();
  readonly #wait = Atomics.wait;
  readonly #now = performance.now;

  constructor() {
    const atomics = Atomics as unknown as Record<Method, AnyFunction>;
    for (const method of METHODS) {
      const real = atomics[method];
      this.#real.set(method, real);
      atomics[method] = (...args) => {
        if (this.isLeaving) return 0;
        this.onStep();
        return real(...args);
      };
    }
    const wait = (_words: unknown, _at: unknown, _value: unknown, timeoutMs = 1) => {
      this.nowMs += timeoutMs;
      return "timed-out";
    };
    Atomics.wait = wait as typeof Atomics.wait;
    performance.now = () => this.nowMs;
  }

  [Symbol.dispose](): void {
    const atomics = Atomics as unknown as Record<Method, AnyFunction>;
    for (const [method, real] of this.#real) atomics[method] = real;
    Atomics.wait = this.#wait;
    performance.now = this.#now;
  }
}
