// The rows of the table of options that say what is printed, in which form, and from which level on. Does not
// know what the events are: they stand in server/contract/log/events.ts.

import type { Config } from "./config.ts";
import { choice, durationOrOff, type Option } from "./option_kinds.ts";

/** The fields that say so. */
export type LogField = "logFormat" | "logLevel" | "slowMs";

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
  slowMs: {
    flag: "slow",
    kind: durationOrOff(1, 600_000),
    fallback: () => 1000,
    description:
      "Requests that take so long are printed with their first key, ten a second at most",
  },
};
