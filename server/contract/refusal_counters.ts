// The counters of what was refused, as rows of the table in counters.ts, and what each row counts:
// an HTTP status, a kind of refusal, or the code that an error begins with. There is a fixed number of
// them, whatever clients send.

import type { FailureKind } from "./reply.ts";

/** One counter of refusals; of its three fields it has one. */
interface RefusalRow {
  readonly name: string;
  readonly meaning: string;
  readonly isShown: boolean;
  readonly group: "refusals";
  /** HTTP requests answered with this status; 0: with another one from 400 on. */
  readonly status?: number;
  /** Commands that were refused for this reason, or what was no command. */
  readonly kind?: FailureKind | "unreadable";
  /** Errors with this code; empty: with another one. */
  readonly code?: string;
}

function statusRow<Status extends number>(status: Status) {
  const [name, meaning] = [`status${status}`, `HTTP requests answered ${status}.`] as const;
  return {
    name: name as `status${Status}`,
    meaning,
    isShown: true,
    group: "refusals",
    status,
  } as const;
}

function kindRow<Name extends string>(
  name: Name,
  kind: FailureKind | "unreadable",
  meaning: string,
) {
  return { name, meaning, isShown: true, group: "refusals", kind } as const;
}

function codeRow<Code extends string>(code: Code) {
  const meaning = `Commands that were refused with an error that begins with ${code}.`;
  const name = `code${code}` as `code${Code}`;
  return { name, meaning, isShown: true, group: "refusals", code } as const;
}

/** The rows, in the order of /stats. */
export const REFUSAL_COUNTERS = [
  statusRow(400),
  statusRow(401),
  statusRow(403),
  statusRow(404),
  statusRow(405),
  statusRow(408),
  statusRow(409),
  statusRow(413),
  statusRow(503),
  {
    name: "statusOther",
    meaning: "HTTP requests answered with another status from 400 on, but 500.",
    isShown: true,
    group: "refusals",
    status: 0,
  },
  kindRow("unreadable", "unreadable", "Bytes, lines and messages that were no command."),
  kindRow("unknownCommands", "unknownCommand", "Commands that there are not."),
  kindRow("wrongArity", "arity", "Commands with too few or too many arguments."),
  kindRow("syntaxErrors", "syntax", "Commands with options that are unknown or do not fit."),
  kindRow("notIntegers", "notInteger", "Commands that had to find or be given an integer."),
  kindRow("overflows", "overflow", "Counts that would have left 64 bits."),
  kindRow("wrongTypes", "wrongType", "Commands on a key that holds a value of another type."),
  kindRow("badExpires", "badExpire", "Commands with a time to live that is not valid."),
  kindRow("itemsTooLarge", "tooLarge", "Items that are too large for the cache."),
  kindRow("answersTooLarge", "answerTooLarge", "Commands whose answer would be too large."),
  kindRow("locksBusy", "busy", "Commands that could not lock their keys within 50 ms."),
  kindRow("logFull", "logFull", "Writes refused since the log ring stayed full for 50 ms."),
  kindRow(
    "logFailing",
    "logFailing",
    "Writes refused since the log could not be written (`--on-write-error refuse`).",
  ),
  kindRow(
    "notDurable",
    "notDurable",
    "Writes answered with an error after they were carried out, since they may not be on disk.",
  ),
  kindRow(
    "shed",
    "shed",
    "Requests, messages and commands refused by the breaker (`--max-lag`), over every protocol.",
  ),
  kindRow("otherRefusals", "refused", "Commands refused for another reason."),
  codeRow("ERR"),
  codeRow("NOAUTH"),
  codeRow("WRONGPASS"),
  codeRow("NOPERM"),
  codeRow("WRONGTYPE"),
  codeRow("OOM"),
  codeRow("BUSY"),
  codeRow("LOADING"),
  codeRow("MISCONF"),
  codeRow("EXECABORT"),
  codeRow("NOSCRIPT"),
  codeRow("NOPROTO"),
  {
    name: "codeOther",
    meaning: "Commands that were refused with an error of another code.",
    isShown: true,
    group: "refusals",
    code: "",
  },
] as const satisfies readonly RefusalRow[];

/** Name of one of them. */
export type RefusalCounter = typeof REFUSAL_COUNTERS[number]["name"];

/** The counter of an HTTP status from 400 on. */
export function counterOfStatus(status: number): RefusalCounter {
  return nameOf((row) => row.status === status) ?? "statusOther";
}

/** The counter of a kind of refusal. */
export function counterOfKind(kind: FailureKind | "unreadable"): RefusalCounter {
  return nameOf((row) => row.kind === kind) ?? "otherRefusals";
}

/** The counter of an error's code. */
export function counterOfCode(code: string): RefusalCounter {
  return nameOf((row) => row.code === code) ?? "codeOther";
}

function nameOf(matches: (row: RefusalRow) => boolean): RefusalCounter | undefined {
  return REFUSAL_COUNTERS.find(matches)?.name;
}
