// Which part of the page is shown, by the address behind the `#/`, and what is asked again and again while it is: only
// for the part that is seen, only while the page is seen, and not while it is paused.

import { byId, make } from "../dom/elements.ts";

/** The parts, in the order of the navigation. */
const VIEWS = [
  ["overview", "Overview"],
  ["memory", "Memory"],
  ["keys", "Keys"],
  ["latency", "Latency"],
  ["server", "Server"],
  ["console", "Console"],
] as const;

/** The id of a part. */
export type View = typeof VIEWS[number][0];

interface Repeated {
  readonly view: View;
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  dueMs: number;
  isRunning: boolean;
}

const TICK_MS = 250;

/** Shows one part at a time. */
export class Views {
  readonly #links = new Map<View, HTMLAnchorElement>();
  readonly #repeated: Repeated[] = [];
  readonly #failed: (error: unknown) => void;
  /** Whether nothing is to move. */
  isPaused = false;
  shown: View = "overview";

  /** `failed` hears of what goes wrong while something is asked again and again. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
    for (const [view, name] of VIEWS) {
      const link = make("a", { href: `#/${view}` }, name);
      this.#links.set(view, link);
      byId("views").append(link);
    }
    addEventListener("hashchange", () => this.#turn(true));
    this.#turn(false);
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Runs `work` now and every so often, while the part is shown. Returns what has it run at once. */
  repeat(view: View, everyMs: number, work: () => Promise<void>): () => void {
    const repeated: Repeated = { view, everyMs, work, dueMs: 0, isRunning: false };
    this.#repeated.push(repeated);
    return () => {
      repeated.dueMs = 0;
      this.#tick(true);
    };
  }

  /** Goes to a part. */
  go(view: View): void {
    location.hash = `/${view}`;
  }

  #turn(isAsked: boolean): void {
    const wanted = location.hash.slice(2);
    this.shown = VIEWS.find(([view]) => view === wanted)?.[0] ?? "overview";
    for (const [view, link] of this.#links) {
      const isShown = view === this.shown;
      byId(view).hidden = !isShown;
      if (isShown) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.#links.get(this.shown)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!isAsked) return;
    scrollTo(0, 0);
    for (const repeated of this.#repeated) repeated.dueMs = 0;
    this.#tick(true);
  }

  #tick(isAsked = false): void {
    if (document.hidden || (this.isPaused && !isAsked)) return;
    const nowMs = performance.now();
    for (const repeated of this.#repeated) {
      const { view, dueMs, isRunning, work, everyMs } = repeated;
      if (view !== this.shown || isRunning || nowMs < dueMs) continue;
      repeated.isRunning = true;
      repeated.dueMs = nowMs + everyMs;
      work().catch(this.#failed).finally(() => repeated.isRunning = false);
    }
  }
}
