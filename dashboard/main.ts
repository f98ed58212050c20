// Begins the dashboard: what its parts share, the stream of figures, and the parts themselves. Each part asks for its own
// data while it is shown; nothing is kept but in the page, and the token in the tab.

import type { MetricFacts } from "../server/observe/facts/answers.ts";
import type { HistoryFacts } from "../server/observe/facts/history_facts.ts";
import type { LiveFacts } from "../server/observe/facts/live_facts.ts";
import { showFindings } from "./charts/findings.ts";
import { ChartsOverTime } from "./charts/over_time.ts";
import { Palette } from "./charts/palette.ts";
import { Tiles } from "./charts/tiles.ts";
import { showPersistence, showWorkers } from "./clients/workers.ts";
import { showConnections } from "./clients/connections.ts";
import { showLatency } from "./clients/latency.ts";
import { showConsole } from "./console/console.ts";
import { byId, setText } from "./dom/elements.ts";
import { duration } from "./dom/format.ts";
import { Hints } from "./dom/hint.ts";
import { Speech } from "./dom/speech.ts";
import { showBig, showHot } from "./keys/key_tables.ts";
import { ItemView } from "./keys/item_view.ts";
import { showCurve } from "./shards/curve.ts";
import { ShardView } from "./shards/shard_view.ts";
import { type LiveState, LiveStream } from "./state/live.ts";
import type { NamedPlace, Page } from "./state/page.ts";
import { SeriesStore } from "./state/series.ts";
import { Server, ServerError } from "./state/server.ts";
import { followTheme } from "./state/theme.ts";
import { Views } from "./state/views.ts";

/** The whole of it. */
class Dashboard implements Page {
  readonly speech = new Speech();
  readonly server = new Server((problem) => this.speech.askToken(problem));
  readonly hints = new Hints();
  readonly views = new Views((error) => this.#failed(error));
  readonly isReadOnly = document.documentElement.dataset["mode"] === "read";
  readonly mayAdminister = document.documentElement.dataset["mode"] === "admin";
  readonly #series = new SeriesStore();
  readonly #palette = new Palette();
  readonly #tiles = new Tiles(this.hints);
  readonly #charts = new ChartsOverTime(this, this.#series, this.#palette);
  readonly #item = new ItemView(this);
  readonly #workers = showWorkers();
  readonly #persistence = showPersistence();
  #state: LiveState["is"] = "connecting";
  #wasLost = false;

  constructor() {
    showFindings(this);
    const curve = showCurve(this, this.#palette);
    const shards = new ShardView(this, this.#palette);
    showBig(this);
    showHot(this);
    showLatency(this);
    showConnections(this);
    showConsole(this);
    this.#begin(() => {
      this.#palette.forget();
      this.#charts.recolour();
      curve.recolour();
      shards.draw();
    });
  }

  #begin(recolour: () => void): void {
    document.title = `${location.host} - slabkv`;
    byId("read-only").hidden = !this.isReadOnly;
    const pause = byId("pause");
    pause.addEventListener("click", () => {
      this.views.isPaused = !this.views.isPaused;
      pause.setAttribute("aria-pressed", String(this.views.isPaused));
      if (!this.views.isPaused) this.#charts.draw();
    });
    byId("forget").addEventListener("click", () => {
      this.server.forget();
      location.reload();
    });
    followTheme(recolour);
    addEventListener("hashchange", () => this.#charts.draw());
    this.#readHistory().catch((error) => this.#failed(error));
    this.#readHints().catch((error) => this.#failed(error));
    new LiveStream(this.server, this).follow();
  }

  async #readHints(): Promise<void> {
    this.hints.learn(await this.server.read<MetricFacts>("/stats/metrics"));
  }

  async #readHistory(): Promise<void> {
    this.#series.setPast(await this.server.read<HistoryFacts>("/stats/history"));
    this.#charts.draw();
  }

  /** The figures of a second. */
  facts(facts: LiveFacts): void {
    this.#series.add(facts);
    if (this.views.isPaused || document.hidden) return;
    setText(byId("version"), facts.version);
    setText(byId("uptime"), `up ${duration(facts.uptimeSeconds)}`);
    byId("forget").hidden = !this.server.hasToken;
    if (facts.state !== "ready") setText(byId("connection"), `Live, server is ${facts.state}`);
    else setText(byId("connection"), "Live");
    if (this.views.shown === "overview") {
      this.#tiles.show(facts);
      this.#charts.draw();
    }
    if (this.views.shown === "server") {
      this.#workers(facts);
      this.#persistence(facts);
    }
  }

  /** What became of the stream. */
  state(state: LiveState): void {
    const box = byId("connection");
    if (state.is === "live" && this.#state !== "live") {
      if (this.#wasLost) this.speech.say("Connected again.");
      if (this.#wasLost) this.#readHistory().catch((error) => this.#failed(error));
      this.#wasLost = false;
      setText(box, "Live");
    }
    if (state.is === "asleep") this.#wasLost = true;
    if (state.is === "lost") {
      if (!this.#wasLost) this.speech.say(`${state.why} Trying again.`);
      this.#wasLost = true;
      setText(box, `Not connected, trying again in ${duration(state.againInMs / 1000)}`);
    }
    if (state.is === "connecting" && !this.#wasLost) setText(box, "Connecting");
    box.dataset["state"] = state.is === "connecting" && this.#wasLost ? "lost" : state.is;
    this.#state = state.is;
  }

  /** Shows what is known of a key. */
  showKey(place: NamedPlace): void {
    this.views.go("keys");
    this.#item.show(place);
  }

  #failed(error: unknown): void {
    if (!(error instanceof ServerError)) throw error;
    // That nobody answers is said by the stream already.
    if (error.status !== 0) this.speech.say(error.message);
  }
}

new Dashboard();
