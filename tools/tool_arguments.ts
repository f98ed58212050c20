/**
 * What the command lines of tools have in common: --help, and that words which a tool does not know are refused
 * before it does anything. What a tool takes, it says itself.
 *
 * @module
 */

/**
 * Answers --help, or refuses arguments that are not known: then the process ends.
 *
 * @param help what --help prints: "What it does: deno task NAME"
 * @param known the options that the tool takes
 * @param args the command line
 */
export function checkArguments(
  help: string,
  known: readonly string[] = [],
  args: readonly string[] = Deno.args,
): void {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    Deno.exit(0);
  }
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown === undefined) return;
  console.error(`Unexpected argument "${unknown}": see --help`);
  Deno.exit(1);
}
