// A console for commands: a line with completion and history, and what was answered above it. It asks before a command
// that loses everything; what it may run, the server decides.

import type { CommandFacts } from "../../server/observe/facts/answers.ts";
import { byId, card, make, setText } from "../dom/elements.ts";
import { visibleText } from "../dom/escapes.ts";
import type { Page } from "../state/page.ts";
import { ServerError } from "../state/server.ts";
import { argumentsText, Completion } from "./completion.ts";
import { replyText } from "./reply_text.ts";
import { wordsOf } from "./words.ts";

const MAX_ENTRIES = 200;
const MAX_HISTORY = 200;
const MAX_ECHO_CHARS = 500;
/** Commands after which much is gone. */
const GRAVE = ["FLUSHALL", "FLUSHDB", "SHUTDOWN", "SWAPDB"];

/** The console. */
class Console {
  readonly #page: Page;
  readonly #line = make("input", {
    id: "line",
    role: "combobox",
    "aria-label": "Command",
    "aria-autocomplete": "list",
    "aria-controls": "options",
    "aria-expanded": "false",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    placeholder: "Type a command: Tab completes, arrow up brings back the last one",
  });
  readonly #log = make("div", { class: "log", role: "log", tabindex: 0, "aria-label": "Answers" });
  readonly #about = make("p", { class: "quiet reading" });
  readonly #completion = new Completion(this.#line, () => this.#describe());
  readonly #history: string[] = [];
  #past = 0;

  constructor(page: Page) {
    this.#page = page;
    const form = make(
      "form",
      { class: "prompt" },
      this.#completion.element,
      this.#line,
      make("button", { class: "main" }, "Run"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#line.addEventListener("input", () => {
      this.#completion.update();
      this.#describe();
    });
    this.#line.addEventListener("keydown", (event) => this.#key(event));
    this.#line.addEventListener("blur", () => this.#completion.close());
    byId("console").append(card("Console", [], this.#log, form, this.#about));
  }

  /** Reads the table of commands, once. */
  async learn(): Promise<void> {
    this.#completion.learn(await this.#page.server.read<CommandFacts>("/stats/commands"));
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const isOpen = this.#completion.isOpen;
    if (key === "Escape" && isOpen) this.#completion.close();
    else if (key === "Tab" && !event.shiftKey && this.#completion.accept(true)) {
      // The name is complete: the focus stays.
    } else if (key === "Enter" && this.#completion.accept(false)) {
      // Chosen from the list; the next Enter runs it.
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      const step = key === "ArrowUp" ? -1 : 1;
      if (isOpen) this.#completion.move(step);
      else this.#recall(step);
    } else return;
    event.preventDefault();
  }

  #recall(step: number): void {
    this.#past = Math.min(this.#history.length, Math.max(0, this.#past + step));
    this.#line.value = this.#history[this.#past] ?? "";
    this.#describe();
  }

  #describe(): void {
    const command = this.#completion.command;
    setText(
      this.#about,
      command === undefined
        ? ""
        : `${command.name}: ${command.summary}. ${argumentsText(command)}.`,
    );
  }

  async #submit(): Promise<void> {
    const text = this.#line.value.trim();
    if (text === "") return;
    const words = wordsOf(text);
    if ("problem" in words) {
      this.#add(text, words.problem, true);
      return;
    }
    if (this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
    this.#past = this.#history.length;
    this.#line.value = "";
    this.#completion.close();
    this.#describe();
    if (!await this.#isMeant(words)) return;
    try {
      this.#add(text, replyText(await this.#page.server.command(words)), false);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.#add(text, `(error) ${visibleText(error.message)}`, true);
    }
  }

  async #isMeant(words: readonly string[]): Promise<boolean> {
    const name = words[0]!.toUpperCase();
    if (!GRAVE.includes(name)) return true;
    const text = `${name} cannot be taken back.`;
    const isMeant = await this.#page.speech.ask(`Run ${name}?`, text, `Run ${name}`);
    this.#line.focus();
    return isMeant;
  }

  #add(sent: string, answer: string, isProblem: boolean): void {
    const echo = visibleText(sent.slice(0, MAX_ECHO_CHARS));
    this.#log.append(
      make("pre", { class: "sent" }, `> ${echo}`),
      make("pre", { class: isProblem ? "problem" : null }, answer),
    );
    while (this.#log.childElementCount > MAX_ENTRIES * 2) this.#log.firstElementChild!.remove();
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}

/** Shows the console. */
export function showConsole(page: Page): void {
  const shown = new Console(page);
  let isKnown = false;
  page.views.repeat("console", 30_000, async () => {
    if (!isKnown) await shown.learn();
    isKnown = true;
  });
}
