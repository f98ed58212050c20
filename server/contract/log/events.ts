// The one table of what the server's log may say: each event with its level and its fields, and what those
// mean. An event exists when it has a row here; the tables in docs/operate.md are made from it. Knows
// neither how events are printed nor when they come.

/** Levels, from the least important one on. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
/** One of them. */
export type LogLevel = typeof LOG_LEVELS[number];

/** What a field says, in one sentence. A name means the same in all events. */
export const EVENT_FIELDS = {
  address: "Where the client is: address and port, or the path of a socket.",
  addresses: "Addresses that are listened on.",
  beforeBytes: "Bytes of the process beside the region's files, before.",
  bytes: "Bytes of files.",
  capacityItems: "Items of `--average-item` that the region holds.",
  cleared: "Shards that were cleared.",
  clientName: "What the client calls itself by CLIENT SETNAME.",
  command: "Name of the command.",
  complete: "Whether all work in progress came to its end.",
  count: "How many times it has happened since it was last said.",
  cuts: "Times that connections were closed since it was last said.",
  damagedBytes: "Damaged bytes that were left out.",
  damages: "Places of files that are damaged.",
  dataDir: "The value of `--data-dir`.",
  evicted: "Items that there was no space for.",
  expired: "Items that had expired.",
  fault: "What cannot be done, and why.",
  fsync: "The value of `--fsync`.",
  heldBytes: "Bytes that the process holds of its own, now.",
  items: "Items.",
  key: "The first key, cut after 64 bytes; what cannot be shown is escaped.",
  keys: "How many keys the command has.",
  lagMs: "Milliseconds that the event loop is behind.",
  logBytes: "Bytes of log that were replayed.",
  memoryBytes: "The value of `--memory`.",
  method: "Method of the HTTP request.",
  ms: "Milliseconds that it took.",
  offset: "Byte of the file.",
  path:
    "Path of the HTTP request without its query, of a command its name alone, cut after 64 characters; or a file.",
  percent: "What is done, of all.",
  protocol: "`http`, `rest`, `websocket`, `resp`, `text` or `memcache`.",
  reason: "Why, in words.",
  seconds: "Seconds that it took.",
  shard: "Number of the shard.",
  shardsCleared: "Shards that were locked by it, and cleared.",
  signal: "What it was told by: a signal, or SHUTDOWN.",
  snapshotTime: "When the snapshot was made; empty: there was none.",
  tornBytes: "Bytes cut off the end of the log, which a crash had left half written.",
  totalBytes: "Bytes of files, in all.",
  traceparent: "The W3C trace context of the request, where it has a valid one.",
  version: "Version of the program.",
  waitedFor:
    "`command`: it ran or waited for locks; `body`: its body came slowly; `disk`: its sync.",
  worker: "Number of the worker; 0 is main.",
  workers: "Workers that serve.",
  workersMax: "Most workers that there may be.",
} as const;
/** The name of a field. */
export type EventField = keyof typeof EVENT_FIELDS;

/** A row of the table. */
interface EventRow {
  readonly level: LogLevel;
  /** When it comes, in one sentence. */
  readonly meaning: string;
  readonly fields: readonly EventField[];
}

const SLOW = [
  "waitedFor",
  "ms",
  "worker",
  "protocol",
  "command",
  "key",
  "keys",
  "method",
  "path",
  "address",
  "clientName",
  "traceparent",
] as const;
const LOADED = [
  "items",
  "seconds",
  "bytes",
  "snapshotTime",
  "logBytes",
  "expired",
  "evicted",
  "tornBytes",
  "damages",
  "damagedBytes",
] as const;
const STARTED = [
  "version",
  "addresses",
  "memoryBytes",
  "capacityItems",
  "workers",
  "workersMax",
  "dataDir",
  "fsync",
] as const;

