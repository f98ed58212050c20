// Rules about what is kept on disk: whether it can be written, and whether it keeps up. They know no file, only what
// main says of log and snapshots.

import { count, type Rule } from "./rule.ts";

/** With --fsync always each write waits for a sync; otherwise only the next sync does. */
const SLOW_ALWAYS_MS = 50;
const SLOW_SYNC_MS = 1000;
/** As long a record lies in memory alone, and a crash of the process would lose it. */
const SLOW_WRITE_MS = 250;

const LOG_FAILING: Rule = {
  name: "log-failing",
  speaks: "The log cannot be written.",
  find: ({ disk, options: { onWriteError } }) => {
    if (disk === null || disk.fault === null) return null;
    const isRefusing = onWriteError === "refuse";
    return {
      level: "critical",
      problem: `${isRefusing ? "Writes are refused" : "A crash would lose the latest writes"}: ${
        disk.fault[0]!.toLowerCase() + disk.fault.slice(1)
      }.`,
      evidence: { fault: disk.fault, onWriteError },
      advice: isRefusing
        ? "Give the disk of --data-dir space, or mend it; slabkv tries again each second. --on-write-error " +
          "continue lets writes go on without a log."
        : "Give the disk of --data-dir space, or mend it; slabkv tries again each second.",
    };
  },
};

const SLOW_DISK: Rule = {
  name: "slow-disk",
  speaks:
    "A sync took a second or more (50 ms with --fsync always, where every write waits for one), or a record " +
    "waited 250 ms to be written.",
  find: ({ disk, options: { fsync } }) => {
    if (disk === null) return null;
    const { maxSyncMs, maxLagMs } = disk;
    const isSlow = maxSyncMs >= (fsync === "always" ? SLOW_ALWAYS_MS : SLOW_SYNC_MS);
    if (!isSlow && maxLagMs < SLOW_WRITE_MS) return null;
    const what = isSlow
      ? `a sync took ${count(maxSyncMs)} ms`
      : `a change has waited ${count(maxLagMs)} ms to be written`;
    return {
      level: "warning",
      problem: `The disk is slow: ${what}${
        fsync === "always" ? ", and writes are answered after it" : ""
      }.`,
      evidence: { syncMs: Math.round(maxSyncMs), writeLagMs: Math.round(maxLagMs), fsync },
      advice: fsync === "always"
        ? "Put --data-dir on a faster disk, or use --fsync everysec if the last second may be lost."
        : "Put --data-dir on a faster disk, or one that nobody else uses.",
    };
  },
};

const LOG_FULL: Rule = {
  name: "log-full",
  speaks: "The log ring was full, so that a snapshot had to make up for what it lacks.",
  find: ({ disk }) =>
    disk === null || disk.gaps === 0 ? null : {
      level: "warning",
      problem: `The log cannot keep up with writes: ${
        count(disk.gaps)
      } changes found no space in its ring.`,
      evidence: { gaps: disk.gaps },
      advice: "Raise --log-memory, or put --data-dir on a faster disk.",
    },
};

const SNAPSHOT_FAILED: Rule = {
  name: "snapshot-failed",
  speaks: "The latest snapshot could not be made: the log grows until one can be.",
  find: ({ disk }) =>
    disk === null || !disk.hasSnapshotFailed ? null : {
      level: "warning",
      problem: "The latest snapshot could not be made; the one before stays.",
      evidence: { hasSnapshotFailed: "yes" },
      advice:
        "The server's log says why (event `snapshot-failed`): as a rule the disk has no space for it.",
    },
};

/** The rules. */
export const DISK_RULES: readonly Rule[] = [LOG_FAILING, SLOW_DISK, LOG_FULL, SNAPSHOT_FAILED];
