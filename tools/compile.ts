// `deno task compile`: one binary for this machine, or with --all for five kinds of machine.
// Deno adds the program to its base runtime (denort), which it downloads the first time; where it
// cannot, this says so and what to do instead. Checks that every module of the program is inside.

import { parseArgs } from "@std/cli";
import { DIST, runDeno, Stage, startFlags } from "./build_stage.ts";

/** The machines that compile:all builds for, and the names of their binaries. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "slabkv-linux-x64",
  "aarch64-unknown-linux-gnu": "slabkv-linux-arm64",
  "x86_64-apple-darwin": "slabkv-macos-x64",
  "aarch64-apple-darwin": "slabkv-macos-arm64",
  "x86_64-pc-windows-msvc": "slabkv-windows-x64.exe",
};

/** Compiles the program in `stage` to `output`. Returns what Deno printed. Throws Error if it fails. */
export async function compile(
  stage: Stage,
  output: string,
  target?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const machine = target === undefined ? [] : ["--target", target];
  const args = ["compile", ...await startFlags(), ...machine, "--output", output, "main.ts"];
  const ran = await runDeno(args, { cwd: stage.path, env });
  if (!ran.success) throw new Error(explain(ran.output));
  return ran.output;
}

/** Turns a failed compile into words that say what is missing and what to do. */
export function explain(output: string): string {
  const url = /https?:\/\/\S*?(denort-[\w.-]+\.zip)/.exec(output);
  if (url === null) return `deno compile failed:\n${output}`;
  return [
    `Cannot compile: the base runtime ${url[1]} is not here and could not be downloaded.`,
    `Either make it reachable (${url[0]}), or unzip it and set DENORT_BIN to the denort inside,`,
    "or use `deno task pack`, which needs no base runtime.",
  ].join("\n");
}

/** Names of the files that `deno compile` says it has embedded. */
export function embeddedFiles(output: string): Set<string> {
  return new Set(
    [...output.matchAll(/([\w.-]+\.(?:ts|js|json)) \([\d.]+ ?[KMG]?i?B\)/g)].map((match) =>
      match[1]!
    ),
  );
}

/** Names of the program's own modules, from its module graph. */
export async function graphFiles(stage: Stage): Promise<string[]> {
  const { success, output } = await runDeno(["info", "--json", "main.ts"], { cwd: stage.path });
  if (!success) throw new Error(`deno info failed:\n${output}`);
  const { modules } = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1));
  const local = (modules as { specifier: string }[]).filter(({ specifier }) =>
    specifier.startsWith("file:") && !specifier.includes("/node_modules/")
  );
  return local.map(({ specifier }) => specifier.slice(specifier.lastIndexOf("/") + 1));
}

async function main(): Promise<void> {
  const { all } = parseArgs(Deno.args, { boolean: ["all"] });
  await Deno.mkdir(DIST, { recursive: true });
  await using stage = await Stage.create("compiled");
  const builds = all ? Object.entries(TARGETS) : [[undefined, "slabkv"] as const];
  const files = await graphFiles(stage);
  for (const [target, name] of builds) {
    const path = new URL(name, DIST).pathname;
    const embedded = embeddedFiles(await compile(stage, path, target));
    const missing = files.filter((file) => !embedded.has(file));
    if (missing.length > 0) throw new Error(`Not in the binary: ${missing.join(", ")}`);
    console.log(`dist/${name}: ${files.length} modules inside`);
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
