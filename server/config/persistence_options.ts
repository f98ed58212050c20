// The rows of the table of options that say what lasts beyond the process: where data are kept, how
// soon they are on disk, and what happens when they cannot be. Does not know what the values do.

import type { Config } from "./config.ts";
import { choice, duration, type Option, optionalText, size, toggle } from "./option_kinds.ts";
import { FOLDER } from "./path_kinds.ts";
import { GIB, MIB } from "./units.ts";

/** The fields that say what lasts. All but `dataDir` mean something only together with it. */
export type PersistenceField =
  | "dataDir"
  | "logMemoryBytes"
  | "fsync"
  | "snapshotEveryMs"
  | "onWriteError"
  | "recover";

/** Their rows, in the order of help. */
export const PERSISTENCE_OPTIONS: { readonly [F in PersistenceField]: Option<Config[F]> } = {
  dataDir: {
    flag: "data-dir",
    kind: optionalText(FOLDER),
    fallback: () => undefined,
    description: "Folder for log and snapshots, with which the cache comes back after a restart",
  },
  logMemoryBytes: {
    flag: "log-memory",
    kind: size(MIB, GIB),
    fallback: () => 16 * MIB,
    description: "Part of --memory for changes that are on their way to the log of --data-dir",
  },
  fsync: {
    flag: "fsync",
    kind: choice(["always", "everysec", "no"]),
    fallback: () => "everysec",
    description:
      "When the log is synced: before each answer, once a second, or when the system likes",
  },
  snapshotEveryMs: {
    flag: "snapshot-every",
    kind: duration(0, 30 * 86_400_000),
    fallback: () => 0,
    description:
      "Time between snapshots; 0 makes one only when the log is twice the data, and 256 MiB",
  },
  onWriteError: {
    flag: "on-write-error",
    kind: choice(["refuse", "continue"]),
    fallback: () => "refuse",
    description: "What happens to writes while the log cannot be written: errors, or no log",
  },
  recover: {
    flag: "recover",
    kind: toggle(),
    fallback: () => false,
    description: "Start with what is whole where files of --data-dir are damaged",
  },
};
