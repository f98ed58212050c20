// A table whose rows are changed in place: what has the focus keeps it, and what is read stays where it is, while
// figures beside it move. Rows are known by a key of theirs.

import { make } from "./elements.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** How its cells look. */
  readonly kind?: "number" | "name";
  /** Text of a cell; what holds more is made by `node`. */
  readonly text?: (row: Row) => string;
  /** What a cell holds, made anew whenever `text` has changed. */
  readonly node?: (row: Row) => Node;
}

interface Shown {
  readonly element: HTMLTableRowElement;
  readonly texts: string[];
}

/** A table with its rows. */
export class KeyedTable<Row> {
  readonly element: HTMLTableElement;
  readonly #columns: readonly Column<Row>[];
  readonly #keyOf: (row: Row) => string;
  readonly #empty: string;
  readonly #body = make("tbody");
  readonly #rows = new Map<string, Shown>();

  /** `name` is the caption for those who cannot see; `empty` stands there without rows. */
  constructor(
    name: string,
    columns: readonly Column<Row>[],
    keyOf: (row: Row) => string,
    empty: string,
  ) {
    this.#columns = columns;
    this.#keyOf = keyOf;
    this.#empty = empty;
    const heads = columns.map(({ title, kind }) =>
      make("th", { scope: "col", class: kind ?? null }, title)
    );
    this.element = make(
      "table",
      {},
      make("caption", { class: "unseen" }, name),
      make("thead", {}, make("tr", {}, ...heads)),
      this.#body,
    );
  }

  /** Shows these rows, in this order. */
  show(rows: readonly Row[]): void {
    const kept = new Set<string>();
    let place: ChildNode | null = this.#body.firstChild;
    for (const row of rows) {
      const key = this.#keyOf(row);
      if (kept.has(key)) continue;
      kept.add(key);
      const shown = this.#rows.get(key) ?? this.#add(key);
      this.#fill(shown, row);
      if (shown.element === place) place = place.nextSibling;
      else this.#body.insertBefore(shown.element, place);
    }
    for (const [key, { element }] of this.#rows) {
      if (kept.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    this.#showEmpty(kept.size === 0);
  }

  #showEmpty(isEmpty: boolean): void {
    const old = this.#body.querySelector(".none");
    if (!isEmpty) return old?.remove();
    if (old !== null) return;
    const cell = make("td", { class: "quiet", colspan: this.#columns.length }, this.#empty);
    this.#body.append(make("tr", { class: "none" }, cell));
  }

  #add(key: string): Shown {
    const cells = this.#columns.map(({ kind }) => make("td", { class: kind ?? null }));
    const shown = { element: make("tr", {}, ...cells), texts: [] };
    this.#rows.set(key, shown);
    return shown;
  }

  #fill({ element, texts }: Shown, row: Row): void {
    this.#columns.forEach(({ text, node }, i) => {
      const now = text?.(row) ?? "";
      if (texts[i] === now) return;
      texts[i] = now;
      const cell = element.cells[i]!;
      if (node === undefined) cell.textContent = now;
      else cell.replaceChildren(node(row));
    });
  }
}
