// The rows of the commands that show how a server does while it runs. What the fields of a row are, commands.ts
// says.

import { type ClientOption, OBSERVE } from "../options.ts";

/** Their names. */
export type ObserveName = "top" | "hot" | "big" | "slow" | "latency" | "diagnose";

type ObserveRows = {
  readonly [Name in ObserveName]: {
    readonly name: Name;
    readonly operands: readonly [];
    readonly options: readonly ClientOption<unknown>[];
    readonly summary: string;
    readonly details: readonly string[];
  };
};

/**
 * Gives the rows.
 *
 * @param access the options of every command that asks a server
 * @param report those of commands that print once
 */
export function observeCommands(
  access: readonly ClientOption<unknown>[],
  report: readonly ClientOption<unknown>[],
): ObserveRows {
  const listed = [OBSERVE.count, ...report];
  const patient = listed.map((option) => option.flag === "timeout" ? OBSERVE.bigTimeout : option);
  return {
    top: {
      name: "top",
      operands: [],
      options: [OBSERVE.interval, OBSERVE.draws, OBSERVE.lines, ...access],
      summary:
        "Watch a server: rates, hit ratio, latency, memory, workers, hot keys, slow commands",
      details: [
        "Keys: 1 to 4 or the arrows for the views, s sorts, r reverses, p pauses, ? explains, q ends it.",
        "Where stdout is no terminal, a line each second. Goes on when the server comes back.",
      ],
    },
    hot: {
      name: "hot",
      operands: [],
      options: listed,
      summary: "Print the keys that most requests are for, lately",
      details: ["Estimated from samples; shares are of all requests for keys."],
    },
    big: {
      name: "big",
      operands: [],
      options: patient,
      summary: "Print the largest items, and what items of each type take",
      details: [
        "The server looks at all items for that, a few at a time, at most every few seconds.",
      ],
    },
    slow: {
      name: "slow",
      operands: [],
      options: listed,
      summary: "Print the latest commands that took long",
      details: ["What is long CONFIG SET slowlog-log-slower-than says: 10 ms."],
    },
    latency: {
      name: "latency",
      operands: [],
      options: report,
      summary: "Print how long commands take, by group, since the server started",
      details: [
        "The time of the command itself, without reading the request and writing the answer.",
      ],
    },
    diagnose: {
      name: "diagnose",
      operands: [],
      options: report,
      summary: "Print what is wrong with a server, with evidence and advice",
      details: ["Exit code 1 when something is; with findings that only inform it is 0."],
    },
  };
}
