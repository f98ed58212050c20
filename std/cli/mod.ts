/**
 * The part of jsr:@std/cli that the command line uses, from the npm package that carries the same
 * modules. It exists for machines that do not reach JSR; it adds nothing of its own.
 *
 * @module
 */

// @ts-types="./mod.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
