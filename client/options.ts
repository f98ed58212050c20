/**
 * The table of the client's options, with one row for each. Parsing, help and completions derive from
 * it. Does not know what the values do.
 *
 * @module
 */

import { formatDuration, formatSize, parseDuration, parseSize } from "../server/config/units.ts";
import { DEFAULT_URL, parseTarget, type Target, TARGET_EXPECTED } from "./target.ts";

/** How the values of an option are read. */
export interface ClientKind<T> {
  /** Stands for the value in help: "URL". Empty for a switch, which takes no value. */
  readonly placeholder: string;
  /** What is accepted, to end a message with. */
  readonly expected: string;
  /** The words that the value may be; "file" for the path of a file. */
  readonly complete?: readonly string[] | "file";
  /** Whether values must never be shown. */
  readonly isSecret?: boolean;
  /** Reads a value. Returns undefined if the text is not accepted. */
  parse(text: string): T | undefined;
}

/** One row of the table. */
export interface ClientOption<T> extends ClientKind<T> {
  /** Name on the command line, without "--". */
  readonly flag: string;
  /** The environment variable that gives it too. */
  readonly variable?: string;
  readonly fallback: T;
  /** The default in words; empty if there is none. */
  readonly fallbackText: string;
  /** One sentence without a final period. */
  readonly description: string;
}

/** The options of every command that asks a server. */
export const ACCESS = {
  url: {
    flag: "url",
    variable: "SLABKV_URL",
    placeholder: "URL",
    expected: TARGET_EXPECTED,
    parse: parseTarget,
    fallback: undefined as Target | undefined,
    fallbackText: `${DEFAULT_URL}, or the port in SLABKV_PORT`,
    description: "Where the server is: http, https, or unix: and the path of a socket",
  },
  token: {
    flag: "token",
    variable: "SLABKV_TOKEN",
    placeholder: "TEXT",
    expected: "1 to 512 visible ASCII characters, without spaces",
    isSecret: true,
    parse: (text: string) => /^[\x21-\x7e]{1,512}$/.test(text) ? text : undefined,
    fallback: undefined as string | undefined,
    fallbackText: "",
    description: "Secret that the server asks for; prefer the variable, since others see arguments",
  },
  ca: {
    flag: "ca",
    variable: "SLABKV_CA",
    placeholder: "FILE",
    expected: "the path of a PEM file",
    complete: "file",
    parse: (text: string) => text === "" || text.includes("\0") ? undefined : text,
    fallback: undefined as string | undefined,
    fallbackText: "",
    description: "Certificates (PEM) to trust besides the well-known authorities",
  },
  timeout: {
    flag: "timeout",
    ...duration(1, 600_000),
    fallback: 5000,
    fallbackText: "5s",
    description: "Time for the connection and the answer together",
  },
  json: {
    flag: "json",
    ...toggle(),
    description: "Print one JSON object",
  },
} as const;

/** The time limit of `snapshot`. */
export const SNAPSHOT_TIMEOUT: ClientOption<number> = {
  flag: "timeout",
  ...duration(1, 3_600_000),
  fallback: 600_000,
  fallbackText: "10m",
  description: "Time for the connection and the answer together; the snapshot is made all the same",
};

const MAX_TTL_MS = 3_153_600_000_000;

/** The further option of `put`. */
export const TTL: ClientOption<number | undefined> = {
  flag: "ttl",
  placeholder: "DURATION",
  expected: "seconds, or a duration such as 500ms, 30s, 15m, 12h or 1d; at most 36500d",
  parse: parseTtl,
  fallback: undefined,
  fallbackText: "never",
  description: "Time after which the item expires, in seconds or with a unit: 60, 90m, 1d",
};

/** The further option of `export`. */
export const DATA_DIR: ClientOption<string | undefined> = {
  flag: "data-dir",
  placeholder: "DIR",
  expected: "the path of a folder",
  complete: "file",
  parse: (text) => text === "" || text.includes("\0") ? undefined : text,
  fallback: undefined,
  fallbackText: "",
  description: "Read this data dir, which no server may be using, in place of asking a server",
};

