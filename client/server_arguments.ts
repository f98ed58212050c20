/**
 * Whose a command line is. It costs one comparison and no other module, since the server starts through
 * here too.
 *
 * @module
 */

/**
 * Gives the server's arguments in a command line.
 *
 * @param args the command line, without the program
 * @returns its arguments; undefined if the command is the client's
 */
export function serverArguments(args: readonly string[]): string[] | undefined {
  const [first = "-", second, ...more] = args;
  if (first.startsWith("-")) return [...args];
  if (first === "serve") return args.slice(1);
  // Only the server can show its options.
  const isHelp = first === "help" && second === "serve" && more.length === 0;
  return isHelp ? ["--help"] : undefined;
}
