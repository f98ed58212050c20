/**
 * Tests of sizes and durations: the spellings that are promised, the ones that are refused, and
 * that whatever is written is read as the same number.
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
} from "../../../server/config/units.ts";

const safeWhole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

Deno.test("parseSize() reads bytes, powers of 1000 and powers of 1024", () => {
  const table: [string, number][] = [
    ["0", 0],
    ["4096", 4096],
    ["128B", 128],
    ["64KB", 64_000],
    ["64KiB", 65_536],
    ["512MiB", 536_870_912],
    ["512mib", 536_870_912],
    ["512 MiB", 536_870_912],
    ["1.4GiB", 1_503_238_553],
    ["1.005KB", 1005],
    ["2TiB", 2_199_023_255_552],
  ];
  for (const [text, bytes] of table) assertEquals(parseSize(text), bytes, text);
});

Deno.test("parseSize() refuses what is no size or does not fit", () => {
  const texts = [
    "",
    "MiB",
    "12x",
    "1.",
    ".5GiB",
    "-1",
    "+1",
    "1e3",
    "0x10",
    "1,5GiB",
    "1 2",
    "64K",
  ];
  for (const text of [...texts, "9007199254740993", "10000TiB", "1".repeat(400), " 1", "1\n"]) {
    assertEquals(parseSize(text), undefined, text);
  }
});

Deno.test("parseDuration() reads milliseconds to days and wants a unit", () => {
  const table: [string, number | undefined][] = [
    ["0", 0],
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["1m", 60_000],
    ["2h", 7_200_000],
    ["30", undefined],
    ["1d", 86_400_000],
    ["1w", undefined],
    ["-1s", undefined],
  ];
  for (const [text, milliseconds] of table) assertEquals(parseDuration(text), milliseconds, text);
});

Deno.test("formatSize() takes the largest unit that is exact", () => {
  const table: [number, string][] = [
    [0, "0B"],
    [1023, "1023B"],
    [1024, "1KiB"],
    [1536, "1.5KiB"],
    [1537, "1537B"],
    [1_503_238_553, "1.4GiB"],
    [1_000_000_000, "1GB"],
    [1_500_000_000, "1.5GB"],
    [1_024_000_000, "1024MB"],
    [9_000_000, "9MB"],
    [64_000, "64KB"],
    [512_000, "500KiB"],
    [65_536, "64KiB"],
    [256 * 2 ** 20, "256MiB"],
    [1_000_001, "1000001B"],
  ];
  for (const [bytes, text] of table) assertEquals(formatSize(bytes), text);
});

Deno.test("parseSize() reads what formatSize() writes", () => {
  fc.assert(fc.property(safeWhole, (bytes) => parseSize(formatSize(bytes)) === bytes));
});

Deno.test("parseDuration() reads what formatDuration() writes", () => {
  fc.assert(fc.property(safeWhole, (ms) => parseDuration(formatDuration(ms)) === ms));
});

Deno.test("parseSize() gives undefined or whole bytes for any text", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,9}(\.\d{1,9})? ?[KMGT]?i?B?$/));
  fc.assert(fc.property(text, (text) => {
    const bytes = parseSize(text);
    return bytes === undefined || Number.isSafeInteger(bytes) && bytes >= 0;
  }));
});
