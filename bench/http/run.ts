/**
 * The HTTP benchmark, one command: slabkv, a bare Deno.serve and the obvious Map cache, all running, loaded in
 * turn in several rounds; prints a table and says which targets hold. Wrong answers fail the run (exit 1); a
 * missed target doesn't, since what else the machine does decides too much.
 */

import { runCommandLine, showProgress } from "../command_line.ts";
import { throughputRatio } from "../figures.ts";
import { chooseGenerator, generatorFor } from "./generators.ts";
import { type Bench, jobFor, measure, type Measurement, medians, runJob } from "./measure.ts";
import { type BenchOptions, HELP, parseOptions } from "./options.ts";
import { publish } from "./publish.ts";
import { ratioLine, type Row, table, targetLine } from "./report.ts";
import { type Server, Servers } from "./servers.ts";
import { BATCH_KEYS } from "./traffic.ts";
import { fill } from "./verify.ts";

const KINDS = ["get", "put", "mix"] as const;
const LABELS = { get: "GET", put: "PUT", mix: "80/20 mix", mget: "/mget", mput: "/mput" };
type MeasuredKind = keyof typeof LABELS;

const FLOOR_TARGET = 0.92;
const MAP_TARGET = 1;
const BATCH_TARGET = 1_000_000;
/** What counts as not slower: repeated runs of one and the same server differ by as much. */
const AUTO_TARGET = 0.97;

/** Runs the benchmark; throws when an answer is wrong or a server does not start. */
export async function benchmark(options: BenchOptions): Promise<void> {
  if (options.publish) return await publish(options);
  const directory = await Deno.makeTempDir({ prefix: "slabkv-bench-" });
  const remove = () => Deno.removeSync(directory, { recursive: true });
  // Fires when an interrupt ends the process, where `finally` would not.
  addEventListener("unload", remove);
  try {
    const generator = options.generator ?? await chooseGenerator();
    const bench: Bench = { options, generator, directory };
    printConditions(bench);
    await compareServers(bench);
    if (options.auto) await compareWorkers(bench);
  } finally {
    removeEventListener("unload", remove);
    remove();
  }
}

async function compareServers(bench: Bench): Promise<void> {
  const { options } = bench;
  await using servers = new Servers();
  const [slabkv, floor, map] = await Promise.all([
    servers.startSlabkv(options.slabkv, "1"),
    servers.startScript("bare Deno.serve", "floor_server.ts", false),
    servers.startScript("Map + Deno.serve", "map_server.ts", true),
  ]);
  const results = await inTurn(bench, [slabkv, floor, map], KINDS);
  const batches = await inTurn(bench, [slabkv], ["mget", "mput"]);
  console.log(table([...rowsOf(bench, results), ...rowsOf(bench, batches)]));
  if (options.tiny) return;
  console.log();
  for (const [other, target] of [[floor, FLOOR_TARGET], [map, MAP_TARGET]] as const) {
    for (const kind of KINDS) {
      const ones = results.of(kind, slabkv);
      const others = results.of(kind, other);
      const name = `${LABELS[kind]} against ${other.name}`;
      console.log(
        ratioLine(name, throughputRatio(ones, others), target, medians(ones), medians(others)),
      );
    }
  }
  for (const kind of ["mget", "mput"] as const) {
    const keys = medians(batches.of(kind, slabkv)).perSecond * BATCH_KEYS;
    console.log(targetLine(`${LABELS[kind]} of ${BATCH_KEYS}`, keys, BATCH_TARGET, " keys/s"));
  }
}

async function compareWorkers(bench: Bench): Promise<void> {
  const { options } = bench;
  await using servers = new Servers();
  const [auto, one] = await Promise.all([
    servers.startSlabkv(options.slabkv, "auto"),
    servers.startSlabkv(options.slabkv, "1"),
  ]);
  const results = await inTurn(bench, [auto, one], KINDS);
  console.log(`\n${table(rowsOf(bench, results))}\n`);
  for (const kind of KINDS) {
    const figure = throughputRatio(results.of(kind, auto), results.of(kind, one));
    console.log(targetLine(`${LABELS[kind]}, --workers auto against 1`, figure, AUTO_TARGET));
  }
}

/** The measurements of each load and server, by round. */
class Results {
  readonly servers: readonly Server[];
  readonly kinds: readonly MeasuredKind[];
  readonly #cells = new Map<string, Measurement[]>();

  constructor(servers: readonly Server[], kinds: readonly MeasuredKind[]) {
    this.servers = servers;
    this.kinds = kinds;
  }

  /** The rounds of a cell. */
  of(kind: MeasuredKind, server: Server): Measurement[] {
    const name = `${kind} ${server.port}`;
    const cell = this.#cells.get(name) ?? [];
    this.#cells.set(name, cell);
    return cell;
  }
}

/** Fills and warms every server, then loads them in turn; who comes first changes with every round. */
async function inTurn(
  bench: Bench,
  servers: readonly Server[],
  kinds: readonly MeasuredKind[],
): Promise<Results> {
  const { options } = bench;
  const results = new Results(servers, kinds);
  for (const server of servers) {
    if (server.storesItems) await fill(server, options);
    if (options.tiny) continue;
    await runJob(bench, jobFor(options, server, kinds[0]!, Math.min(3, options.seconds)));
  }
  for (let round = 0; round < options.rounds; round++) {
    showProgress(`round ${round + 1} of ${options.rounds}`);
    for (const kind of kinds) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + round) % servers.length]!;
        results.of(kind, server).push(await measure(bench, server, kind, round));
      }
    }
  }
  showProgress("");
  return results;
}

function rowsOf(bench: Bench, results: Results): Row[] {
  const [first] = results.servers;
  return results.kinds.flatMap((kind) =>
    results.servers.map((server) => {
      const generator = generatorFor(jobFor(bench.options, server, kind), bench.generator);
      return {
        load: `${LABELS[kind]} (${generator})`,
        server: server.name,
        figures: medians(results.of(kind, server)),
        ratio: server === first
          ? undefined
          : throughputRatio(results.of(kind, first!), results.of(kind, server)),
      };
    })
  );
}

function printConditions({ options }: Bench): void {
  const { keyCount, valueBytes, connections, rounds, seconds } = options;
  const cpus = navigator.hardwareConcurrency;
  console.log(
    `${keyCount} keys, ${valueBytes}-byte values, ${connections} connections, medians of ${rounds} ` +
      `rounds of ${seconds} s; Deno ${Deno.version.deno}, ${cpus} CPUs, client on the same machine\n`,
  );
}

if (import.meta.main) await runCommandLine(HELP, parseOptions, benchmark);
