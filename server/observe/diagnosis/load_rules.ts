// Rules about what workers have to do and wait for: breakers, event loops, locks, hot keys, pipelines, more workers, and
// what is refused.

import { REFUSAL_COUNTERS } from "../../contract/refusal_counters.ts";
import type { DiagnosedWorker, DiagnosisFacts } from "./diagnosis_facts.ts";
import { escapedAndCut } from "../../contract/log/plain_text.ts";
import { count, figure, percent, perSecond, type Rule } from "./rule.ts";

const SECOND_US = 1_000_000;
/** A healthy worker stays below a tenth of this; a request waits as long as the loop is behind. */
const LAG_MS = 100;
/** A worker that uses more of a core has no more to give; so does --workers auto see it. */
const BUSY_CORES = 0.85;
/** So much of a core has to be free for another worker to help. */
const IDLE_CORES = 0.4;
/** With less of a core left on the machine its processes wait for each other. */
const NO_CORES = 0.1;

const BREAKER_OPEN: Rule = {
  name: "breaker-open",
  speaks: "A worker was so far behind (--max-lag) that it has refused requests.",
  find: (facts) => {
    const { workers, grown: { breakerOpens, shed }, options: { maxLagMs } } = facts;
    const shedding = workers.filter(({ isShedding }) => isShedding);
    if (breakerOpens === 0 && shedding.length === 0 && shed === 0) return null;
    const isNow = shedding.length > 0;
    return {
      level: isNow ? "critical" : "warning",
      problem: isNow
        ? `Requests are being refused: of ${workers.length} workers ${shedding.length} are more than ` +
          `${maxLagMs} ms behind, and ${count(shed)} requests were answered 503.`
        : `Requests were refused: a worker was more than ${maxLagMs} ms behind ${
          count(Math.max(1, breakerOpens))
        } times, and ${count(shed)} requests were answered 503.`,
      evidence: { opens: breakerOpens, shed, shedding: shedding.length, maxLagMs },
      advice: adviceForLag(facts),
    };
  },
};

const EVENT_LOOP_LAG: Rule = {
  name: "event-loop-lag",
  speaks:
    "A worker's event loop was 100 ms behind or more: that long every request of it has waited. Looked at four " +
    "times a second, and not at all with --max-lag 0.",
  find: (facts) => {
    const worst = facts.workers.toSorted((a, b) => b.maxLagMs - a.maxLagMs)[0];
    if (worst === undefined || worst.maxLagMs < LAG_MS) return null;
    return {
      level: "warning",
      problem: `Worker ${worst.worker} was ${count(worst.maxLagMs)} ms behind: that long ` +
        "whoever asked it has waited.",
      evidence: {
        worker: worst.worker,
        lagMs: worst.maxLagMs,
        workerCores: figure(worst.cores),
        idleCores: figure(facts.idleCores),
      },
      advice: adviceForLag(facts),
    };
  },
};

function adviceForLag(facts: DiagnosisFacts): string {
  const { workers, idleCores, cores } = facts;
  const used = workers.reduce((sum, worker) => sum + worker.cores, 0);
  if (idleCores < NO_CORES && used < 0.7 * cores) {
    return "Other processes use the machine's CPU: move them or give this one cores of its own, and look at " +
      "/stats/slow for commands that took as long.";
  }
  if (mayAddWorker(facts)) return moreWorkers(facts);
  return "Look at /stats/slow for commands that take long, and ask for fewer keys at a time.";
}

/** Waits of less than this share of the workers' time nobody notices. */
const WAIT_SHARE = 0.02;
/** A lock is held for some microseconds; a wait as long as this is for a thread that does not run. */
const LONG_WAIT_US = 1000;

