/**
 * What a worker's circuit breaker costs and brings (--max-lag): CPU time for each request that is refused, then a server
 * that more is asked of than it can do, with the breaker and without it.
 */

import { parseArgs } from "node:util";
import { positive, runCommandLine } from "../command_line.ts";
import { whole } from "../figures.ts";
import { atMost, markdownTable, rowTable } from "../report.ts";
import { measureCosts } from "./cost.ts";
import { measureBlock } from "./live.ts";

const HELP = `Measures what it takes to refuse requests while a breaker is open, on 127.0.0.1

Usage: deno run -A bench/overload/run.ts [options]

  --seconds N   How long each load lasts; 4 unless given
  --live        A server whose event loop stands still for 3 s while 200 clients ask, in place of that
  --help        This

CPU time is that of the worker's thread, all of Deno's own included.`;

/** The bound on what it costs to refuse a request, in microseconds. */
const MAX_SHED_US = 15;

function parse(args: string[]): { seconds: number; isLive: boolean } | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string" },
      live: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  return { seconds: positive("seconds", values.seconds, 4, 60), isLive: values.live };
}

/** Measures and prints. */
export async function report(seconds: number, print: (text: string) => void): Promise<void> {
  const costs = await measureCosts(seconds);
  print(rowTable(costs.flatMap(({ name, servedUs, shedUs }) => [
    { what: `${name}, answered`, figure: `${servedUs.toFixed(2)} µs`, target: "", pass: true },
    atMost(`${name}, refused`, shedUs, MAX_SHED_US, "µs"),
  ])));
}

/** Measures a server whose loop stands still, and prints what clients were told. */
async function reportLive(print: (text: string) => void): Promise<void> {
  const results = [await measureBlock("500ms"), await measureBlock("0")];
  const columns = [
    "--max-lag",
    "answered:",
    "answered after 1 s:",
    "refused:",
    "until none was, ms:",
  ];
  print(markdownTable(
    columns,
    results.map((
      { maxLag, served, servedLate, refused, recoveredMs },
    ) => [maxLag, ...[served, servedLate, refused, recoveredMs].map(whole)]),
  ));
  for (const { maxLag, breaker } of results) print(`${maxLag}: ${breaker}`);
}

if (import.meta.main) {
  await runCommandLine(HELP, parse, async ({ seconds, isLive }) => {
    await (isLive ? reportLive(console.log) : report(seconds, console.log));
    Deno.exit(0);
  });
}
