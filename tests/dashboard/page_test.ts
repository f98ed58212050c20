// The dashboard in a real browser, against a real server under load: what it shows, what it lets one do, and that no key,
// value or name gets the better of it.

import { assertEquals } from "@std/assert";
import { type Browser } from "playwright-core";
import { chromiumPath, startBrowser, Tab } from "./fixture.ts";
import { editsKeys, findsByPattern, readsValues, showsHostileKeys } from "./key_steps.ts";
import { readsFigures, reconnects, showsMemory, signsIn } from "./figure_steps.ts";
import { endsConnection, runsCommands, showsSlowCommands } from "./server_steps.ts";
import { takeScreenshots } from "./screenshots.ts";
import { ShownServer } from "./shown_server.ts";

const path = chromiumPath();
const VIEWS = ["overview", "memory", "keys", "latency", "server", "console"];

/** A step: what it promises, and how that is tried. */
type Step = readonly [name: string, run: (tab: Tab, shown: ShownServer) => Promise<void>];

const STEPS: readonly Step[] = [
  ["a wrong token is refused, the right one kept for the tab", signsIn],
  ["figures move under load, and charts are drawn", readsFigures],
  ["shards, curve and largest items are shown", showsMemory],
  ["hostile keys are text", showsHostileKeys],
  ["values are shown as text, JSON and hex, and long ones in part", readsValues],
  ["a pattern brings the keys that match", findsByPattern],
  ["a key is stored, edited, kept, and deleted after a question", editsKeys],
  ["the console completes and runs commands, and shows errors", runsCommands],
  ["slow commands are shown as they came", showsSlowCommands],
  ["a connection is ended after a question", endsConnection],
];

async function openTab(browser: Browser, address: string, options = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  return await Tab.open(context, address);
}

/** Looks for barriers in every part of the page. */
async function hasNoBarriers(tab: Tab): Promise<void> {
  for (const view of VIEWS) {
    await tab.go(view);
    assertEquals(await tab.barriers(), [], view);
  }
}

/** In the dark and on a phone: nothing is in the way, and nothing is wider than the screen. */
async function fitsPhones(browser: Browser, { address }: ShownServer): Promise<void> {
  const options = {
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  };
  const tab = await openTab(browser, address, options);
  await tab.giveToken();
  await tab.untilText("#connection", /^Live$/);
  await hasNoBarriers(tab);
  for (const view of VIEWS) {
    await tab.go(view);
    assertEquals(await tab.page.evaluate("document.documentElement.scrollWidth"), 360, view);
  }
}

async function isReadOnly(browser: Browser, { address }: ShownServer): Promise<void> {
  const tab = await openTab(browser, address);
  await tab.giveToken();
  await tab.page.locator("#read-only").waitFor();
  await tab.go("server");
  assertEquals(await tab.page.locator("#clients th").last().textContent(), "Memory");
  tab.refused.push("/");
  await tab.go("console");
  await tab.page.fill("#line", "SET read-only 1");
  await tab.page.press("#line", "Enter");
  await tab.untilText("#console .log", /\(error\)/);
}

Deno.test({
  name: "the dashboard shows what the server does, and lets nobody in by what it shows",
  ignore: path === null,
  async fn(t) {
    await using browser = await startBrowser(path!);
    const [one, two] = await Promise.all([
      ShownServer.start(),
      ShownServer.start(["--dashboard", "read"]),
    ]);
    await using shown = one;
    await using readOnly = two;
    const tab = await openTab(browser, shown.address);
    for (const [name, run] of STEPS) {
      await t.step(name, async () => {
        await run(tab, shown);
        assertEquals(tab.complaints.splice(0), []);
        tab.refused.length = 0;
      });
    }
    await t.step("axe finds nothing in the light", () => hasNoBarriers(tab));
    await t.step("axe finds nothing on a phone in the dark", () => fitsPhones(browser, shown));
    await t.step("--dashboard read changes nothing", () => isReadOnly(browser, readOnly));
    await t.step(
      "it says that the server is gone, and comes back by itself",
      () => reconnects(tab),
    );
    await takeScreenshots(browser);
  },
});

if (path === null) console.log("skipped: no chromium");