const LOCK_WAITS: Rule = {
  name: "lock-waits",
  speaks:
    "Workers have waited for each other's locks for 2 % of their time or more, or have given up: less than that " +
    "nobody notices.",
  find: (facts) => {
    const { grown: { lockWaits, lockWaitUs, lockTimeouts }, workers, seconds, hot } = facts;
    const share = lockWaitUs / (SECOND_US * seconds * Math.max(1, workers.length));
    if (share < WAIT_SHARE && lockTimeouts === 0) return null;
    const gaveUp = lockTimeouts === 0
      ? ""
      : lockTimeouts === 1
      ? ", and one was given up"
      : `, and ${count(lockTimeouts)} were given up`;
    return {
      level: "warning",
      problem: `Workers wait for each other: ${percent(share)} of their time went into ${
        perSecond(lockWaits, facts)
      } waits for locks${gaveUp}.`,
      evidence: {
        waitShare: figure(share),
        waitsPerSecond: figure(lockWaits / seconds),
        meanWaitUs: lockWaits === 0 ? 0 : figure(lockWaitUs / lockWaits),
        timeouts: lockTimeouts,
      },
      advice: facts.idleCores < NO_CORES && lockWaitUs >= LONG_WAIT_US * lockWaits
        ? `${
          workers.length > 1 ? "Use fewer --workers, or more cores" : "Give it more cores"
        }: a thread that has no core keeps others waiting for its locks.`
        : hot !== null && hot.key.share >= HOT_SHARE
        ? "Spread the hottest key (/stats/hot) over several."
        : "Look at /stats/slow for commands with many keys or large values, which hold locks for long.",
    };
  },
};

/** A key with a fifth of all requests keeps one shard, and so mostly one worker, busy. */
const HOT_SHARE = 0.2;
/** So much of it is shown in a sentence. */
const MAX_KEY_CHARS = 64;
/** Fewer requests a second are no load. */
const FEW_PER_SECOND = 1000;
/** A wait for locks of this share goes with a hot key. */
const HOT_WAIT_SHARE = 0.005;

const HOT_KEY: Rule = {
  name: "hot-key",
  speaks:
    "One key has a fifth of 1,000 requests a second or more: they all go to one shard, and cannot be spread over " +
    "workers. A warning where workers wait for locks, else a hint.",
  find: ({ hot, grown, workers, seconds }) => {
    if (hot === null || hot.key.share < HOT_SHARE) return null;
    if (hot.requestsPerSecond < FEW_PER_SECOND) return null;
    const { key } = hot;
    const waits = grown.lockWaitUs / (SECOND_US * seconds * Math.max(1, workers.length));
    const name = key.key ?? `base64:${key.base64}`;
    return {
      level: waits >= HOT_WAIT_SHARE ? "warning" : "info",
      problem: `One key has ${percent(key.share)} of all requests, ${
        count(key.perSecond)
      } a second: "${escapedAndCut(name, MAX_KEY_CHARS)}" in shard ${key.shard}.`,
      evidence: {
        key: name,
        database: key.database,
        shard: key.shard,
        share: figure(key.share),
        perSecond: figure(key.perSecond),
        writeShare: figure(key.writeShare),
        waitShare: figure(waits),
      },
      advice: key.writeShare > 0.5
        ? "Spread it over several keys, such as counters that are added up when read."
        : "Keep a copy in the clients (CLIENT TRACKING tells them of changes), or read one of several copies.",
    };
  },
};

/** Fewer commands in a row than this are none to speak of. */
const FEW_IN_A_ROW = 1.5;
/** So many commands a second are a load, and a worker that uses so much of a core feels them. */
const MANY_PER_SECOND = 5000;
const FELT_CORES = 0.6;
/** So many take a third of a core and more, whether it can be seen or the machine is too busy to give it. */
const VERY_MANY_PER_SECOND = 20_000;

const NO_PIPELINES: Rule = {
  name: "no-pipelines",
  speaks:
    "More than 5,000 commands a second come over raw connections, hardly ever two of them at a time, and a worker " +
    "uses 60 % of a core or more; or more than 20,000: reading and writing for each command costs several times what it does itself.",
  find: (facts) => {
    const { rawCommands, grown: { batches }, workers, seconds } = facts;
    const inARow = batches === 0 ? Infinity : rawCommands / batches;
    if (rawCommands / seconds < MANY_PER_SECOND || inARow >= FEW_IN_A_ROW) return null;
    const busiest = Math.max(...workers.map(({ cores }) => cores));
    if (busiest < FELT_CORES && rawCommands / seconds < VERY_MANY_PER_SECOND) return null;
    return {
      level: "info",
      problem: `Clients send one command at a time: ${perSecond(rawCommands, facts)} come ${
        inARow.toFixed(1)
      } in a row, and a worker uses ${percent(busiest)} of a core.`,
      evidence: {
        commandsPerSecond: figure(rawCommands / seconds),
        commandsInARow: figure(inARow),
        busiestCores: figure(busiest),
      },
      advice: "Let clients send several commands before they wait (pipelines), or MGET and MSET.",
    };
  },
};

