// Numbers in a few characters, with their units, and small pictures of them. Pure; takes anything a server may
// have sent, and shows a dash for what is no number.

const KIB = 1024;
const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
const LEVELS = "▁▂▃▄▅▆▇█";
/** What is shown where there is no number. */
export const NOTHING = "-";

type Maybe = number | null | undefined;

function isNumber(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A count or a rate: "0", "0.4", "12,345", "1.23M". */
export function countText(value: Maybe): string {
  if (!isNumber(value)) return NOTHING;
  if (value !== 0 && Math.abs(value) < 9.95 && !Number.isInteger(value)) return value.toFixed(1);
  if (Math.abs(value) < 999_999.5) return grouped(Math.round(value));
  if (Math.abs(value) < 999.5e6) return `${threeDigits(value / 1e6)}M`;
  return `${threeDigits(value / 1e9)}G`;
}

/** A whole number with commas between thousands. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Bytes: "512 B", "1.25 MiB". */
export function bytesText(value: Maybe): string {
  if (!isNumber(value)) return NOTHING;
  let unit = 0;
  let left = value;
  for (; Math.abs(left) >= 999.5 && unit < BINARY_UNITS.length - 1; unit++) left /= KIB;
  return `${unit === 0 ? Math.round(left) : threeDigits(left)} ${BINARY_UNITS[unit]}`;
}

/** Microseconds: "0.8 µs", "12 µs", "1.2 ms", "3.4 s". */
export function microsText(value: Maybe): string {
  if (!isNumber(value)) return NOTHING;
  if (value < 999.5) return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} µs`;
  if (value < 999_500) return `${threeDigits(value / 1000)} ms`;
  return `${threeDigits(value / 1e6)} s`;
}

/** Milliseconds, in the same form. */
export function millisText(value: Maybe): string {
  if (!isNumber(value)) return NOTHING;
  return value === 0 ? "0 ms" : microsText(value * 1000);
}

/** A share of 1 as a percentage: "0.03 %", "93.2 %", "100 %". */
export function percentText(share: Maybe): string {
  if (!isNumber(share)) return NOTHING;
  const percent = share * 100;
  if (percent === 0 || percent >= 99.95) return `${Math.round(percent)} %`;
  if (percent < 0.01) return "<0.01 %";
  return `${percent < 1 ? percent.toFixed(2) : percent.toFixed(1)} %`;
}

/** Seconds in the two largest units: "45 s", "3 min 20 s", "2 d 4 h". */
export function secondsText(value: Maybe): string {
  if (!isNumber(value)) return NOTHING;
  const seconds = Math.max(0, Math.floor(value));
  const parts: (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** The time of day, in the zone of this machine. */
export function clockText(atMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return NOTHING;
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** A bar of so many characters. */
export function barText(share: Maybe, width: number): string {
  const shown = isNumber(share) ? Math.min(1, Math.max(0, share)) : 0;
  const done = Math.round(shown * width);
  return "█".repeat(done) + "░".repeat(Math.max(0, width - done));
}

/** The latest values, a character each, the largest of them as high as that is. */
export function sparkText(values: readonly number[], width: number): string {
  const shown = width <= 0 ? [] : values.slice(-width);
  const most = Math.max(0, ...shown);
  return shown.map((value) =>
    LEVELS[most === 0 ? 0 : Math.min(7, Math.max(0, Math.round((value / most) * 7)))]
  ).join("");
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
