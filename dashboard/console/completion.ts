// The list of commands under the console's line: those that begin with what is typed, chosen by keys or the mouse. A
// combobox as WAI-ARIA describes it: the focus stays in the line.

import type { CommandFacts } from "../../server/observe/facts/answers.ts";
import { make } from "../dom/elements.ts";

/** A command, as the server tells. */
export type KnownCommand = CommandFacts["commands"][number];

const MAX_OPTIONS = 12;

/** How many arguments a command takes, in words. */
export function argumentsText({ arity: [fewest, most] }: KnownCommand): string {
  const count = fewest === most
    ? `${fewest}`
    : most < 0 || most > 1e6
    ? `${fewest} or more`
    : `${fewest} to ${most}`;
  return `${count} ${count === "1" ? "argument" : "arguments"}`;
}

/** The list. */
export class Completion {
  readonly element = make("ul", {
    id: "options",
    class: "options",
    role: "listbox",
    "aria-label": "Commands",
    hidden: true,
  });
  readonly #line: HTMLInputElement;
  readonly #chosen: () => void;
  #commands: readonly KnownCommand[] = [];
  #shown: readonly KnownCommand[] = [];
  #selected = -1;

  /** `chosen` is told when a command has been put into the line. */
  constructor(line: HTMLInputElement, chosen: () => void) {
    this.#line = line;
    this.#chosen = chosen;
    this.element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = (event.target as Element).closest("li");
      if (option !== null) this.#take([...this.element.children].indexOf(option));
    });
  }

  /** Takes the table of commands. */
  learn({ commands }: CommandFacts): void {
    this.#commands = commands;
  }

  /** The command that the line begins with. */
  get command(): KnownCommand | undefined {
    const name = this.#line.value.trimStart().split(/\s/, 1)[0]!.toUpperCase();
    return this.#commands.find((command) => command.name === name);
  }

  /** Whether the list is open. */
  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Shows what fits to the line. */
  update(): void {
    const typed = this.#line.value.trimStart().toUpperCase();
    const isName = typed !== "" && !/\s/.test(typed);
    this.#shown = isName
      ? this.#commands.filter(({ name }) => name.startsWith(typed)).slice(0, MAX_OPTIONS)
      : [];
    this.#selected = -1;
    this.#draw();
  }

  /** Closes the list. */
  close(): void {
    this.#shown = [];
    this.#draw();
  }

  /** Goes up or down by one. */
  move(step: number): void {
    const { length } = this.#shown;
    this.#selected = ((this.#selected < 0 && step < 0 ? 0 : this.#selected) + step + length) %
      length;
    this.#draw();
  }

  /** Takes what is selected, or with `isFirst` the first of the list. Returns whether there was something. */
  accept(isFirst: boolean): boolean {
    const index = this.#selected < 0 && isFirst ? 0 : this.#selected;
    if (!this.isOpen || index < 0) return false;
    this.#take(index);
    return true;
  }

  #take(index: number): void {
    const { name, arity: [, most] } = this.#shown[index]!;
    this.#line.value = most === 0 ? name : `${name} `;
    this.close();
    this.#line.focus();
    this.#chosen();
  }

  #draw(): void {
    const options = this.#shown.map(({ name, summary }, i) =>
      make(
        "li",
        { id: `option-${i}`, role: "option", "aria-selected": String(i === this.#selected) },
        make("code", {}, name),
        make("span", {}, summary),
      )
    );
    this.element.replaceChildren(...options);
    this.element.hidden = options.length === 0;
    this.#line.setAttribute("aria-expanded", String(options.length > 0));
    if (this.#selected >= 0) {
      this.#line.setAttribute("aria-activedescendant", `option-${this.#selected}`);
    } else this.#line.removeAttribute("aria-activedescendant");
    options[this.#selected]?.scrollIntoView({ block: "nearest" });
  }
}
