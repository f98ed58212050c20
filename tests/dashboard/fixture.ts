// A real Chromium, and tabs that note whatever a browser complains about. Where there is no Chromium, tests say so and do
// nothing.

import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { until } from "../wire/server.ts";
import { TOKEN } from "./shown_server.ts";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const LAUNCH_MS = 20_000;
const PATIENCE_MS = 8000;

/** Where Chromium is, or null. CHROMIUM_BIN names another one. */
export function chromiumPath(): string | null {
  const named = Deno.env.get("CHROMIUM_BIN");
  const found = [...named === undefined ? [] : [named], ...PATHS].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  return found ?? null;
}

/** Starts Chromium without a window. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Tests run as root in containers, where Chromium's sandbox does not start.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath, args, timeout: LAUNCH_MS });
}

/** A page and everything that went wrong on it. */
export class Tab {
  /** Errors of the console and of scripts, reports about the content policy, dialogs, requests to others. */
  readonly complaints: string[] = [];
  /** Paths that a test has had refused: the console says so. At first those that are asked for without a token. */
  readonly refused: string[] = ["/stats/live", "/stats/history", "/stats/metrics", "/diagnose"];

  private constructor(readonly page: Page, readonly address: string) {
    const { origin } = new URL(address);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      const { url } = message.location();
      const path = url === "" ? "" : new URL(url).pathname;
      if (/Failed to load resource/.test(message.text()) && this.refused.includes(path)) return;
      this.complaints.push(`${message.text()} (${path})`);
    });
    page.on("pageerror", (error) => this.complaints.push(String(error.stack)));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("request", (request) => {
      const asked = new URL(request.url());
      if (asked.protocol !== "data:" && asked.origin !== origin) {
        this.complaints.push(`asks ${asked.origin}`);
      }
    });
  }

  /** Opens an address in a new tab. */
  static async open(context: BrowserContext, address: string): Promise<Tab> {
    const tab = new Tab(await context.newPage(), address);
    await tab.page.goto(address);
    return tab;
  }

  /** Gives the token that the page asks for. */
  async giveToken(token = TOKEN): Promise<void> {
    await this.page.fill("#token-text", token);
    await this.page.press("#token-text", "Enter");
  }

  /** Goes to a part of the page. */
  async go(view: string): Promise<void> {
    await this.page.click(`#views a[href="#/${view}"]`);
    await this.page.locator(`#${view}`).waitFor();
  }

  /** Waits until an expression of the page is true. */
  async until(expression: string): Promise<void> {
    // Playwright's own way to wait evaluates strings in the page, which its content policy forbids.
    await until(expression, () => this.page.evaluate(`Boolean(${expression})`), PATIENCE_MS);
  }

  /** Waits until an element has a text that fits. */
  async untilText(selector: string, text: RegExp): Promise<void> {
    const element = `document.querySelector(${JSON.stringify(selector)})`;
    await this.until(`${text}.test(${element}?.textContent ?? "")`);
  }

  /** What is wrong for people who use a keyboard, a screen reader or little light: "rule: elements". */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(`typeof axe === "undefined" && (${wrapped(axe.source)})()`);
    return await this.page.evaluate(
      `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(
      ({ id, nodes }) => id + ": " + nodes.slice(0, 4).map(({ html, failureSummary }) => html + failureSummary).join(" ")
    ))`,
    );
  }
}

function wrapped(source: string): string {
  return `() => { ${source}; }`;
}
