// JSON whose integers keep all their digits: those that a number cannot hold become a LongInteger. Where the browser does
// not tell how a number was written, they are rounded, as JSON.parse() does.

/** An integer with more digits than a number has. */
export class LongInteger {
  constructor(readonly digits: string) {}
}

/** Reads the answer of a command. */
export function parseExactly(text: string): { readonly result: unknown } {
  const revive = (_: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source ?? "";
    const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) &&
      /^-?\d+$/.test(source);
    return isLong ? new LongInteger(source) : value;
  };
  return JSON.parse(text, revive);
}