function busiestOf({ workers }: DiagnosisFacts): DiagnosedWorker | undefined {
  return workers.toSorted((a, b) => b.cores - a.cores)[0];
}

function mayAddWorker(facts: DiagnosisFacts): boolean {
  const { options, workers, idleCores, cores } = facts;
  const busiest = busiestOf(facts);
  return options.workers !== "auto" && busiest !== undefined && workers.length < cores &&
    busiest.cores >= BUSY_CORES && idleCores >= IDLE_CORES;
}

function moreWorkers({ workers }: DiagnosisFacts): string {
  return `Start slabkv with --workers ${workers.length + 1}, or --workers auto.`;
}

const MORE_WORKERS_HELP: Rule = {
  name: "worker-missing",
  speaks:
    "A worker uses 85 % of a core or more, 0.4 cores are idle, and --workers forbids another one; --workers auto " +
    "adds one at the same figures.",
  find: (facts) => {
    if (!mayAddWorker(facts)) return null;
    const busiest = busiestOf(facts)!;
    return {
      level: "warning",
      problem: `Worker ${busiest.worker} uses ${percent(busiest.cores)} of a core while ${
        facts.idleCores.toFixed(1)
      } cores are idle: another one would take part of its work.`,
      evidence: {
        workers: facts.workers.length,
        busiestCores: figure(busiest.cores),
        idleCores: figure(facts.idleCores),
        cores: facts.cores,
      },
      advice: moreWorkers(facts),
    };
  },
};

/** Answers that say no in the ordinary course of things: a miss, a condition that is not met, a script to be sent. */
const ORDINARY: ReadonlySet<string> = new Set(["status404", "status409", "codeNOSCRIPT"]);
/** One request in twenty is more than a mistake now and then. */
const REFUSED_SHARE = 0.05;
const FEW_REFUSED = 100;

/** What helps against the commonest of them. */
const REFUSAL_ADVICE: Readonly<Record<string, string>> = {
  codeOOM:
    "Split collections that would take more than half of a shard, or give more --memory; if it speaks of clients, raise " +
    "--body-memory.",
  codeNOAUTH: "Give the clients the token: INFO commandstats has what they send without it.",
  status401: "Give the clients the token: they send none, or a wrong one.",
  status413: "Split long bodies and values, or raise --max-value-bytes or --max-body.",
};
/** What to do about the others. */
const REFUSAL_LOOK =
  "Look at `refusals` in /stats and at INFO commandstats for the commands, and at their clients.";

const REFUSALS: Rule = {
  name: "refusals",
  speaks:
    "One request in twenty or more is refused for the same reason, and a hundred of them at least: a client does " +
    "something wrong again and again.",
  find: (facts) => {
    const { grown } = facts;
    const rows = REFUSAL_COUNTERS.filter((row) => !ORDINARY.has(row.name) && !("kind" in row));
    const worst = rows.toSorted((a, b) => grown[b.name] - grown[a.name])[0]!;
    const times = grown[worst.name];
    const share = times / Math.max(1, grown.requests);
    if (times < FEW_REFUSED || share < REFUSED_SHARE) return null;
    const what = "code" in worst && worst.code !== ""
      ? `an error that begins with ${worst.code}`
      : "status" in worst && worst.status !== 0
      ? `status ${worst.status}`
      : "an error";
    return {
      level: "warning",
      problem: `${percent(Math.min(1, share))} of all requests are answered with ${what}: ${
        perSecond(times, facts)
      }.`,
      evidence: { counter: worst.name, times, share: figure(Math.min(1, share)) },
      advice: REFUSAL_ADVICE[worst.name] ?? REFUSAL_LOOK,
    };
  },
};

/** The rules. */
export const LOAD_RULES: readonly Rule[] = [
  BREAKER_OPEN,
  EVENT_LOOP_LAG,
  LOCK_WAITS,
  HOT_KEY,
  MORE_WORKERS_HELP,
  NO_PIPELINES,
  REFUSALS,
];
