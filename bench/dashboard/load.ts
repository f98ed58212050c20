// How long the dashboard takes from the click to its page, and to its first figures, in Chromium: with nothing kept by the
// browser, and again in the same browser. Beside it, what goes over the wire. Asks only a server of its own on loopback.

import type * as fixture from "../../tests/dashboard/fixture.ts";
import type * as shownServer from "../../tests/dashboard/shown_server.ts";
import { answerHelp, showProgress } from "../command_line.ts";
import { median } from "../figures.ts";
import { atMost, plain, rowTable } from "../report.ts";

const ROUNDS = 15;
const MAX_LOAD_MS = 200;
const MAX_BYTES = 120_000;

const HELP = `Time until the dashboard is there, in Chromium:
deno run -A --lock=tests/deno.lock bench/dashboard/load.ts
Takes no options; CHROMIUM_BIN names another Chromium.

  --help    this`;

type Fixture = typeof fixture;
type Shown = typeof shownServer;

/** One visit, in milliseconds; bytes as they came. */
interface Visit {
  readonly loadMs: number;
  readonly figuresMs: number;
  /** CPU time of the thread that makes the page: what a busy machine does not change. */
  readonly cpuMs: number;
  readonly wireBytes: number;
  readonly pageBytes: number;
}

async function run(): Promise<void> {
  // The browser's packages are those of the tests, which --help does without.
  const tests = new URL("../../tests/dashboard/", import.meta.url);
  const { chromiumPath, startBrowser } = await import(`${tests}fixture.ts`) as Fixture;
  const { ShownServer, TOKEN } = await import(`${tests}shown_server.ts`) as Shown;
  const path = chromiumPath();
  if (path === null) throw new Error("Cannot find Chromium: CHROMIUM_BIN names one");
  await using shown = await ShownServer.start();
  await using browser = await startBrowser(path);
  const visits: Record<"first" | "again", Visit[]> = { first: [], again: [] };
  for (let round = 0; round < ROUNDS; round++) {
    showProgress(`round ${round + 1} of ${ROUNDS}`);
    const context = await browser.newContext();
    await context.addInitScript(`sessionStorage.setItem("slabkv-token", "${TOKEN}")`);
    for (const kind of ["first", "again"] as const) {
      const page = await context.newPage();
      const tools = await context.newCDPSession(page);
      await tools.send("Performance.enable", { timeDomain: "threadTicks" });
      await page.goto(shown.address);
      await page.locator("#connection[data-state=live]").waitFor();
      const { metrics } = await tools.send("Performance.getMetrics");
      const cpuMs = metrics.find(({ name }) => name === "TaskDuration")!.value * 1000;
      const times: Omit<Visit, "cpuMs"> = await page.evaluate(`(() => {
        const page = performance.getEntriesByType("navigation")[0];
        return {
          loadMs: page.loadEventEnd,
          figuresMs: performance.now(),
          wireBytes: page.transferSize,
          pageBytes: page.decodedBodySize,
        };
      })()`);
      visits[kind].push({ ...times, cpuMs });
      await page.close();
    }
    await context.close();
  }
  showProgress("");
  report(visits);
}

function report({ first, again }: Record<"first" | "again", Visit[]>): void {
  const of = (visits: readonly Visit[], name: keyof Visit) =>
    median(visits.map((visit) => visit[name]));
  console.log(`The dashboard in Chromium, medians of ${ROUNDS} visits\n`);
  console.log(rowTable([
    atMost("page is there, first visit", of(first, "loadMs"), MAX_LOAD_MS, "ms", 0),
    atMost("page is there, next visit", of(again, "loadMs"), MAX_LOAD_MS, "ms", 0),
    plain("first figures, first visit", of(first, "figuresMs"), "ms", 0),
    plain("CPU until then, first visit", of(first, "cpuMs"), "ms", 0),
    atMost("page", of(first, "pageBytes"), MAX_BYTES, "bytes", 0),
    plain("over the wire, first visit", of(first, "wireBytes"), "bytes", 0),
    plain("over the wire, next visit", of(again, "wireBytes"), "bytes", 0),
  ]));
}

if (import.meta.main) {
  answerHelp(HELP);
  await run();
}
