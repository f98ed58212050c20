// Steps of the test of the dashboard that are about keys: hostile ones, values of all kinds, and changes.

import { assertEquals, assertMatch } from "@std/assert";
import type { Tab } from "./fixture.ts";
import { Line, type ShownServer } from "./shown_server.ts";

/** Turned around, with a bell, a colour, the end of a line and something without width. */
const CONTROLS = "\u202egnp.exe\u0007\u001b[31m\n\u200b";
/** What others would like a page to take for its own. */
const HOSTILE = [
  `<img src=x onerror=alert(1)>`,
  `"><script>alert(2)</script><style>*{display:none}</style>`,
  CONTROLS,
  `javascript:alert(3)//{{7*7}}\${7*7}'"\\`,
  `\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 ${"long".repeat(50)}`,
];
const BYTES = new Uint8Array([0xff, 0xfe, 0x00, 0x3c, 0x62, 0x3e]);

async function search(tab: Tab, key: string): Promise<void> {
  await tab.page.fill("#key", key);
  await tab.page.press("#key", "Enter");
}

/** Hostile keys with hostile values are text, in lists and alone; none can pass for another. */
export async function showsHostileKeys(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  for (const text of HOSTILE) await line.set(text, text);
  await line.set(BYTES, BYTES);
  await tab.go("keys");
  const { page } = tab;
  for (const text of HOSTILE.filter((key) => !key.includes("\n"))) {
    await search(tab, text);
    const start = JSON.stringify(text.slice(-8));
    await tab.until(`document.querySelector("#item pre")?.textContent.includes(${start}) ||
      document.querySelector("#item .title .escape") !== null`);
    assertEquals(await page.locator("#item img, #item script, #item style").count(), 0);
  }
  // Keys that no line of text can hold, and bytes that are no text, come from the lists.
  for (const key of [CONTROLS, BYTES]) await line.repeat(1000, "EXISTS", key);
  await page.click(`#hot tbody button:has-text("gnp.exe")`);
  await tab.untilText("#item .title", /^\\u202egnp\.exe\\x07\\x1b\[31m\\n\\u200b$/);
  await tab.untilText("#item pre", /^\\u202egnp\.exe\\x07\\x1b\[31m\n\\u200b$/);
  await page.locator("#hot tbody button", { hasText: "\\xff\\xfe" }).click();
  await tab.untilText("#item .title", /^\\xff\\xfe\\x00<b>$/);
  await tab.untilText("#item pre", /^000000 {2}ff fe 00 3c 62 3e /);
  await tab.untilText("#item", /Its key is no text/);
  assertEquals(await page.locator("main img, main script, main style, main b > b").count(), 0);
}

/** A value is there as text, as JSON, as hex; a megabyte only in part. */
export async function readsValues(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  await line.set("json", `{"a":[1,2],"b":"<b>"}`);
  await line.ask(
    "HSET fields one 1 two 2",
    "RPUSH elements a b c",
    "ZADD board 1.5 ann",
    "SADD tags x",
  );
  await line.ask("XADD events 1-1 kind click");
  await line.set("million", "0123456789".repeat(100_000));
  await search(tab, "json");
  await tab.untilText("#item pre", /"b": "<b>"/);
  await tab.page.click(`#item label:has-text("Hex")`);
  await tab.untilText("#item pre", /^000000 {2}7b 22 61/);
  const members: [string, RegExp][] = [
    ["fields", /one.*1.*two.*2/],
    ["elements", /0.*a.*1.*b.*2.*c/],
    ["board", /ann.*1\.5/],
    ["tags", /x/],
    ["events", /1-1.*kind: click/],
  ];
  for (const [key, text] of members) {
    await search(tab, key);
    await tab.untilText("#item .title", new RegExp(`^${key}$`));
    await tab.untilText("#item tbody", text);
  }
  await search(tab, "million");
  await tab.untilText("#item", /the first 64 KiB of 977 KiB/);
  assertEquals(await tab.page.isDisabled(`#item button:has-text("Edit")`), true);
}

/** A pattern brings the keys that match it, as text, bytes included; each opens its item. */
export async function findsByPattern(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  await line.ask("SET like:1 a", "SET like:2 b", "SET like:<b>3 c", "SET unlike d");
  await line.set(new Uint8Array([...new TextEncoder().encode("like:"), 0xff]), BYTES);
  tab.refused.push("/stats/item");
  const { page } = tab;
  await search(tab, "like:*");
  await tab.untilText("#item", /4 keys like this\./);
  const keys = await page.locator("#item li").allInnerTexts();
  assertEquals(keys.sort(), ["like:1", "like:2", "like:<b>3", "like:\\xff"]);
  await page.click(`#item li button:has-text("\\\\xff")`);
  await tab.untilText("#item .title", /^like:\\xff$/);
  await search(tab, "nothing*");
  await tab.untilText("#item", /0 keys like this\./);
}

/** Stores, edits, refuses what has changed meanwhile, lets expire, and deletes. */
export async function editsKeys(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  const { page } = tab;
  tab.refused.push("/stats/item");
  const button = (name: string) => page.click(`#item button:has-text("${name}")`);
  await search(tab, "brand new");
  await tab.untilText("#item", /There is no key brand new/);
  await button("Store a value");
  await page.fill("#item textarea", "first <b>value</b>\nsecond line");
  await button("Save");
  await tab.untilText("#item pre", /first <b>value<\/b>\nsecond line/);
  await button("Edit");
  await page.fill("#item textarea", "other");
  await button("Save");
  await tab.untilText("#item pre", /^other$/);
  await button("Edit");
  await line.set("brand new", "changed meanwhile");
  await page.fill("#item textarea", "too late");
  await button("Save");
  await tab.untilText("#said", /somebody else has changed it/);
  await tab.untilText("#item pre", /^changed meanwhile$/);
  await page.fill(`#item input[type="number"]`, "500");
  await button("Let it expire");
  await tab.untilText("#item dl", /Expires in8 min/);
  await button("Keep for ever");
  await tab.untilText("#item dl", /Expires innever/);
  await button("Delete");
  await tab.untilText("#question-text", /^brand new$/);
  await page.click("text=Cancel");
  assertMatch(await line.ask(`GET "brand new"`), /changed meanwhile/);
  await button("Delete");
  await page.click("#question-yes");
  await tab.untilText("#item", /There is no key brand new/);
}
