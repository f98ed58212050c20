// The rows of the table of options for bare connections: clients of the Redis protocol, the text protocol and memcached. Does
// not know what listens there.

import type { Config } from "./config.ts";
import { count, duration, type Option, optionalCount, optionalText } from "./option_kinds.ts";
import { optionalMode, SOCKET_PATH } from "./path_kinds.ts";

/** The fields that they fill. */
export type RawField =
  | "respPort"
  | "respUnixPath"
  | "respUnixMode"
  | "textPort"
  | "memcachePort"
  | "memcacheUnixPath"
  | "memcacheUnixMode"
  | "maxConnections"
  | "idleTimeoutMs";

/** The rows. */
export const RAW_OPTIONS: { readonly [F in RawField]: Option<Config[F]> } = {
  respPort: {
    flag: "resp-port",
    kind: optionalCount(0, 65535),
    fallback: () => undefined,
    description: "Port for clients of the Redis protocol; 0 takes any free one",
  },
  respUnixPath: {
    flag: "resp-unix",
    kind: optionalText(SOCKET_PATH),
    fallback: () => undefined,
    description: "Unix socket for clients of the Redis protocol",
  },
  respUnixMode: {
    flag: "resp-unix-mode",
    kind: optionalMode(),
    fallback: () => undefined,
    fallbackText: "what the umask leaves",
    description: "Who may use the socket of --resp-unix: its permissions, in octal",
  },
  textPort: {
    flag: "text-port",
    kind: optionalCount(0, 65535),
    fallback: () => undefined,
    description: "Port for clients of the text protocol; 0 takes any free one",
  },
  memcachePort: {
    flag: "memcache-port",
    kind: optionalCount(0, 65535),
    fallback: () => undefined,
    description: "Port for clients of memcached; 0 takes any free one",
  },
  memcacheUnixPath: {
    flag: "memcache-unix",
    kind: optionalText(SOCKET_PATH),
    fallback: () => undefined,
    description: "Unix socket for clients of memcached",
  },
  memcacheUnixMode: {
    flag: "memcache-unix-mode",
    kind: optionalMode(),
    fallback: () => undefined,
    fallbackText: "what the umask leaves",
    description: "Who may use the socket of --memcache-unix: its permissions, in octal",
  },
  maxConnections: {
    flag: "max-connections",
    kind: count(1, 1_000_000),
    fallback: () => 20_000,
    description: "Clients of these three protocols at once in the whole process",
  },
  idleTimeoutMs: {
    flag: "idle-timeout",
    kind: duration(0, 86_400_000),
    fallback: () => 0,
    description: "Time after which such a client that sends nothing is closed; 0 for never",
  },
};
