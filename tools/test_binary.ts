// `deno task test:binary`: the wire tests against the executable that SLABKV_BIN names. Without one the
// tests would run the source, and say nothing of a binary: then this fails.

import { checkArguments } from "./tool_arguments.ts";

/** The path of the executable. Throws Error if there is none. */
export async function binaryPath(name: string | undefined, folder: string): Promise<string> {
  const example = "set it to one, such as SLABKV_BIN=dist/slabkv";
  if (name === undefined || name === "") {
    throw new Error(`Cannot test a binary: SLABKV_BIN names none; ${example}`);
  }
  const path = name.startsWith("/") || /^[A-Za-z]:[\\/]/.test(name) ? name : `${folder}/${name}`;
  try {
    if ((await Deno.stat(path)).isFile) return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error(`Cannot test a binary: SLABKV_BIN names ${path}, which is no file; ${example}`);
}

async function main(): Promise<number> {
  const folder = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const SLABKV_BIN = await binaryPath(Deno.env.get("SLABKV_BIN"), folder);
  console.log(`the wire tests against ${SLABKV_BIN}`);
  const args = ["test", "-A", "--no-check", "tests/wire"];
  const cwd = new URL("../", import.meta.url);
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { SLABKV_BIN } })
    .spawn().status;
  return code;
}

const HELP = `The wire tests against an executable: SLABKV_BIN=dist/slabkv deno task test:binary
Takes no options.

  --help    this`;

if (import.meta.main) {
  checkArguments(HELP);
  try {
    Deno.exit(await main());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