/** The events, in the order in which a server may tell of them. */
export const EVENTS = {
  refused: {
    level: "error",
    meaning: "The server does not start: something has to be corrected first.",
    fields: [],
  },
  data: {
    level: "warn",
    meaning: "Something about the files of `--data-dir` needs a look.",
    fields: [],
  },
  loading: {
    level: "info",
    meaning: "Data are being brought back; until then clients are refused.",
    fields: ["bytes", "addresses"],
  },
  "loading-progress": {
    level: "info",
    meaning: "How far that is, every ten seconds.",
    fields: ["items", "bytes", "totalBytes", "percent"],
  },
  load: { level: "info", meaning: "The data are back.", fields: LOADED },
  "load-damage": {
    level: "warn",
    meaning: "Damage was skipped (`--recover`).",
    fields: ["path", "offset", "reason"],
  },
  start: { level: "info", meaning: "The server is ready.", fields: STARTED },
  "worker-started": { level: "debug", meaning: "A worker listens.", fields: ["worker"] },
  workers: { level: "info", meaning: "A worker was added under load.", fields: ["workers"] },
  "workers-failed": {
    level: "warn",
    meaning: "A worker was to be added and could not be.",
    fields: [],
  },
  worker: {
    level: "warn",
    meaning: "A worker warns, at most every ten seconds: a lack of files, a script that warns.",
    fields: ["worker"],
  },
  token: {
    level: "warn",
    meaning: "A wrong token was given; at most once a second.",
    fields: ["address", "count"],
  },
  slow: {
    level: "warn",
    meaning: "A request took longer than `--slow`; at most ten a second.",
    fields: SLOW,
  },
  "slow-more": {
    level: "warn",
    meaning: "How many more there were in that second.",
    fields: ["count"],
  },
  breaker: {
    level: "warn",
    meaning: "A worker is behind (`--max-lag`): its requests are refused.",
    fields: ["worker", "lagMs"],
  },
  "breaker-closed": {
    level: "info",
    meaning: "It answers all requests again.",
    fields: ["worker", "lagMs"],
  },
  "memory-collected": {
    level: "debug",
    meaning: "The process held more than it may, and has collected garbage.",
    fields: ["beforeBytes", "heldBytes"],
  },
  memory: {
    level: "warn",
    meaning: "The process held more than it may: all HTTP connections were closed.",
    fields: ["cuts", "beforeBytes", "heldBytes"],
  },
  "memory-stuck": { level: "warn", meaning: "That did not help.", fields: ["heldBytes"] },
  snapshot: {
    level: "info",
    meaning: "A snapshot was made.",
    fields: ["items", "bytes", "seconds"],
  },
  "snapshot-failed": {
    level: "warn",
    meaning: "A snapshot could not be made; the one before stays.",
    fields: ["reason"],
  },
  "snapshot-leftover": {
    level: "warn",
    meaning: "A file that is no longer needed cannot be deleted.",
    fields: ["path", "reason"],
  },
  persistence: {
    level: "error",
    meaning: "The log cannot be written (`--on-write-error`).",
    fields: ["fault"],
  },
  "persistence-restored": {
    level: "info",
    meaning: "It is written again.",
    fields: ["seconds"],
  },
  reload: { level: "info", meaning: "SIGHUP: the certificate was read again.", fields: [] },
  "reload-failed": {
    level: "warn",
    meaning: "SIGHUP: it cannot be used, and the one before stays.",
    fields: ["reason"],
  },
  bug: {
    level: "error",
    meaning:
      "A request has failed, or a sweep, in a way that nobody has thought of; once a second of each worker.",
    fields: ["worker", "count", "shard"],
  },
  repair: {
    level: "warn",
    meaning: "Shards were cleared that somebody had left in the middle of a change.",
    fields: ["cleared"],
  },
  respawn: {
    level: "error",
    meaning: "A worker has failed and is started again.",
    fields: ["worker", "shardsCleared"],
  },
  hang: {
    level: "error",
    meaning: "A thread has not moved for seconds: the process ends.",
    fields: ["worker"],
  },
  fatal: { level: "error", meaning: "The process cannot serve any more, and ends.", fields: [] },
  drain: {
    level: "info",
    meaning: "The server stops, and finishes its work.",
    fields: ["signal"],
  },
  "drain-cut": {
    level: "warn",
    meaning: "Some requests were cut off after `--drain-timeout`.",
    fields: [],
  },
  stop: { level: "info", meaning: "The server has stopped.", fields: ["complete"] },
  "stop-unsaved": {
    level: "error",
    meaning: "The server has stopped, and the last changes could not be written.",
    fields: [],
  },
} as const satisfies Readonly<Record<string, EventRow>>;

/** The name of an event. */
export type EventName = keyof typeof EVENTS;
/** The names of the events of one level. */
export type EventOf<Level extends LogLevel> = {
  [Name in EventName]: typeof EVENTS[Name]["level"] extends Level ? Name : never;
}[EventName];

/** A value that programs read. */
export type FieldValue = string | number | boolean | readonly string[];
/** The fields of one event. */
export type FieldsOf<Name extends EventName> = Readonly<
  Partial<Record<typeof EVENTS[Name]["fields"][number], FieldValue>>
>;

/** Where whoever runs the server hears of what happens. */
export interface EventLog {
  /** Something for whoever looks for the cause of another thing. */
  debug<Name extends EventOf<"debug">>(event: Name, text: string, fields?: FieldsOf<Name>): void;
  /** An event that is as it should be. */
  info<Name extends EventOf<"info">>(event: Name, text: string, fields?: FieldsOf<Name>): void;
  /** An event that needs a look. The server goes on. */
  warn<Name extends EventOf<"warn">>(event: Name, text: string, fields?: FieldsOf<Name>): void;
  /** An event that ends the server or a part of it. */
  error<Name extends EventOf<"error">>(event: Name, text: string, fields?: FieldsOf<Name>): void;
}
