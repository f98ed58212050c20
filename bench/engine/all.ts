// `deno task bench`: times single operations with `deno bench`, then prints the engine's report. Names of
// sections as arguments run those of the report alone.

import { answerHelp } from "../command_line.ts";

answerHelp(
  "Benchmarks of the engine: deno task bench [SECTION ...]\n" +
    "Without names: single operations, then the report. Sections of the report:\n" +
    "operations, memory, locks, hot, refill, flood, pauses, keys, hits, churn",
);

/** Runs Deno on the terminal of this program; returns its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const root = new URL("../../", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root });
  return (await command.spawn().status).code;
}

if (Deno.args.length === 0) {
  const code = await run(["bench", "-A", "bench/engine/"]);
  if (code !== 0) Deno.exit(code);
}
Deno.exit(await run(["run", "-A", "bench/engine/run.ts", ...Deno.args]));
