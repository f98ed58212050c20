// What kinds of commands there are: what one may do, as COMMAND INFO and access control see it, and what it
// is about. Only names.

/** What a command does, as COMMAND INFO and access control see it. */
export type CommandFlag =
  | "read"
  | "write"
  | "admin"
  | "fast"
  /** Allowed before AUTH. */
  | "noauth"
  /** Carried out at once inside MULTI instead of being queued. */
  | "immediate"
  /** Refused inside MULTI. */
  | "nomulti"
  /** Never in the slow log, since its arguments may be secret. */
  | "noslowlog"
  /** Looks at every shard. Takes locks itself, one at a time, unless `holdsAll`. */
  | "keyspace"
  /** Runs a script, which may ask for any key. Takes locks itself, unless `holdsAll`. */
  | "script";

/** What a command may be about, as in COMMAND DOCS. */
export const COMMAND_GROUPS = [
  "bf",
  "bitmap",
  "cms",
  "connection",
  "generic",
  "geo",
  "hash",
  "hyperloglog",
  "list",
  "pubsub",
  "scripting",
  "server",
  "set",
  "sorted-set",
  "stream",
  "string",
  "transactions",
] as const;
/** One of them. */
export type CommandGroup = typeof COMMAND_GROUPS[number];
