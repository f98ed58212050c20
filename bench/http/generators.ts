/**
 * The load generators behind one door: oha where it is on PATH, autocannon from npm otherwise, and our own
 * (load.ts), each as a process of its own. Neither of the first two sends a random mix of methods at random
 * keys in one run (oha has one method a run), and two closed loops side by side are no fixed mix: a mix, and
 * batches, always come from our own.
 */

import { keyOf, valueOf, zipfKeySequence } from "../workload.ts";
import type { LoadJob, LoadResult } from "./load.ts";
import { putRequestBody } from "./messages.ts";

/** The names of the load generators. */
export type GeneratorName = "oha" | "autocannon" | "own";

/** What every generator reports. */
export type LoadSummary = Pick<
  LoadResult,
  "requests" | "perSecond" | "p50Ms" | "p99Ms" | "wrong" | "firstWrong"
>;

/** Its latencies are whole milliseconds. */
const AUTOCANNON = "npm:autocannon@8.0.0";
const GRACE_MS = 30_000;

/** oha where it is installed, else autocannon. */
export async function chooseGenerator(): Promise<GeneratorName> {
  try {
    await new Deno.Command("oha", { args: ["--version"], stdout: "null" }).output();
    return "oha";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "autocannon";
    throw error;
  }
}

/** The generator that a job really runs with. */
export function generatorFor(job: LoadJob, wanted: GeneratorName): GeneratorName {
  return job.kind === "get" || job.kind === "put" ? wanted : "own";
}

/**
 * Runs a job in a process of the generator.
 *
 * @param directory An existing folder for the files that oha and autocannon read.
 */
export async function runGenerator(
  job: LoadJob,
  wanted: GeneratorName,
  directory: string,
): Promise<LoadSummary> {
  switch (generatorFor(job, wanted)) {
    case "oha":
      return await runOha(job, directory);
    case "autocannon":
      return await runAutocannon(job, directory);
    case "own":
      return await runOwn(job);
  }
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
      return `${base}/get?key=${keyOf(id)}`;
    });
    args.push("--urls-from-file", urls);
  } else {
    const bodies = await lines(`${directory}/bodies`, job, (id) => {
      return putRequestBody(keyOf(id), valueOf(id, 1, job.valueBytes));
    });
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

async function runAutocannon(job: LoadJob, directory: string): Promise<LoadSummary> {
  const base = `http://127.0.0.1:${job.port}`;
  const har = `${directory}/${job.kind}-${job.port}.har`;
  if (!await exists(har)) await Deno.writeTextFile(har, archive(job, base));
  const args = ["run", "-A", "--no-config", "--no-lock", AUTOCANNON, "--json"];
  args.push("-c", String(job.connections), "-d", String(job.seconds), "--har", har, base);
  const report = JSON.parse(await output(Deno.execPath(), args, job));
  const requests: number = report.requests.total;
  const { errors, non2xx, timeouts } = report;
  return {
    requests,
    perSecond: requests / report.duration,
    p50Ms: report.latency.p50,
    p99Ms: report.latency.p99,
    wrong: errors + non2xx + timeouts,
    firstWrong: JSON.stringify({ errors, non2xx, timeouts }),
  };
}

/** An HTTP archive of 2,000 requests: autocannon sends them in order on every connection. */
function archive(job: LoadJob, base: string): string {
  const ids = zipfKeySequence(2000, job.keyCount, job.seed);
  const entries = [...ids].map((id) => {
    const get = { method: "GET", url: `${base}/get?key=${keyOf(id)}`, headers: [] };
    const text = putRequestBody(keyOf(id), valueOf(id, 1, job.valueBytes));
    const mimeType = "application/json";
    const headers = [{ name: "content-type", value: mimeType }];
    const put = { method: "POST", url: `${base}/put`, headers, postData: { mimeType, text } };
    return { request: job.kind === "get" ? get : put };
  });
  return JSON.stringify({ log: { version: "1.2", entries } });
}

/** Writes a line for each key of the shared sequence, once, and answers the path. */
async function lines(path: string, job: LoadJob, line: (id: number) => string): Promise<string> {
  if (await exists(path)) return path;
  const ids = zipfKeySequence(200_000, job.keyCount, job.seed);
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
