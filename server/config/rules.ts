/**
 * Finds combinations of options that cannot work, or that nobody can have meant. Looks at a complete
 * configuration and at nothing else.
 *
 * @module
 */

import { type Config, jsonBodyLimit, logRingBytes, storeBodyLimit } from "./config.ts";
import { isLoopback } from "./addresses.ts";
import { availableMemoryBytes, type Limits } from "./limits.ts";
import { MIN_MEMORY_BYTES } from "./memory_default.ts";
import { formatSize, MIB } from "./units.ts";

/**
 * Finds the first rule that a configuration breaks.
 *
 * @param config the configuration; each value is valid alone
 * @param limits what the machine gives this process
 * @returns one line that names the ways out, or undefined if all is well
 */
export function findConflict(config: Config, limits: Limits): string | undefined {
  return memoryConflict(config, limits) ?? exposureConflict(config) ?? tlsConflict(config) ??
    bodyConflict(config) ?? listenConflict(config) ?? modeConflict(config) ??
    logConflict(config);
}

function memoryConflict({ memoryBytes }: Config, limits: Limits): string | undefined {
  const available = availableMemoryBytes(limits);
  if (memoryBytes <= available) return undefined;
  const owner = available < limits.totalMemoryBytes ? "container" : "machine";
  const wholeMib = formatSize(available - available % MIB);
  return `Cannot use --memory ${formatSize(memoryBytes)}: the ${owner} has ${wholeMib}`;
}

function exposureConflict({ host, token, allowRemote }: Config): string | undefined {
  if (isLoopback(host) || token !== undefined || allowRemote) return undefined;
  return `Cannot listen on ${host}: whoever reaches it could read and change everything; ` +
    "set --token, or consent with --allow-remote";
}

function tlsConflict({ tlsCertPath, tlsKeyPath }: Config): string | undefined {
  if ((tlsCertPath === undefined) === (tlsKeyPath === undefined)) return undefined;
  const [given, missing] = tlsKeyPath === undefined ? ["cert", "key"] : ["key", "cert"];
  return `Cannot use --tls-${given} alone: give --tls-${missing} too`;
}

function bodyConflict(config: Config): string | undefined {
  const longest = Math.max(jsonBodyLimit(config), storeBodyLimit(config));
  if (longest <= config.bodyMemoryBytes) return undefined;
  return `Cannot use --body-memory ${formatSize(config.bodyMemoryBytes)}: ` +
    `one body may take ${formatSize(longest)}; raise it, or lower ${longestBodyFlag(config)}`;
}

function longestBodyFlag(config: Config): string {
  const longest = Math.max(jsonBodyLimit(config), storeBodyLimit(config));
  if (longest === config.maxBodyBytes) return "--max-body";
  return longest === config.maxValueBytes ? "--max-value-bytes" : "--max-value";
}

function listenConflict(config: Config) {
  const { port, respPort, textPort, memcachePort } = config;
  const places: [string, number | string | undefined][] = [
    ["--port", port || undefined],
    ["--resp-port", respPort || undefined],
    ["--text-port", textPort || undefined],
    ["--memcache-port", memcachePort || undefined],
    ["--unix", config.unixPath],
    ["--resp-unix", config.respUnixPath],
    ["--memcache-unix", config.memcacheUnixPath],
  ];
  const owners = new Map<number | string, string>();
  for (const [flag, place] of places) {
    if (place === undefined) continue;
    const owner = owners.get(place);
    if (owner !== undefined) return `Cannot use ${owner} and ${flag} ${place}: choose another one`;
    owners.set(place, flag);
  }
  return undefined;
}

function modeConflict(config: Config) {
  const sockets: [string, string | undefined, number | undefined][] = [
    ["--unix", config.unixPath, config.unixMode],
    ["--resp-unix", config.respUnixPath, config.respUnixMode],
    ["--memcache-unix", config.memcacheUnixPath, config.memcacheUnixMode],
  ];
  const alone = sockets.find(([, path, mode]) => mode !== undefined && path === undefined)?.[0];
  return alone && `Cannot use ${alone}-mode alone: give ${alone} too`;
}

function logConflict(config: Config): string | undefined {
  const { memoryBytes } = config;
  const logBytes = logRingBytes(config);
  const restBytes = memoryBytes - logBytes;
  if (logBytes === 0 || restBytes >= MIN_MEMORY_BYTES && restBytes >= logBytes) return undefined;
  const leastBytes = Math.max(2 * logBytes, logBytes + MIN_MEMORY_BYTES);
  return `Cannot use --log-memory ${formatSize(logBytes)} of --memory ${
    formatSize(memoryBytes)
  }: ` +
    `that leaves too little for data; choose less, or --memory ${formatSize(leastBytes)} or more`;
}
