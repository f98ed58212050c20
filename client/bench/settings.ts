/**
 * What a load is, from the options of `bench`, checked where options limit each other, and in words
 * for people. Sends nothing.
 *
 * @module
 */

import { formatDuration } from "../../server/units.ts";
import { ClientError } from "../host.ts";
import { bench } from "../options.ts";
import type { OptionValues } from "../parse.ts";

/** What a load is. */
export interface BenchSettings {
  readonly connections: number;
  readonly durationMs: number;
  /** How many requests are sent at most. */
  readonly requestsMax: number;
  /** Reads among 100 requests. */
  readonly readPercent: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly routes: "json" | "raw";
  /** Requests per second; 0 for as many as the connections can. */
  readonly rate: number;
  readonly seed: number;
  readonly keep: boolean;
}

const mostBufferBytes = 256 * 1024 * 1024;
const mostJsonValueBytes = 256;

/**
 * Reads the settings.
 *
 * @param values the options of the command
 * @returns the settings
 * @throws {ClientError} if connections times bytes is more than this process should hold
 */
export function readSettings(values: OptionValues): BenchSettings {
  const connections = values.get(bench.connections);
  const valueBytes = values.get(bench.valueBytes);
  const routes = values.get(bench.routes);
  if (connections * valueBytes > mostBufferBytes) {
    throw new ClientError(
      "Cannot hold the values of all connections: lower --connections or --value-bytes",
    );
  }
  return {
    connections,
    valueBytes,
    durationMs: values.get(bench.duration),
    requestsMax: values.get(bench.requests),
    readPercent: values.get(bench.mix),
    keys: values.get(bench.keys),
    routes: routes === "auto" ? valueBytes > mostJsonValueBytes ? "raw" : "json" : routes,
    rate: values.get(bench.rate),
    seed: values.get(bench.seed),
    keep: values.get(bench.keep),
  };
}

/**
 * Says what a load will do.
 *
 * @param settings the load
 * @param server the server: its address, name and version
 * @returns lines with a newline at the end
 */
export function planText(settings: BenchSettings, server: string): string {
  const { connections, durationMs, readPercent, keys, valueBytes, routes, rate, seed, keep } =
    settings;
  const pace = rate === 0
    ? "as fast as they can"
    : `${rate.toLocaleString("en-US")} requests per second together`;
  return [
    `Server     ${server}`,
    `Load       ${connections} connections for ${formatDuration(durationMs)}, ${pace}: ` +
    `${readPercent} % reads, ${100 - readPercent} % writes`,
    `Keys       ${keys.toLocaleString("en-US")} with values of ${valueBytes} bytes on the ` +
    `${routes} routes, seed ${seed}; ${keep ? "left there" : "deleted"} in the end`,
    "",
  ].join("\n");
}
