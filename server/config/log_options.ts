// The rows of the table of options that say what is printed, in which form, and from which level on. Does not
// know what the events are: they stand in server/contract/log/events.ts.

import type { Config } from "./config.ts";
import { choice, type Option } from "./option_kinds.ts";

/** The fields that say so. */
export type LogField = "logFormat" | "logLevel";

/** Their rows, in the order of help. */
export const LOG_OPTIONS: { readonly [F in LogField]: Option<Config[F]> } = {
  logFormat: {
    flag: "log-format",
    kind: choice(["text", "json"]),
    fallback: () => "text",
    description: "Events as text for people, or one JSON object per line",
  },
  logLevel: {
    flag: "log-level",
    kind: choice(["debug", "info", "warn", "error"]),
    fallback: () => "info",
    description: "Least important level of events that are printed",
  },
};
