// Steps of the test of the dashboard that are about commands and connections: the console, slow commands, and the end of
// a connection.

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Tab } from "./fixture.ts";
import { Line, type ShownServer } from "./shown_server.ts";

async function run(tab: Tab, command: string): Promise<void> {
  await tab.page.fill("#line", command);
  await tab.page.press("#line", "Escape");
  await tab.page.press("#line", "Enter");
}

/** Completes by keys and mouse, runs, shows errors, remembers, and asks before all is gone. */
export async function runsCommands(tab: Tab): Promise<void> {
  const { page } = tab;
  tab.refused.push("/");
  await tab.go("console");
  await page.locator("#line").pressSequentially("getd");
  await tab.untilText("#options", /^GETDEL/);
  await page.press("#line", "Tab");
  assertEquals(await page.inputValue("#line"), "GETDEL ");
  await tab.untilText("#console .reading", /^GETDEL: .*1 argument/);
  await page.fill("#line", "");
  await page.locator("#line").pressSequentially("expiret");
  await page.press("#line", "ArrowDown");
  assertEquals(await page.getAttribute("#line", "aria-activedescendant"), "option-0");
  await page.press("#line", "Enter");
  assertEquals(await page.inputValue("#line"), "EXPIRETIME ");
  await run(tab, `SET console "a\\nb <i>c</i>"`);
  await run(tab, "GET console");
  await tab.untilText("#console .log", /OK> GET console"a\\nb <i>c<\/i>"$/);
  await run(tab, "LPUSH console x");
  await tab.untilText("#console .log", /\(error\) WRONGTYPE /);
  await run(tab, `SET "not closed`);
  await tab.untilText("#console .log", /A quote is not closed/);
  await run(tab, "INCRBY big 9007199254740993");
  await tab.untilText("#console .log", /\(integer\) 9007199254740993$/);
  await page.press("#line", "ArrowUp");
  assertEquals(await page.inputValue("#line"), "INCRBY big 9007199254740993");
  await run(tab, "FLUSHALL");
  await page.click("text=Cancel");
  await run(tab, "GET console");
  await tab.untilText("#console .log", /a\\nb <i>c<\/i>"$/);
  await run(tab, "CONFIG GET maxmemory");
  await tab.untilText("#console .log", /1\) "maxmemory"2\) |1\) "maxmemory"\n2\) /);
}

/** What was slow is there with its words, whatever they are. */
export async function showsSlowCommands(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  await line.ask("CONFIG SET slowlog-log-slower-than 100", "KEYS <u>slow</u>\u202e*");
  await line.ask("CONFIG SET slowlog-log-slower-than 10000");
  await tab.go("latency");
  await tab.untilText("#slow tbody", /KEYS <u>slow<\/u>\\u202e\*/);
  assertEquals(await tab.page.locator("#slow u").count(), 0);
  await tab.untilText("#groups tbody", /string/);
}

/** Ends the connection that was meant, after a question. */
export async function endsConnection(tab: Tab, { server }: ShownServer): Promise<void> {
  using line = await Line.to(server);
  await line.ask("CLIENT SETNAME <b>doomed</b>");
  await tab.go("server");
  await tab.until(`document.querySelectorAll("#workers tbody tr").length === 2`);
  const row = tab.page.locator("#clients tr", { hasText: "<b>doomed</b>" });
  await row.locator("button").click();
  assertMatch(await tab.page.textContent("#question-text") ?? "", /<b>doomed<\/b>/);
  await tab.page.click("#question-yes");
  await tab.untilText("#said", /The connection is ended/);
  await row.waitFor({ state: "detached" });
  await assertRejects(() => line.ask("PING"));
}
