// Keys that match a pattern, for a search with an asterisk: those that a look of bounded length and time meets, each a
// button that shows its item.

import { button, make } from "../dom/elements.ts";
import { plural } from "../dom/format.ts";
import { bytesOf, keyText, textOf } from "../dom/escapes.ts";
import { visible } from "../dom/visible.ts";
import type { NamedPlace, Page } from "../state/page.ts";

const MOST = 200;
const LOOK_MS = 2000;

/** Looks for them; says in the heading where it has not seen all. */
export async function matching(page: Page, pattern: string): Promise<HTMLElement> {
  const keys = new Set<string>();
  const endMs = performance.now() + LOOK_MS;
  let cursor = "0";
  do {
    const words = ["SCAN", cursor, "MATCH", pattern, "COUNT", "1000"];
    const [next, met] = await page.server.command(words) as [string, string[]];
    cursor = textOf(bytesOf(next)) ?? "0";
    for (const key of met) keys.add(key);
  } while (cursor !== "0" && keys.size < MOST && performance.now() < endMs);
  const items = [...keys].slice(0, MOST).map((base64) => {
    const text = textOf(bytesOf(base64));
    const place: NamedPlace = text === null ? { base64, database: 0 } : { key: text, database: 0 };
    const open = button("", () => page.showKey(place), { class: "plain mono" });
    open.append(visible(keyText(place)));
    return make("li", {}, open);
  });
  const seen = cursor === "0" && keys.size <= MOST ? "" : " so far; there may be more";
  return make(
    "div",
    { class: "content" },
    make("p", {}, `${plural(items.length, "key")} like this${seen}.`),
    make("ul", { class: "legend" }, ...items),
  );
}
