/**
 * The benchmark of data types, one command: operations on collections of 10, 1,000 and 100,000 members of 16 bytes, and on
 * strings of 1 MiB, in slabkv with one worker beside redis-server, loaded in turn in several rounds with pipelines of 16;
 * then the bytes for each member. Prints tables and says which targets hold. An error for an answer fails the run (exit 1);
 * a missed target does not, since what else the machine does decides too much.
 */

import { versionOf } from "../child_servers.ts";
import { runCommandLine, showProgress } from "../command_line.ts";
import { RespClient } from "../proof/resp_client.ts";
import { type Server, Servers } from "../resp/servers.ts";
import { fill, makeCollections, TYPES, usedBytes } from "./filling.ts";
import { measure, type Measurement, measurePair, pairTraffic } from "./measure.ts";
import { OPERATIONS, PAIRS, SIZES } from "./operations.ts";
import { type BenchOptions, HELP, parseOptions } from "./options.ts";
import {
  type Cell,
  type MemoryCell,
  memoryLines,
  memoryTable,
  table,
  targetLines,
} from "./report.ts";

const MEMORY = "memory";
/** Members of all collections of a type and size whose bytes are counted. */
const COUNTED_MEMBERS = 400_000;

/** An operation on one size, as both servers are loaded with it. */
interface Work {
  readonly name: string;
  readonly size: number | undefined;
  readonly load: (server: Server) => Promise<Measurement>;
}

/** Runs the benchmark; throws when an answer is wrong or a server does not start. */
export async function benchmark(
  options: BenchOptions,
  print: (text: string) => void,
): Promise<void> {
  if (await versionOf("redis-benchmark") === undefined) {
    throw new Error("Cannot load: there is no redis-benchmark on PATH");
  }
  const hasRedis = await versionOf("redis-server") !== undefined;
  const works = worksOf(options);
  const isCounting = options.parts.length === 0 || options.parts.includes(MEMORY);
  if (works.length === 0 && !isCounting) {
    throw new RangeError(
      `Cannot measure ${options.parts.join(" ")}: no name begins so, see --help`,
    );
  }
  if (works.length > 0) {
    await using running = new Servers();
    const cells = await inTurn(works, await start(running, options, hasRedis, true), options);
    print(table(cells));
    if (!options.tiny) print(`\n${targetLines(cells).join("\n")}\n`);
  }
  if (!isCounting) return;
  await using running = new Servers();
  const cells = await countBytes(await start(running, options, hasRedis, false), options);
  print(memoryTable(cells));
  if (!options.tiny) print(`\n${memoryLines(cells).join("\n")}`);
}

/** Starts slabkv and then Redis, where that is. */
async function start(
  running: Servers,
  options: BenchOptions,
  hasRedis: boolean,
  isFilled: boolean,
): Promise<Server[]> {
  // Strings of 1 MiB, the most by default, become longer here.
  const command = [...options.slabkv, "--max-value-bytes", "4MiB"];
  const servers = [await running.startSlabkv(command, 1, options.tiny ? "256MiB" : "1GiB")];
  if (hasRedis) servers.push(await running.startRedis());
  for (const server of servers) {
    showProgress(`filling ${server.name}`);
    if (isFilled) await fill(server.port, options.tiny);
  }
  return servers;
}

/** What is measured, by the parts that are asked for. */
function worksOf(options: BenchOptions): Work[] {
  const { parts } = options;
  const isAsked = ({ name }: { name: string }) =>
    parts.length === 0 || parts.some((part) => name.toUpperCase().startsWith(part.toUpperCase()));
  const works: Work[] = [];
  for (const operation of OPERATIONS.filter(isAsked)) {
    for (const size of operation.isOnStrings ? [undefined] : SIZES) {
      const load = (server: Server) => measure(server, operation, size ?? 0, options);
      works.push({ name: operation.name, size, load });
    }
  }
  for (const pair of PAIRS.filter(isAsked)) {
    for (const size of pair.isOnStrings ? [undefined] : SIZES) {
      const traffic = pairTraffic(pair, size ?? 0);
      const load = (server: Server) => measurePair(server, traffic, options);
      works.push({ name: pair.name, size, load });
    }
  }
  return works;
}

/** Loads the servers in turn; who comes first changes with every round. */
async function inTurn(
  works: readonly Work[],
  servers: readonly Server[],
  { rounds }: BenchOptions,
): Promise<Cell[]> {
  const found = works.map(() => servers.map((): Measurement[] => []));
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    for (const [i, { load }] of works.entries()) {
      for (let turn = 0; turn < servers.length; turn++) {
        const at = (turn + round) % servers.length;
        found[i]![at]!.push(await load(servers[at]!));
      }
    }
  }
  showProgress("");
  return works.map(({ name, size }, i) => ({
    name,
    size,
    slabkv: found[i]![0]!,
    redis: found[i]![1],
  }));
}

/** Bytes for each member of collections of each type and size. */
async function countBytes(
  servers: readonly Server[],
  { tiny }: BenchOptions,
): Promise<MemoryCell[]> {
  const cells: MemoryCell[] = [];
  for (const type of TYPES) {
    for (const size of tiny ? SIZES.slice(0, 2) : SIZES) {
      showProgress(`bytes of ${size} members`);
      const count = Math.ceil((tiny ? 2_000 : COUNTED_MEMBERS) / size);
      const keys = Array.from({ length: count }, (_, i) => `${type}:${size}:${i}`);
      const bytes: number[] = [];
      for (const { port } of servers) {
        using client = await RespClient.connect(port);
        const before = await usedBytes(port);
        await makeCollections(client, type, keys, size);
        bytes.push((await usedBytes(port) - before) / (count * size));
      }
      cells.push({ type, size, slabkv: bytes[0]!, redis: bytes[1] });
    }
  }
  showProgress("");
  return cells;
}

if (import.meta.main) {
  await runCommandLine(HELP, parseOptions, (options) => benchmark(options, console.log));
}
