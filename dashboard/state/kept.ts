// What the browser keeps for the page: for the tab, or for good. Where a browser keeps nothing, by its settings, the page
// remembers for as long as it is open.

/** A place for texts by name. */
export class Kept {
  readonly #open: () => Storage;
  readonly #own = new Map<string, string>();

  /** `open` gives the storage, or throws where there is none. */
  constructor(open: () => Storage) {
    this.#open = open;
  }

  /** The text of this name, or null. */
  get(name: string): string | null {
    try {
      return this.#open().getItem(name);
    } catch {
      return this.#own.get(name) ?? null;
    }
  }

  /** Keeps a text, or with null nothing. */
  set(name: string, text: string | null): void {
    try {
      if (text === null) this.#open().removeItem(name);
      else this.#open().setItem(name, text);
    } catch {
      if (text === null) this.#own.delete(name);
      else this.#own.set(name, text);
    }
  }
}
