/**
 * What the command lines of benchmarks have in common: numbers above zero, --help, and how a run ends that
 * cannot go on. Which options there are, each benchmark knows.
 */

/**
 * Reads the value of an option that is a number above 0.
 *
 * @param name the option without "--"
 * @param text its value; undefined if it was not given, which stands for `otherwise`
 * @param otherwise the default
 * @param max the largest that is accepted
 * @throws {RangeError} if it is no such number
 */
export function positive(
  name: string,
  text: string | undefined,
  otherwise: number,
  max: number,
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value > 0 && value <= max) return value;
  throw new RangeError(
    `Cannot parse --${name} ${text}: expected a number above 0, at most ${max}`,
  );
}

/**
 * Runs a benchmark by its command line, or prints its help. Ends the process with 1 and one line if that fails.
 *
 * @param help what --help prints
 * @param parse reads the command line; undefined for --help
 * @param run the benchmark
 */
export async function runCommandLine<T>(
  help: string,
  parse: (args: string[]) => T | undefined,
  run: (options: T) => Promise<void>,
): Promise<void> {
  try {
    const options = parse(Deno.args);
    if (options === undefined) console.log(help);
    else await run(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

/** Prints the help of a benchmark and ends the process if the command line asks for it. */
export function answerHelp(help: string): void {
  if (!Deno.args.includes("--help") && !Deno.args.includes("-h")) return;
  console.log(help);
  Deno.exit(0);
}

/** Says on stderr what is being measured now: one line on a terminal, which the next takes the place of. */
export function showProgress(text: string): void {
  const line = Deno.stderr.isTerminal() ? `\r${text}\x1b[K` : text === "" ? "" : `${text}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}
