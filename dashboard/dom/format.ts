// Numbers as people read them: three digits that matter, with units. Pure functions; null, which means that nothing is
// known, is a dash everywhere.

/** What stands where nothing is known. */
export const NOTHING = "\u2013";

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const STEPS: readonly (readonly [number, string])[] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [
  1e4,
  "k",
]];
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A known number: not null, not undefined, not NaN. */
export function isKnown(value: number | null | undefined): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return WHOLE.format(value);
  if (Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** A count, exact: 1,234,567. */
export function exact(value: number | null | undefined): string {
  return isKnown(value) ? WHOLE.format(value) : NOTHING;
}

/** A count or rate, short: 12.3k. */
export function short(value: number | null | undefined): string {
  if (!isKnown(value)) return NOTHING;
  for (const [size, unit] of STEPS) {
    if (Math.abs(value) < size) continue;
    const scale = unit === "k" ? 1000 : size;
    return threeDigits(value / scale) + unit;
  }
  return threeDigits(value);
}

/** Bytes: 12.3 MiB. */
export function bytes(value: number | null | undefined): string {
  if (!isKnown(value)) return NOTHING;
  let [rest, unit] = [value, 0];
  while (Math.abs(rest) >= 1000 && unit < BYTE_UNITS.length - 1) {
    [rest, unit] = [rest / 1024, unit + 1];
  }
  return `${threeDigits(rest)} ${BYTE_UNITS[unit]}`;
}

/** A part of a whole, in percent. */
export function percent(value: number | null | undefined): string {
  if (!isKnown(value)) return NOTHING;
  const hundredths = value * 100;
  const isEven = hundredths === 0 || hundredths === 100;
  return `${hundredths.toFixed(isEven ? 0 : hundredths > 99 && hundredths < 99.95 ? 2 : 1)} %`;
}

/** Microseconds: 12.3 us, 4.5 ms, 6 s. */
export function micros(value: number | null | undefined): string {
  if (!isKnown(value)) return NOTHING;
  if (value < 1000) return `${threeDigits(value)} \u00b5s`;
  if (value < 1e6) return `${threeDigits(value / 1000)} ms`;
  return `${threeDigits(value / 1e6)} s`;
}

/** Milliseconds, with less where that is needed. */
export function millis(value: number | null | undefined): string {
  return isKnown(value) ? micros(value * 1000) : NOTHING;
}

/** Seconds: 45 s, 3 min 20 s, 2 h 5 min, 4 d 1 h. */
export function duration(seconds: number | null | undefined): string {
  if (!isKnown(seconds)) return NOTHING;
  if (seconds < 60) return `${seconds < 10 ? threeDigits(seconds) : Math.floor(seconds)} s`;
  const whole = Math.floor(seconds);
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string) => {
    const rest = Math.floor((whole % big) / small);
    return `${Math.floor(whole / big)} ${bigUnit}${rest === 0 ? "" : ` ${rest} ${smallUnit}`}`;
  };
  if (whole < 3600) return pair(60, "min", 1, "s");
  if (whole < 86_400) return pair(3600, "h", 60, "min");
  return pair(86_400, "d", 3600, "h");
}

/** A time of the day, here. */
export function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

/** "1 item", "2 items". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${exact(count)} ${count === 1 ? one : many}`;
}
