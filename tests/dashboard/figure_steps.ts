// Steps of the test of the dashboard: the token, figures and charts, the picture of shards, and what happens when the
// server does not answer.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Tab } from "./fixture.ts";
import { Line, type ShownServer } from "./shown_server.ts";

const REQUESTS = ".tile:first-child .value";

/** Whether more than one colour is drawn on each canvas. */
function drawn(selector: string): string {
  return `[...document.querySelectorAll(${JSON.stringify(selector)})].every((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 3;
  })`;
}

/** Asks for the token once, says when it is wrong, keeps the right one in the tab alone. */
export async function signsIn(tab: Tab): Promise<void> {
  await tab.giveToken("wrong");
  await tab.untilText("#token-problem", /refuses this token/);
  assertEquals(await tab.page.evaluate("sessionStorage.length"), 0);
  await tab.giveToken();
  await tab.untilText("#connection", /^Live$/);
  await tab.page.reload();
  await tab.untilText("#connection", /^Live$/);
  assertEquals(await tab.page.evaluate("localStorage.length + document.cookie.length"), 0);
  const times = "performance.getEntriesByType('navigation')[0]";
  const loadMs: number = await tab.page.evaluate(`${times}.loadEventEnd - ${times}.startTime`);
  console.log(`    the page is there after ${Math.round(loadMs)} ms`);
}

/** Numbers move with the load, charts have lines, and say in words what they show. */
export async function readsFigures(tab: Tab): Promise<void> {
  await tab.until(`document.querySelectorAll("#charts canvas").length === 6`);
  await tab.until(drawn("#charts canvas"));
  await tab.untilText(REQUESTS, /^[1-9][\d.,]*[kM]?\/s$/);
  const before = JSON.stringify(await tab.page.textContent(REQUESTS));
  await tab.until(`document.querySelector("${REQUESTS}").textContent !== ${before}`);
  await tab.untilText("#tiles", /Items[1-9]/);
  const [first] = await tab.page.locator("#charts .plot").all();
  await tab.until(`/^Throughput, last 5 minutes: Redis/.test(
    document.querySelector("#charts .plot").ariaLabel)`);
  await first!.focus();
  await tab.page.keyboard.press("ArrowLeft");
  await tab.untilText("#said", /^\d\d:\d\d:\d\d: Redis .*\/s/);
  await tab.page.click("text=1 h");
  await tab.page.click(".tile:first-child button");
  await tab.untilText(".hint-text:popover-open", /slabkv_requests_total: /);
  await tab.page.keyboard.press("Escape");
  await tab.until(`document.querySelectorAll("#findings > *").length > 0`);
}

/** Shards are drawn, and read by keys; big items are listed. */
export async function showsMemory(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  await line.set("the-largest", "x".repeat(1 << 20));
  await tab.go("memory");
  await tab.until(drawn("#shards canvas"));
  await tab.page.focus("#shards canvas");
  await tab.page.keyboard.press("ArrowRight");
  await tab.untilText("#shards .reading", /^Shard 0: [\d,]+ items?, .* used/);
  for (const look of ["Age", "Clock", "Fill"]) {
    await tab.page.click(`#shards label:has-text("${look}")`);
    const words = await tab.page.getAttribute("#shards canvas", "aria-label");
    assertMatch(words ?? "", new RegExp(`^8 shards by ${look.toLowerCase()}: `));
  }
  await tab.page.click("#shards summary");
  await tab.until(`document.querySelectorAll("#shards tbody tr").length === 8`);
  await tab.untilText("#big tbody tr td", /^the-largest$/);
  await tab.until(
    `document.querySelector("#curve").hidden || /\\d/.test(document.querySelector("#curve").textContent)`,
  );
}

/** Says that nobody answers, and begins again by itself. */
export async function reconnects(tab: Tab): Promise<void> {
  const { page } = tab;
  await page.route("**/stats/**", (route) => route.abort());
  await page.reload();
  await tab.untilText("#connection", /^Not connected, trying again in /);
  await tab.untilText("#said", /does not answer/);
  await page.unroute("**/stats/**");
  await tab.untilText("#connection", /^Live$/);
  assert(await page.locator("#connection[data-state=live]").isVisible());
}
