// What a target of the fuzzers is, and how it says that a rule is broken. Knows no codec, and nothing of
// how inputs are made.

/** One codec under test. */
export interface Target {
  readonly name: string;
  readonly samples: readonly string[];
  /** What means something to it. */
  readonly pieces: readonly string[];
  /** Throws Error when the codec breaks a rule with this input, which it may change. */
  readonly check: (input: Uint8Array<ArrayBuffer>) => void;
}

/** Throws Error where a rule does not hold. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
