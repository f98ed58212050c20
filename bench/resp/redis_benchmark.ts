/** Runs redis-benchmark as a process of its own, bounded in time, and reads what it prints. */

import type { BenchOptions } from "./options.ts";
import { type Kind, VALUE_BYTES } from "./traffic.ts";

/** One run. */
export interface RedisBenchmarkJob {
  readonly port: number;
  readonly kind: Kind;
  readonly pipeline: number;
  readonly requests: number;
}

const LIMIT_MS = 180_000;

/** Answers requests per second; throws when redis-benchmark fails, as it does on an error for an answer. */
export async function runRedisBenchmark(
  { port, kind, pipeline, requests }: RedisBenchmarkJob,
  { connections, keyCount, threads }: BenchOptions,
): Promise<number> {
  const args = ["-h", "127.0.0.1", "-p", String(port), "-c", String(connections)];
  args.push("-d", String(VALUE_BYTES), "-r", String(keyCount), "-n", String(requests));
  args.push("-P", String(pipeline), "-t", kind, "--csv");
  if (threads > 1) args.push("--threads", String(threads));
  const { success, stdout, stderr } = await new Deno.Command("redis-benchmark", {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder().decode(stdout);
  const rate = success ? readCsv(text, kind) : undefined;
  if (rate !== undefined) return rate;
  const said = new TextDecoder().decode(stderr).slice(-500);
  throw new Error(`Cannot load: redis-benchmark failed: ${text.slice(-500)}${said}`);
}

/** The requests per second that --csv tells of a command; undefined if there is no such line. */
export function readCsv(text: string, kind: Kind): number | undefined {
  const rate = Number(text.match(new RegExp(`^"${kind.toUpperCase()}","([\\d.]+)"`, "m"))?.[1]);
  return rate > 0 ? rate : undefined;
}
