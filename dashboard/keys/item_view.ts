// A search for one key and what is known of its item: the facts of the engine, the value, and ways to change it, set its
// time or delete it. A change is refused when the item is another than the one that is shown.

import type { ItemFacts } from "../../server/observe/facts/key_facts.ts";
import { button, byId, card, make, segmentBox, segments, setText } from "../dom/elements.ts";
import { bytes, duration, exact, plural } from "../dom/format.ts";
import { bytesOf, keyText, textOf, visibleName, visibleText } from "../dom/escapes.ts";
import { visible } from "../dom/visible.ts";
import type { NamedPlace, Page } from "../state/page.ts";
import { ServerError } from "../state/server.ts";
import { matching } from "./matching.ts";
import { hasMembers, membersOf } from "./members.ts";
import { bestForm, FORMS, valueNode } from "./value_forms.ts";

const CLOCK = ["0: goes next", "1", "2", "3: asked for often"];
const MAX_TITLE_CHARS = 1024;
const NOT_FOUND = 404;

function queryOf({ key, base64, database }: NamedPlace): string {
  const query = new URLSearchParams({ key: key ?? base64 ?? "" });
  if (key === undefined) query.set("base64", "1");
  if (database !== 0) query.set("database", String(database));
  return query.toString();
}

/** The search and the item below it. */
export class ItemView {
  readonly #page: Page;
  readonly #key = make("input", {
    id: "key",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });
  readonly #database = make("input", { type: "number", min: 0, value: 0, inputmode: "numeric" });
  readonly #box = byId("item");
  /** What came of a search, for who cannot see it. */
  readonly #found = make("p", { class: "unseen", role: "status" });
  #asked = 0;

  constructor(page: Page) {
    this.#page = page;
    const form = make(
      "form",
      { class: "search", role: "search" },
      make("label", {}, "Key, or a pattern such as user:*", this.#key),
      make("label", { class: "short" }, "Database", this.#database),
      make("button", { class: "main" }, "Show"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.show({ key: this.#key.value, database: Number(this.#database.value) || 0 });
    });
    byId("search").append(make("div", { class: "card" }, form, this.#found));
  }

  /** Shows an item, or that there is none. */
  async show(place: NamedPlace): Promise<void> {
    const asked = ++this.#asked;
    this.#key.value = place.key ?? "";
    this.#database.value = String(place.database);
    let shown: HTMLElement;
    try {
      const item = await this.#page.server.read<ItemFacts>(`/stats/item?${queryOf(place)}`);
      shown = this.#card(place, item);
      setText(this.#found, `Found: ${item.type}, ${bytes(item.valueBytes)}`);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      setText(this.#found, error.status === NOT_FOUND ? "There is no such key" : "");
      shown = error.status === NOT_FOUND ? this.#absent(place) : problemCard(error.message);
      if (error.status === NOT_FOUND && place.database === 0 && place.key?.includes("*")) {
        const found = matching(this.#page, place.key);
        shown.append(await found.catch(({ message }) => problemCard(message)));
      }
    }
    if (asked !== this.#asked) return;
    this.#box.replaceChildren(shown);
  }

  #absent(place: NamedPlace): HTMLElement {
    const box = make("div", { class: "content" });
    const text = make("p", {}, "There is no key ", visible(keyText(place)), ".");
    const isPossible = place.key !== undefined && place.key !== "" &&
      this.#mayChange(place) === null;
    const create = button("Store a value", () => {
      create.remove();
      box.append(
        this.#editor(place, "", (value) => this.#run(["SET", place.key!, value, "NX"], place)),
      );
    });
    return make("article", { class: "card" }, text, box, isPossible ? make("p", {}, create) : null);
  }

  /** Why the page cannot change this item, or null. */
  #mayChange({ key, database }: NamedPlace): string | null {
    if (this.#page.isReadOnly) return "The dashboard is read-only.";
    if (database !== 0) return "Over HTTP only database 0 can be changed.";
    return key === undefined ? "Its key is no text: change it with another client." : null;
  }

  #card(place: NamedPlace, item: ItemFacts): HTMLElement {
    const value = make("div", { class: "content" });
    const head = make("div", { class: "title" }, visible(keyText(place), MAX_TITLE_CHARS));
    const refresh = button("Refresh", () => this.show(place), { class: "small" });
    const title = card("Item", [refresh], head, factsOf(item), value);
    if (item.value !== null) this.#showValue(value, place, item, item.value);
    else this.#showMembers(value, place, item);
    const reason = this.#mayChange(place);
    title.append(reason === null ? this.#actions(place) : make("p", { class: "quiet" }, reason));
    return title;
  }

  #showValue(box: HTMLElement, place: NamedPlace, item: ItemFacts, base64: string): void {
    const content = bytesOf(base64);
    const shown = make("div");
    const forms = segmentBox("Form of the value");
    const show = (form: string) =>
      shown.replaceChildren(valueNode(content, FORMS.find(([name]) => name === form)![0]));
    const first = bestForm(content);
    segments(forms, "form", FORMS, first, show);
    show(first);
    const text = textOf(content);
    const cut = item.isCut
      ? make(
        "span",
        { class: "quiet" },
        `the first ${bytes(content.length)} of ${bytes(item.valueBytes)}`,
      )
      : null;
    const edit = button("Edit", () => {
      box.replaceChildren(this.#editor(place, text!, (value) => {
        const version = String(item.version);
        return this.#run(["SET", place.key!, value, "IFVERSION", version, "KEEPTTL"], place);
      }));
    });
    const reason = item.isCut ? "Too long to be edited here" : unfit(text);
    edit.disabled = reason !== null || this.#mayChange(place) !== null;
    edit.title = reason ?? "";
    box.replaceChildren(
      make("div", { class: "row" }, forms, cut, make("span", { class: "spring" }), edit),
      shown,
    );
  }

  #editor(place: NamedPlace, text: string, save: (value: string) => Promise<void>): HTMLElement {
    const area = make("textarea", { "aria-label": "Value", spellcheck: "false", dir: "auto" });
    area.value = text;
    const row = make(
      "div",
      { class: "row" },
      button("Save", () => save(area.value), { class: "main" }),
      button("Cancel", () => this.show(place)),
    );
    queueMicrotask(() => area.focus());
    return make("div", { class: "editor" }, area, row);
  }

  #showMembers(box: HTMLElement, place: NamedPlace, item: ItemFacts): void {
    if (!hasMembers(item.type) || place.database !== 0 || place.key === undefined) return;
    membersOf(this.#page.server, item.type, place).then(
      (members) => members && box.replaceChildren(members),
      (error) => box.replaceChildren(make("p", { class: "problem" }, visibleText(error.message))),
    );
  }

  #actions(place: NamedPlace): HTMLElement {
    const key = place.key!;
    const seconds = make("input", {
      type: "number",
      min: 1,
      step: 1,
      placeholder: "seconds",
      "aria-label": "Seconds to live",
    });
    const expire = () =>
      this.#run(["EXPIRE", key, String(Math.max(1, Math.round(Number(seconds.value))))], place);
    const remove = async () => {
      const name = visibleName(key.slice(0, MAX_TITLE_CHARS));
      if (!await this.#page.speech.ask("Delete this key?", name, "Delete")) return;
      await this.#run(["DEL", key], place);
    };
    return make(
      "div",
      { class: "row" },
      seconds,
      button("Let it expire", () => seconds.value !== "" && expire()),
      button("Keep for ever", () => this.#run(["PERSIST", key], place)),
      make("span", { class: "spring" }),
      button("Delete", remove, { class: "danger" }),
    );
  }

  /** Runs a command and shows what has become of the item. */
  async #run(words: readonly string[], place: NamedPlace): Promise<void> {
    const { server, speech } = this.#page;
    try {
      const answer = await server.command(words);
      if (answer === null) speech.say("Not changed: somebody else has changed it meanwhile.");
      else speech.say(words[0] === "DEL" ? "Deleted." : "Done.");
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      speech.say(visibleText(error.message));
      return;
    }
    await this.show(place);
  }
}

/** Why a value cannot be edited as text, or null. Browsers turn all ends of lines in a field into one kind. */
function unfit(text: string | null): string | null {
  if (text === null) return "No text";
  return text.includes("\r") ? "Has carriage returns, which would be lost" : null;
}

function problemCard(text: string): HTMLElement {
  return make("article", { class: "card" }, make("p", { class: "problem" }, visibleText(text)));
}

function factsOf(item: ItemFacts): HTMLElement {
  const rows: (readonly [string, string])[] = [
    ["Type", item.encoding === item.type ? item.type : `${item.type}, ${item.encoding}`],
    ["Expires in", item.ttlSeconds === null ? "never" : duration(item.ttlSeconds)],
    ["Value", bytes(item.valueBytes)],
    ["In the slab", `${bytes(item.slabBytes)}, ${plural(item.slots, "slot")}`],
    ["Members", exact(item.members)],
    ["Ring", item.ring],
    ["Clock", CLOCK[item.count] ?? String(item.count)],
    ["Shard", String(item.shard)],
    ["Window and probe", `${item.window}, ${item.probe}`],
    ["Version", exact(item.version)],
  ];
  const shown = rows.filter(([name]) => name !== "Members" || item.members !== null);
  return make(
    "dl",
    { class: "facts" },
    ...shown.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, visibleText(value)))
    ),
  );
}
