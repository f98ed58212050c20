/**
 * All attacks, one command: each on a server of its own beside a polite client; prints a row of a table for each, with a
 * verdict. Wrong names and servers that do not start fail the run; an OPEN verdict does not.
 */

import { parseArgs } from "node:util";
import { runCommandLine } from "../command_line.ts";
import { markdownTable } from "../report.ts";
import type { Attack } from "./attack.ts";
import { LONG, measure, SMALL } from "./measure.ts";
import { attackOf, ATTACKS } from "./rows/all.ts";
import { COLUMNS, details, rowOf } from "./table.ts";
import { reasonsOf, STRICT } from "./verdict.ts";
import { EchoServers, Victims } from "./victims.ts";

const HELP = `Attacks servers of its own on 127.0.0.1 and reports how a polite client fares

Usage: deno task bench:attacks [options] [name ...]

  --small     The small form of each attack, as in the tests: a second, small counts
  --details   What each attack sent and got, below its row
  --list      The names of all attacks, and what they send
  --help      This

Growth is the resident memory less the resident pages of the region, over the same before the attack.
The attackers are a process of lower priority. An echo is an exchange with a server that nobody attacks: what the
machine takes. A p99 may be that much more than its bound.`;

interface AttackOptions {
  readonly attacks: readonly Attack[];
  readonly isSmall: boolean;
  readonly hasDetails: boolean;
  readonly isList: boolean;
}

/** Runs attacks one after the other and prints a row for each as it is done. */
export async function report(
  { attacks, isSmall, hasDetails }: AttackOptions,
  print: (text: string) => void,
): Promise<void> {
  await using echo = new EchoServers();
  const echoPort = await echo.start();
  print(markdownTable(COLUMNS, []));
  for (const attack of attacks) {
    await using victims = new Victims();
    const victim = await victims.start(attack);
    const found = await measure(attack, victim, isSmall ? SMALL : LONG, echoPort);
    const row = rowOf(attack, found, reasonsOf(attack, found, STRICT));
    print(`| ${row.join(" | ")} |`);
    if (hasDetails) print(`  ${details(found)}`);
  }
}

function parse(args: string[]): AttackOptions | undefined {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { small: flag, details: flag, list: flag, help: flag },
  });
  if (values.help) return undefined;
  return {
    attacks: positionals.length === 0 ? ATTACKS : positionals.map(attackOf),
    isSmall: values.small,
    hasDetails: values.details,
    isList: values.list,
  };
}

if (import.meta.main) {
  await runCommandLine(HELP, parse, async (options) => {
    if (!options.isList) return await report(options, console.log);
    const rows = options.attacks.map(({ name, sends }) => [name, sends]);
    console.log(markdownTable(["attack", "what it sends"], rows));
  });
}
