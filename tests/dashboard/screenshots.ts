// The pictures of docs/dashboard.md, taken where SLABKV_SCREENSHOTS is set: of a larger server of its own, after five
// minutes under more load than tests need.

import type { Browser, BrowserContextOptions } from "playwright-core";
import { Tab } from "./fixture.ts";
import { smallPng } from "./small_png.ts";
import { type Load, ShownServer } from "./shown_server.ts";

const LOAD_MS = 290_000;
const LOAD: Load = { keys: 500_000, pauseMs: 2 };
const FOLDER = new URL("../../docs/dashboard/", import.meta.url);

const PICTURES: readonly (readonly [name: string, view: string, options: BrowserContextOptions])[] =
  [
    ["overview", "overview", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
    ["memory", "memory", { colorScheme: "dark" }],
    ["keys", "keys", { colorScheme: "light" }],
    ["console", "console", { colorScheme: "dark", viewport: { width: 1280, height: 720 } }],
    ["phone", "overview", { colorScheme: "dark", viewport: { width: 360, height: 740 } }],
  ];

/** Takes the pictures, if they are wanted. */
export async function takeScreenshots(browser: Browser): Promise<void> {
  if (Deno.env.get("SLABKV_SCREENSHOTS") === undefined) return;
  await using shown = await ShownServer.start(["--memory", "192MiB"], LOAD);
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, view, options] of PICTURES) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 960 },
      ...options,
    });
    const tab = await Tab.open(context, `${shown.address}#/${view}`);
    await tab.giveToken();
    await tab.untilText("#connection", /^Live$/);
    if (view === "keys") await tab.page.click(`#hot tbody button:has-text("page:")`);
    if (view === "console") await typeCommands(tab);
    await tab.page.waitForTimeout(3000);
    await Deno.writeFile(new URL(`${name}.png`, FOLDER), smallPng(await tab.page.screenshot()));
    await context.close();
  }
}

async function typeCommands({ page }: Tab): Promise<void> {
  for (const command of ["ZREVRANGE ranking 0 2 WITHSCORES", "TTL page:3", "LPUSH page:1 x"]) {
    await page.fill("#line", command);
    await page.press("#line", "Enter");
    await page.waitForTimeout(200);
  }
  await page.locator("#line").pressSequentially("hin");
}
