// The row of the table of options that says which key events are published from the start. Does not know how they come
// about.

import type { Config } from "./config.ts";
import { notificationFlags, notificationLetters } from "./notification_flags.ts";
import { type Option, text, type TextRule } from "./option_kinds.ts";

/** The letters as an option. */
const NOTIFICATION_LETTERS: TextRule<string> = {
  placeholder: "LETTERS",
  bounds: "letters of AKEg$lshzxetdmn",
  expected: "letters of AKEg$lshzxetdmn, such as KEA, Ex or Kg$",
  read: (letters) => {
    const bits = notificationFlags(letters);
    return bits === undefined ? undefined : notificationLetters(bits);
  },
};

/** The row. */
export const NOTIFICATION_OPTIONS: {
  readonly notifyKeyspaceEvents: Option<Config["notifyKeyspaceEvents"]>;
} = {
  notifyKeyspaceEvents: {
    flag: "notify-keyspace-events",
    kind: text(NOTIFICATION_LETTERS),
    fallback: () => "",
    description:
      "Events of keys to publish, in the letters of Redis, such as Ex; none unless given",
  },
};
