// `deno task compile`: one binary for this machine, or with --all for five kinds of machine.
// Deno adds the program to its base runtime (denort), which it downloads the first time. If it cannot,
// this says so, and what to do instead. Checks that every module of the program is inside.

import { resolve } from "node:path";
import { fileURLToPath as fromFileUrl } from "node:url";
import { parseArgs } from "@std/cli";
import { DIST, runDeno, Stage, startFlags } from "./build_stage.ts";
import { machineOfFile } from "./executable_machine.ts";
import { checkArguments } from "./tool_arguments.ts";

/** The machines that compile:all builds for, and the names of their binaries. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "slabkv-linux-x64",
  "aarch64-unknown-linux-gnu": "slabkv-linux-arm64",
  "x86_64-apple-darwin": "slabkv-macos-x64",
  "aarch64-apple-darwin": "slabkv-macos-arm64",
  "x86_64-pc-windows-msvc": "slabkv-windows-x64.exe",
};

/** Compiles the program in `stage` to `output`. Throws Error if it cannot be done. */
export async function compile(
  stage: Stage,
  output: string,
  target?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const machine = target === undefined ? [] : ["--target", target];
  // Without the first flag every package of the lock file would be inside.
  const flags = ["--exclude-unused-npm", ...await startFlags(), ...machine];
  const args = ["compile", ...flags, "--output", output, "main.ts"];
  const ran = await runDeno(args, { cwd: stage.path, env });
  if (!ran.success) throw new Error(explain(ran.output));
}

/** Makes the output of a failed compile into a message that says what to do. */
export function explain(output: string): string {
  const url = /https?:\/\/\S*?(denort-[\w.-]+\.zip)/.exec(output);
  if (url === null) return `deno compile failed:\n${output}`;
  return [
    `Cannot compile: the base runtime ${url[1]} is not here and could not be downloaded.`,
    `Either make it reachable (${url[0]}), or unzip it and set DENORT_BIN to the denort inside,`,
    "or use `deno task pack`, which needs no base runtime.",
  ].join("\n");
}

/**
 * The base runtime that DENORT_BIN names, as a path that holds in every folder; undefined if it names
 * none. Throws Error if there is no such file, or it is for one machine and all are asked for.
 */
export async function baseRuntime(
  name: string | undefined,
  folder: string,
  all: boolean,
): Promise<string | undefined> {
  if (name === undefined || name === "") return undefined;
  let path: string;
  try {
    path = await Deno.realPath(resolve(folder, name));
  } catch {
    throw new Error(
      `Cannot compile: DENORT_BIN names ${resolve(folder, name)}, which is not there`,
    );
  }
  if (!all) return path;
  const machine = await machineOfFile(path) ?? "an unknown machine";
  throw new Error(
    `Cannot compile for all machines: DENORT_BIN names one base runtime, for ${machine}. ` +
      "Unset it, or use `deno task compile`",
  );
}

/** Puts a finished build in its place in one step, since the one that is there may be running. */
export async function putInPlace(from: string, place: URL): Promise<void> {
  const temporary = `${fromFileUrl(place)}.${Deno.pid}`;
  await Deno.copyFile(from, temporary);
  await Deno.rename(temporary, fromFileUrl(place));
}

/** Deno adds the program at the end of its base runtime; this is the most it may take. */
const MAX_PROGRAM_BYTES = 32 * 1024 * 1024;

/** A module in the output of `deno info --json`, as far as it is used here. */
interface GraphModule {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
}

/** Paths of the program's own modules that have code, from its module graph. */
export async function graphFiles(stage: Stage): Promise<string[]> {
  const { success, output } = await runDeno(["info", "--json", "main.ts"], { cwd: stage.path });
  if (!success) throw new Error(`deno info failed:\n${output}`);
  const graph = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
  const modules = graph.modules as GraphModule[];
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set<string>(graph.roots);
  // Modules that are imported as types only are not part of the program.
  for (const specifier of found) {
    for (const { code } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined) found.add(code.specifier);
    }
  }
  return [...found].filter((specifier) => specifier.startsWith("file:"))
    .map((specifier) => decodeURIComponent(new URL(specifier).pathname));
}

/**
 * The files of `files` whose text is not in the binary at `path`. Looks at the bytes, since the list
 * that `deno compile` prints leaves out files of large folders.
 */
export async function missingFiles(path: string, files: readonly string[]): Promise<string[]> {
  using binary = await Deno.open(path);
  const { size } = await binary.stat();
  await binary.seek(Math.max(0, size - MAX_PROGRAM_BYTES), Deno.SeekMode.Start);
  const program = new TextDecoder("latin1").decode(await new Response(binary.readable).bytes());
  const isMissing = await Promise.all(files.map(async (file) => {
    const text = new TextDecoder("latin1").decode(await Deno.readFile(file));
    return !program.includes(text.slice(0, 200));
  }));
  return files.filter((_, i) => isMissing[i]);
}

async function main(): Promise<void> {
  const { all } = parseArgs(Deno.args, { boolean: ["all"] });
  const folder = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const runtime = await baseRuntime(Deno.env.get("DENORT_BIN"), folder, all === true);
  const env: Record<string, string> = runtime === undefined ? {} : { DENORT_BIN: runtime };
  await Deno.mkdir(DIST, { recursive: true });
  await using stage = await Stage.create("compiled");
  const builds = all ? Object.entries(TARGETS) : [[undefined, "slabkv"] as const];
  const files = await graphFiles(stage);
  for (const [target, name] of builds) {
    // Deno does not overwrite a file that it has not compiled, such as a packed program.
    const path = `${stage.path}/${name}`;
    await compile(stage, path, target, env);
    const machine = await machineOfFile(path);
    if (target !== undefined && machine !== target) {
      throw new Error(
        `Cannot write ${name}: the base runtime is for ${machine}, not for ${target}`,
      );
    }
    const missing = await missingFiles(path, files);
    if (missing.length > 0) throw new Error(`Not in the binary: ${missing.join(", ")}`);
    await putInPlace(path, new URL(name, DIST));
    console.log(`dist/${name}: ${files.length} modules inside`);
  }
}

const HELP = `One binary for this machine, dist/slabkv: deno task compile
For Linux, macOS and Windows, dist/slabkv-*: deno task compile:all

DENORT_BIN names the base runtime for this machine, where it cannot be downloaded.

  --all     for all machines
  --help    this`;

if (import.meta.main) {
  checkArguments(HELP, ["--all"]);
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
