/**
 * The load generators behind one door: oha where it is on PATH, and our own (load.ts), each as a process of its
 * own. oha has one method a run, and two closed loops side by side are no fixed mix: a mix, and batches, always
 * come from our own.
 */

import { itemJson, keyName } from "../../client/bench/key_set.ts";
import { StampedValues } from "../../client/bench/stamped_value.ts";
import { versionOf } from "../child_servers.ts";
import { zipfKeySequence } from "../workload.ts";
import { KEY_PREFIX } from "./items.ts";
import type { LoadJob, LoadResult } from "./load.ts";

/** The names of the load generators. */
export type GeneratorName = "oha" | "own";

/** What every generator reports. */
export type LoadSummary = Pick<
  LoadResult,
  "requests" | "perSecond" | "p50Ms" | "p99Ms" | "wrong" | "firstWrong"
>;

const GRACE_MS = 30_000;

/** oha where it is installed, else our own. */
export async function chooseGenerator(): Promise<GeneratorName> {
  return await versionOf("oha") === undefined ? "own" : "oha";
}

/** The generator that a job really runs with. */
export function generatorFor(job: LoadJob, wanted: GeneratorName): GeneratorName {
  return job.kind === "get" || job.kind === "put" ? wanted : "own";
}

/**
 * Runs a job in a process of the generator.
 *
 * @param directory An existing folder for the files that oha reads.
 */
export async function runGenerator(
  job: LoadJob,
  wanted: GeneratorName,
  directory: string,
): Promise<LoadSummary> {
  return generatorFor(job, wanted) === "oha" ? await runOha(job, directory) : await runOwn(job);
}

/** Runs a job in a process of our own generator. */
export async function runOwn(job: LoadJob): Promise<LoadResult> {
  const script = new URL("load.ts", import.meta.url).href;
  const args = ["run", "--no-lock", "--allow-net=127.0.0.1", script, JSON.stringify(job)];
  return JSON.parse(await output(Deno.execPath(), args, job));
}

async function runOha(job: LoadJob, directory: string): Promise<LoadSummary> {
  const base = `http://127.0.0.1:${job.port}`;
  const args = ["--no-tui", "--output-format", "json", "-w", "-z", `${job.seconds}s`];
  args.push("-c", String(job.connections), "--redirect", "0");
  if (job.kind === "get") {
    const urls = await lines(`${directory}/urls-${job.port}`, job, (id) => {
      return `${base}/get?key=${keyName(KEY_PREFIX, id)}`;
    });
    args.push("--urls-from-file", urls);
  } else {
    const set = { keyPrefix: KEY_PREFIX, values: new StampedValues(job.valueBytes) };
    const bodies = await lines(`${directory}/bodies`, job, (id) => itemJson(set, id, 1));
    args.push("-m", "POST", "-T", "application/json", "-Z", bodies, `${base}/put`);
  }
  const report = JSON.parse(await output("oha", args, job));
  const statuses: Record<string, number> = report.statusCodeDistribution;
  const errors: Record<string, number> = report.errorDistribution;
  const requests = sum(statuses);
  return {
    requests,
    perSecond: report.summary.requestsPerSec,
    p50Ms: report.latencyPercentiles.p50 * 1000,
    p99Ms: report.latencyPercentiles.p99 * 1000,
    wrong: requests - (statuses["200"] ?? 0) + sum(errors),
    firstWrong: JSON.stringify({ statuses, errors }),
  };
}

/** Writes a line for each key of the shared sequence, once, and answers the path. */
async function lines(path: string, job: LoadJob, line: (id: number) => string): Promise<string> {
  if (await exists(path)) return path;
  const ids = zipfKeySequence(200_000, job.keyCount);
  await Deno.writeTextFile(path, Array.from(ids, line).join("\n") + "\n");
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The stdout of a command, which must end well and in time. */
async function output(file: string, args: string[], job: LoadJob): Promise<string> {
  // A generator with as many threads as cores takes the server's: oha's runtime reads this variable.
  const threads = String(Math.max(1, navigator.hardwareConcurrency - 1));
  const { success, stdout, stderr } = await new Deno.Command(file, {
    args,
    env: { TOKIO_WORKER_THREADS: threads },
    stdin: "null",
    signal: AbortSignal.timeout(job.seconds * 1000 + GRACE_MS),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`Cannot load: ${file} failed: ${new TextDecoder().decode(stderr)}`);
  return text;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