/** The further options of the commands that show how a server does. */
export const OBSERVE = {
  count: {
    flag: "count",
    ...count(1, 100),
    fallback: 10,
    fallbackText: "10",
    description: "How many are shown at most",
  },
  bigTimeout: {
    flag: "timeout",
    ...duration(1, 600_000),
    fallback: 60_000,
    fallbackText: "1m",
    description:
      "Time for the connection and the answer together; to look at millions of items takes a while",
  },
  draws: {
    flag: "count",
    ...count(1, 1_000_000_000),
    fallback: Infinity,
    fallbackText: "",
    description: "End after it was drawn, or a line was printed, so many times",
  },
  lines: {
    flag: "json",
    ...toggle(),
    description: "Print what the server sends, a JSON object each time, also on a terminal",
  },
  interval: {
    flag: "interval",
    ...duration(1000, 3_600_000),
    fallback: 1000,
    fallbackText: "1s",
    description: "Time from one drawing, or line, to the next; what is shown is of the last second",
  },
} as const;

/** The further options of `bench`. */
export const BENCH = {
  connections: {
    flag: "connections",
    ...count(1, 10_000),
    fallback: 64,
    fallbackText: "64",
    description: "Connections, each with one request under way at most",
  },
  duration: {
    flag: "duration",
    ...duration(100, 600_000),
    fallback: 10_000,
    fallbackText: "10s",
    description: "For how long requests are sent",
  },
  requests: {
    flag: "requests",
    ...count(1, 1_000_000_000),
    fallback: 1_000_000_000,
    fallbackText: "",
    description: "End after so many requests, if that comes first",
  },
  mix: {
    flag: "mix",
    placeholder: "READS/WRITES",
    expected: "percentages of reads and writes that add up to 100, such as 80/20",
    parse: parseMix,
    fallback: 80,
    fallbackText: "80/20",
    description: "Percentages of reads and writes",
  },
  keys: {
    flag: "keys",
    ...count(1, 1_000_000),
    fallback: 10_000,
    fallbackText: "10000",
    description: "How many keys there are, all put before the load begins",
  },
  valueBytes: {
    flag: "value-bytes",
    ...size(12, 1024 * 1024),
    fallback: 64,
    fallbackText: "64",
    description: "Length of the values",
  },
  routes: {
    flag: "routes",
    placeholder: "auto|json|raw",
    expected: "auto, json or raw",
    complete: ["auto", "json", "raw"],
    parse: (text: string) => (["auto", "json", "raw"] as const).find((word) => word === text),
    fallback: "auto" as "auto" | "json" | "raw",
    fallbackText: "auto",
    description: "/put and /get, or /store and /get/{key}, or json up to 256 bytes and raw above",
  },
  rate: {
    flag: "rate",
    ...count(1, 1_000_000),
    fallback: 0,
    fallbackText: "as many as the connections can",
    description: "Requests per second, due at even intervals whatever the server does",
  },
  seed: {
    flag: "seed",
    ...count(0, 0xffffffff),
    fallback: 1,
    fallbackText: "1",
    description: "Where the random sequence of keys and of reads and writes begins",
  },
  keep: {
    flag: "keep",
    ...toggle(),
    description: "Leave the keys there in the end",
  },
} as const;

/** A switch of every command. */
export const HELP: ClientOption<boolean> = {
  flag: "help",
  ...toggle(),
  description: "Show this and exit",
};

function toggle() {
  const parse = (text: string) => text === "true" ? true : undefined;
  return { placeholder: "", expected: "no value", parse, fallback: false, fallbackText: "" };
}

function count(least: number, most: number): ClientKind<number> {
  return {
    placeholder: "N",
    expected: `a whole number from ${least} to ${most}`,
    parse: (text) => within(/^\d{1,15}$/.test(text) ? Number(text) : undefined, least, most),
  };
}

function size(least: number, most: number): ClientKind<number> {
  return {
    placeholder: "SIZE",
    expected: `a size from ${formatSize(least)} to ${formatSize(most)}, such as 256, 4KB or 1MiB`,
    parse: (text) => within(parseSize(text), least, most),
  };
}

function duration(minMs: number, maxMs: number): ClientKind<number> {
  const bounds = `${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return {
    placeholder: "DURATION",
    expected: `a duration from ${bounds}, such as 500ms, 30s or 1m`,
    parse: (text) => within(parseDuration(text), minMs, maxMs),
  };
}

/** A number alone counts seconds, as in the server's own answers. */
function parseTtl(text: string): number | undefined {
  return within(parseDuration(/^[\d.]+$/.test(text) ? `${text}s` : text), 1, MAX_TTL_MS);
}

function parseMix(text: string): number | undefined {
  const match = /^(\d{1,3})\/(\d{1,3})$/.exec(text);
  if (match === null || Number(match[1]) + Number(match[2]) !== 100) return undefined;
  return Number(match[1]);
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
