/**
 * The settings of a load, from the options of `bench`. Checks options that limit each other, and says
 * in words what the load will be. Sends nothing.
 *
 * @module
 */

import { formatDuration } from "../../server/config/units.ts";
import { ClientError } from "../platform.ts";
import { BENCH } from "../options.ts";
import type { OptionValues } from "../parse.ts";

/** The settings of a load. */
export interface BenchSettings {
  readonly connections: number;
  readonly durationMs: number;
  /** Most requests to send. */
  readonly maxRequests: number;
  /** Reads among 100 requests. */
  readonly readPercent: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly routes: "json" | "raw";
  /** Requests per second; 0 for as many as the connections can send. */
  readonly rate: number;
  readonly seed: number;
  readonly keep: boolean;
}

const MAX_BUFFER_BYTES = 256 * 1024 * 1024;
const MAX_JSON_VALUE_BYTES = 256;

/**
 * Reads the settings.
 *
 * @param values the options of the command
 * @returns the settings
 * @throws {ClientError} if connections times bytes is more than this process should hold
 */
export function readSettings(values: OptionValues): BenchSettings {
  const connections = values.get(BENCH.connections);
  const valueBytes = values.get(BENCH.valueBytes);
  const routes = values.get(BENCH.routes);
  if (connections * valueBytes > MAX_BUFFER_BYTES) {
    throw new ClientError(
      "Cannot hold the values of all connections: lower --connections or --value-bytes",
    );
  }
  return {
    connections,
    valueBytes,
    durationMs: values.get(BENCH.duration),
    maxRequests: values.get(BENCH.requests),
    readPercent: values.get(BENCH.mix),
    keys: values.get(BENCH.keys),
    routes: routes === "auto" ? valueBytes > MAX_JSON_VALUE_BYTES ? "raw" : "json" : routes,
    rate: values.get(BENCH.rate),
    seed: values.get(BENCH.seed),
    keep: values.get(BENCH.keep),
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
