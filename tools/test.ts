/**
 * Checks format, lint, types and docs. Then runs all tests, or those whose paths are given, and the
 * wire tests once more against the packed program. Ends with "N passed, N failed"; each check that
 * fails counts as one. Exits 1 if any check or test fails.
 *
 * @module
 */

/** The lock file of the tests, which use more packages than the program. */
const LOCK = "--lock=tests/deno.lock";
const CHECKS: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint"],
  ["check", LOCK],
  ["doc", "--lint", "cache/mod.ts"],
];

/** Tests of the server as its clients see it: with the sources and with the packed program. */
const WIRE = "tests/wire/";
/** Tests that want a machine on which nothing else runs. */
const IDLE = "tests/idle/";
/**
 * Folders of which one file runs after the other: it matters how busy the machine is, or what the process has as a
 * whole. Files of all other folders run side by side.
 */
const IN_TURN: readonly string[] = ["tests/bench/", "tests/server/process/", "tests/tools/"];
/** Inside one of them, in these somebody mostly waits. */
const PATIENT = "tests/server/process/trouble/";

/** The folders whose files run side by side. */
function foldersSideBySide(): string[] {
  const inside = (folder: string) =>
    Array.from(Deno.readDirSync(new URL(`../${folder}`, import.meta.url)))
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => `${folder}${name}/`);
  const folders = [...inside("tests/"), ...inside("tests/server/"), PATIENT];
  const apart = ["tests/server/", IDLE, ...IN_TURN];
  return folders.filter((folder) => !apart.includes(folder));
}

/** How many files run side by side: in some of them somebody mostly waits. */
const JOBS = navigator.hardwareConcurrency + 1;

/** How many tests passed and how many failed. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Reads the summary that ends the output of `deno test`: "ok | 12 passed (3 steps) | 0 failed".
 *
 * @param output the output, colors allowed
 * @returns the counts, or undefined if there is no summary: a module did not load
 */
export function readSummary(output: string): Results | undefined {
  // deno-lint-ignore no-control-regex
  const plain = output.replace(/\x1b\[[\d;]*m/g, "");
  const lines = [...plain.matchAll(/^(?:ok|FAILED) \| (\d+) passed\b.*?\| (\d+) failed\b/gm)];
  const last = lines.at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

/** Runs Deno and shows its output, at once or at its end. Returns whether it exits 0, and what it printed. */
async function runDeno(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  isShownAtEnd = false,
): Promise<{ success: boolean; output: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], env, stdout: "piped" });
  const child = command.spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    if (isShownAtEnd) continue;
    for (let written = 0; written < chunk.length;) {
      written += await Deno.stdout.write(chunk.subarray(written));
    }
  }
  return { success: (await child.status).success, output };
}

async function main(paths: readonly string[]): Promise<Results> {
  let failedChecks = 0;
  for (const check of CHECKS) {
    console.log(`deno ${check.join(" ")}`);
    if (!(await runDeno(check)).success) failedChecks++;
  }
  const runs = paths.length > 0 ? [await runTests(paths)] : await runAll();
  const sum = (of: (results: Results) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: failedChecks + sum(({ failed }) => failed),
  };
}

async function runAll(): Promise<Results[]> {
  const env = { DENO_JOBS: String(JOBS) };
  const sideBySide = foldersSideBySide();
  const runs = [await runTests(["--parallel", ...sideBySide], env)];
  const packed = Deno.build.os === "windows" ? null : testPacked();
  runs.push(await runTests([`--ignore=${[...sideBySide, IDLE].join(",")}`, "tests/"]));
  if (packed !== null) runs.push(await packed);
  runs.push(await runTests([IDLE]));
  return runs;
}

async function runTests(
  paths: readonly string[],
  env: Readonly<Record<string, string>> = {},
  isShownAtEnd = false,
): Promise<Results> {
  const args = ["test", "-A", "--no-check", LOCK, ...paths];
  const { success, output } = await runDeno(args, env, isShownAtEnd);
  if (isShownAtEnd) console.log(output);
  const { passed, failed } = readSummary(output) ?? { passed: 0, failed: 1 };
  return { passed, failed: success ? failed : Math.max(1, failed) };
}

/** Packs the program and runs the wire tests against it, whose output is shown at their end. */
async function testPacked(): Promise<Results> {
  console.log("deno task pack, and tests/wire against dist/slabkv");
  if (!(await runDeno(["run", "-A", "tools/pack.ts"])).success) return { passed: 0, failed: 1 };
  const binary = new URL("../dist/slabkv", import.meta.url).pathname;
  const env = { SLABKV_BIN: binary, DENO_JOBS: String(navigator.hardwareConcurrency) };
  return await runTests(["--parallel", WIRE], env, true);
}

if (import.meta.main) {
  const { passed, failed } = await main(Deno.args);
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
