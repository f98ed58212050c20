// The hottest keys and the largest items, as tables whose keys open the item. A key that has not come whole is shown
// and opens nothing.

import type {
  BigFacts,
  BigKey,
  HotFacts,
  HotKey,
  NamedKey,
} from "../../server/observe/facts/key_facts.ts";
import { button, byId, card, make, meter, scrolling, setText } from "../dom/elements.ts";
import { bytes, duration, exact, percent, plural, short } from "../dom/format.ts";
import { type Column, KeyedTable } from "../dom/table.ts";
import { keyText } from "../dom/escapes.ts";
import { visible } from "../dom/visible.ts";
import type { Page } from "../state/page.ts";

const HOT_MS = 2000;
const BIG_MS = 10_000;
const COUNT = 50;

function identity({ key, base64, database }: NamedKey): string {
  return JSON.stringify([database, key ?? null, base64 ?? null]);
}

/** A column of keys; one that is known whole is a button that shows it. */
function keyColumn<Row extends NamedKey>(page: Page): Column<Row> {
  return {
    title: "Key",
    kind: "name",
    text: identity,
    node: (row) => {
      const text = visible(keyText(row) + (row.isCut ? "\u2026" : ""));
      if (row.isCut) return text;
      const open = button("", () => page.showKey(row), { class: "plain mono" });
      open.append(text);
      return open;
    },
  };
}

/** The hottest keys. */
export function showHot(page: Page): void {
  const about = make("span", { class: "quiet" });
  const table = new KeyedTable<HotKey>(
    "Hottest keys",
    [
      keyColumn(page),
      {
        title: "Share",
        kind: "number",
        text: ({ share }) => percent(share),
        node: ({ share }) => meter(share, percent(share)),
      },
      { title: "Per second", kind: "number", text: ({ perSecond }) => short(perSecond) },
      { title: "Writes", kind: "number", text: ({ writeShare }) => percent(writeShare) },
      { title: "Shard", kind: "number", text: ({ shard }) => String(shard) },
      { title: "Database", kind: "number", text: ({ database }) => String(database) },
    ],
    identity,
    "No key was asked for lately.",
  );
  byId("hot").append(card("Hottest keys", [about], scrolling("Hottest keys", table.element)));
  page.views.repeat("keys", HOT_MS, async () => {
    const { keys, requests, seconds } = await page.server.read<HotFacts>(
      `/stats/hot?count=${COUNT}`,
    );
    setText(about, `of ${short(requests)} requests in the last ${duration(seconds)}`);
    table.show(keys);
  });
}

/** The largest items, and how many there are of each type. */
export function showBig(page: Page): void {
  const about = make("span", { class: "quiet" });
  const types = make("ul", { class: "legend" });
  const table = new KeyedTable<BigKey>(
    "Largest items",
    [
      keyColumn(page),
      { title: "Type", text: ({ type }) => type },
      { title: "In the slab", kind: "number", text: ({ slabBytes }) => bytes(slabBytes) },
      { title: "Value", kind: "number", text: ({ valueBytes }) => bytes(valueBytes) },
      { title: "Members", kind: "number", text: ({ members }) => exact(members) },
      {
        title: "Expires in",
        kind: "number",
        text: ({ ttlSeconds }) => ttlSeconds === null ? "never" : duration(ttlSeconds),
      },
      { title: "Database", kind: "number", text: ({ database }) => String(database) },
    ],
    identity,
    "There are no items.",
  );
  byId("big").append(
    card("Largest items", [about], types, scrolling("Largest items", table.element)),
  );
  page.views.repeat("memory", BIG_MS, async () => {
    const facts = await page.server.read<BigFacts>(`/stats/big?count=${COUNT}`);
    setText(about, `${exact(facts.looked)} of ${plural(facts.items, "item")} looked at`);
    types.replaceChildren(
      ...Object.entries(facts.types).map(([type, { items, slabBytes }]) =>
        make("li", {}, `${type}: ${short(items)} in`, make("b", {}, bytes(slabBytes)))
      ),
    );
    table.show(facts.keys);
  });
}
