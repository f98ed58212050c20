/**
 * Kills a server under load again and again, and checks what it remembers: `deno task proof:kill`.
 */

import { parseArgs } from "node:util";
import { positive, runCommandLine, showProgress } from "../command_line.ts";
import { markdownTable } from "../report.ts";
import { POLICIES, type Policy } from "./killed_servers.ts";
import { PROCESS_CRASH_MS, type Round, runKillRounds } from "./kill_rounds.ts";

const HELP = `Kills a server under load (SIGKILL) and checks every key after its restart:
  deno task proof:kill [--rounds 50] [--fsync always|everysec|no] [--redis] [--seed 1] [--grace 10]

  --rounds N   kills of each policy
  --fsync P    this policy alone
  --redis      redis-server in place of slabkv, to try the harness itself out
  --grace MS   what was answered so long before the kill must be there, under everysec and no`;

interface Options {
  readonly rounds: number;
  readonly policies: readonly Policy[];
  readonly kind: "slabkv" | "redis";
  readonly seed: number;
  readonly graceMs: number;
}

function parse(args: string[]): Options | undefined {
  const { values: found } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      fsync: { type: "string" },
      seed: { type: "string" },
      grace: { type: "string" },
      redis: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (found.help) return undefined;
  const policies = found.fsync === undefined ? POLICIES : POLICIES.filter((p) => p === found.fsync);
  if (policies.length === 0) throw new RangeError(`Cannot take --fsync ${found.fsync}. See --help`);
  return {
    rounds: positive("rounds", found.rounds, 50, 1e6),
    policies,
    kind: found.redis ? "redis" : "slabkv",
    seed: positive("seed", found.seed, 1, 2 ** 31),
    graceMs: positive("grace", found.grace, PROCESS_CRASH_MS, 1e6),
  };
}

async function run({ rounds, policies, kind, seed, graceMs }: Options): Promise<void> {
  const rows: string[][] = [];
  for (const policy of policies) {
    const folder = await Deno.makeTempDir({ prefix: "slabkv-kill-" });
    let done = 0;
    try {
      const found = await runKillRounds({
        kind,
        folder,
        seed,
        policies: new Array<Policy>(rounds).fill(policy),
        loadMs: [50, 1000],
        graceMs,
        onRound: () => showProgress(`${policy}: ${++done} of ${rounds}`),
      });
      rows.push(rowOf(policy, found));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  showProgress("");
  const heads = [
    "--fsync",
    "kills:",
    "steps:",
    "answered:",
    "answered, lost:",
    "oldest, ms:",
    "refused:",
  ];
  console.log(markdownTable(heads, rows, Deno.stdout.isTerminal()));
}

function rowOf(policy: Policy, rounds: readonly Round[]): string[] {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, one) => total + of(one), 0);
  const figures = [
    rounds.length,
    sum(({ sent }) => sent),
    sum(({ answered }) => answered),
    sum(({ lost }) => lost),
    Math.max(...rounds.map(({ lostAgeMs }) => lostAgeMs)),
    sum(({ refusals }) => refusals.length),
  ];
  const [last = ""] = rounds.flatMap(({ refusals }) => refusals).slice(-1);
  if (last !== "") console.error(`refused, such as: ${last}`);
  return [
    policy,
    ...figures.map((figure) => figure.toLocaleString("en", { maximumFractionDigits: 1 })),
  ];
}

await runCommandLine(HELP, parse, run);
