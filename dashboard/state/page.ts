// What all parts of the page share: the server, what is said and asked, hints, and which part is shown. Types alone:
// dashboard/main.ts makes it.

import type { Hints } from "../dom/hint.ts";
import type { Speech } from "../dom/speech.ts";
import type { Server } from "./server.ts";
import type { Views } from "./views.ts";

/** The page, as its parts see it. */
export interface Page {
  readonly server: Server;
  readonly speech: Speech;
  readonly hints: Hints;
  readonly views: Views;
  /** Whether the server lets the page change nothing. */
  readonly isReadOnly: boolean;
  /** Whether the server lets it give commands of administration. */
  readonly mayAdminister: boolean;
  /** Shows what is known of a key. */
  showKey(key: NamedPlace): void;
}

/** Which key in which database. */
export interface NamedPlace {
  readonly key?: string;
  readonly base64?: string;
  readonly database: number;
}
