// The shape of conversations with the command layer: lines and their answers, by subject.

/** Lines and their answers, by subject. */
export type Tables = Readonly<Record<string, readonly (readonly [line: string, answer: string])[]>>;
