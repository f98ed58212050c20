// Numbers for people: the same for all views, with a dash where there is none.

import { assertEquals } from "@std/assert";
import * as figures from "../../../client/observe/figures.ts";

Deno.test("figures are short and have their unit", () => {
  const { countText, bytesText, microsText, millisText, percentText, secondsText } = figures;
  const shown = <T>(text: (value: T) => string, ...values: T[]) => values.map(text);
  assertEquals(shown(countText, 0, 0.44, 9.94, 12_345.6, 999_999, 1_234_567, 2e9), [
    ...["0", "0.4", "9.9", "12,346", "999,999", "1.23M", "2.00G"],
  ]);
  assertEquals(shown(bytesText, 0, 999, 1000, 1536, 1 << 20, 1.5 * 2 ** 30), [
    ...["0 B", "999 B", "0.98 KiB", "1.50 KiB", "1.00 MiB", "1.50 GiB"],
  ]);
  assertEquals(shown(microsText, 0.84, 12.3, 1234, 12_345, 3_400_000), [
    ...["0.8 µs", "12 µs", "1.23 ms", "12.3 ms", "3.40 s"],
  ]);
  assertEquals(shown(millisText, 0, 0.3, 40), ["0 ms", "300 µs", "40.0 ms"]);
  assertEquals(shown(percentText, 0, 1e-5, 0.0003, 0.9321, 0.9996, 1), [
    ...["0 %", "<0.01 %", "0.03 %", "93.2 %", "100 %", "100 %"],
  ]);
  assertEquals(shown(secondsText, 0, 45, 200, 7200, 187_200), [
    ...["0 s", "45 s", "3 min 20 s", "2 h", "2 d 4 h"],
  ]);
  for (const text of [countText, bytesText, microsText, millisText, percentText, secondsText]) {
    assertEquals([text(null), text(undefined), text(NaN)], ["-", "-", "-"]);
  }
});

Deno.test("bars and pictures have the width that was asked for", () => {
  assertEquals(figures.barText(0.5, 4), "██░░");
  assertEquals([figures.barText(7, 2), figures.barText(null, 2)], ["██", "░░"]);
  assertEquals(figures.sparkText([9, 0, 1, 2, 4], 4), "▁▃▅█");
  assertEquals([figures.sparkText([0, 0], 9), figures.sparkText([1], 0)], ["▁▁", ""]);
});
