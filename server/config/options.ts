// The one table of options. Parser, help, --print-config and docs/options.md derive from it. An
// option exists when it has a row here. Does not know what the values do.

import { STATUS_CODE } from "@std/http";
import type { Config } from "./config.ts";
import { parseAuthority, parseHost, parseOrigin } from "./addresses.ts";
import {
  choice,
  count,
  duration,
  list,
  type Option,
  optionalText,
  size,
  text,
  toggle,
  wordOrCount,
} from "./option_kinds.ts";
import {
  DEFAULT_MEMORY_CEILING_BYTES,
  defaultMemoryBytes,
  MIN_MEMORY_BYTES,
} from "./memory_default.ts";
import { LOG_OPTIONS } from "./log_options.ts";
import { NOTIFICATION_OPTIONS } from "./notification_options.ts";
import { FILE, optionalMode, SOCKET_PATH } from "./path_kinds.ts";
import { PERSISTENCE_OPTIONS } from "./persistence_options.ts";
import { RAW_OPTIONS } from "./raw_options.ts";
import { formatSize, GIB, KIB, MIB, TIB } from "./units.ts";

const MAX_KEY_BYTES = 2047; // an item's header has 11 bits for them
const MAX_KEY_CHARS = Math.floor(MAX_KEY_BYTES / 4);
const MAX_VALUE_BYTES = 8 * MIB; // a quarter of the largest shard

/** The table: a row per field of the configuration, in the order of help. */
export const OPTIONS: { readonly [Field in keyof Config]: Option<Config[Field]> } = {
  host: {
    flag: "host",
    kind: text({
      placeholder: "ADDRESS",
      bounds: "IPv4, IPv6 or a name",
      expected: "an IPv4 or IPv6 address or a host name, without a port",
      read: parseHost,
    }),
    fallback: () => "127.0.0.1",
    description: "Address to listen on; one that other machines reach takes a token or consent",
  },
  port: {
    flag: "port",
    kind: count(0, 65535),
    fallback: () => 7171,
    description: "Port to listen on; 0 takes any free one",
  },
  unixPath: {
    flag: "unix",
    kind: optionalText(SOCKET_PATH),
    fallback: () => undefined,
    description: "Unix socket to listen on too",
  },
  unixMode: {
    flag: "unix-mode",
    kind: optionalMode(),
    fallback: () => undefined,
    fallbackText: "what the umask leaves",
    description: "Who may use the socket of --unix: its permissions, in octal",
  },
  ...RAW_OPTIONS,
  ...NOTIFICATION_OPTIONS,
  websocket: {
    flag: "websocket",
    kind: toggle(),
    fallback: () => false,
    description: "Answer WebSocket clients on /ws, whose messages no server of Deno can bound",
  },
  memoryBytes: {
    flag: "memory",
    kind: size(MIN_MEMORY_BYTES, TIB, "what the machine or container has"),
    fallback: defaultMemoryBytes,
    fallbackText: `70 % of the container's or machine's, at most ${
      formatSize(DEFAULT_MEMORY_CEILING_BYTES)
    }`,
    description: "Memory for keys, values and index together, which never grows",
  },
  averageItemBytes: {
    flag: "average-item",
    kind: size(32, 4096),
    fallback: () => 160,
    description:
      "Average size of key and value, plus 20 for the header, that the index is laid out for at first",
  },
  workers: {
    flag: "workers",
    kind: wordOrCount("auto", 1, 64),
    fallback: () => "auto",
    description: "Threads that serve clients; auto starts one and adds more under load",
  },
  maxKeyChars: {
    flag: "max-key",
    kind: count(1, MAX_KEY_CHARS),
    fallback: () => 256,
    description: "Longest key in characters, or in units of 4 bytes where keys are any bytes",
  },
  maxValueChars: {
    flag: "max-value",
    kind: count(1, MAX_VALUE_BYTES),
    fallback: () => 256,
    description: "Longest value of the JSON routes, in characters",
  },
  maxValueBytes: {
    flag: "max-value-bytes",
    kind: size(1, MAX_VALUE_BYTES),
    fallback: () => MIB,
    description: "Longest value of /store, at most a quarter of a shard's slots",
  },
  maxBodyBytes: {
    flag: "max-body",
    kind: size(KIB, GIB),
    fallback: () => 64 * KIB,
    description: "Longest request body; more where the longest key and value imply it",
  },
  maxInFlight: {
    flag: "max-in-flight",
    alias: "concurrency-limit",
    kind: count(1, 1_000_000),
    fallback: () => 10_000,
    description:
      "Requests whose body is still on its way, in the whole process; more are answered 503",
  },
  bodyTimeoutMs: {
    flag: "body-timeout",
    kind: duration(100, 600_000),
    fallback: () => 10_000,
    description: "Time to read the body of a request, else 408",
  },
  bodyMemoryBytes: {
    flag: "body-memory",
    kind: size(64 * KIB, 64 * GIB),
    fallback: () => 64 * MIB,
    description: "What bodies, large answers and commands on their way may hold at once, else 503",
  },
  maxLagMs: {
    flag: "max-lag",
    kind: duration(0, 60_000),
    fallback: () => 500,
    description:
      "How far a worker may be behind for a second before it answers 503; 0 for no limit",
  },
  scriptTimeMs: {
    flag: "script-time",
    kind: duration(10, 60_000),
    fallback: () => 1000,
    description: "How long a script may run, five times that once it has written",
  },
  missStatus: {
    flag: "miss-status",
    kind: choice([STATUS_CODE.OK, STATUS_CODE.NotFound]),
    fallback: () => STATUS_CODE.OK,
    description: "Status of the JSON answer to a key that is not there",
  },
  token: {
    flag: "token",
    kind: optionalText({
      placeholder: "TEXT",
      bounds: "1 to 512 visible ASCII characters",
      expected: "1 to 512 visible ASCII characters, without spaces",
      secret: true,
      read: (token) => /^[\x21-\x7e]{1,512}$/.test(token) ? token : undefined,
    }),
    fallback: () => undefined,
    description: "Secret that requests must bear; prefer the variable, since others see arguments",
  },
  allowHosts: {
    flag: "allow-host",
    kind: list({
      placeholder: "LIST",
      bounds: "hosts, with or without a port",
      expected: "hosts separated by commas, such as cache.example,10.0.0.7:7171,[::1]",
      read: parseAuthority,
    }),
    fallback: () => [],
    description: "Host headers to accept besides the address listened on",
  },
  allowOrigins: {
    flag: "allow-origin",
    kind: list({
      placeholder: "LIST",
      bounds: "origins",
      expected: "origins separated by commas, such as https://app.example,http://localhost:3000",
      read: parseOrigin,
    }),
    fallback: () => [],
    description: "Origins of web pages that may send requests",
  },
  allowAdmin: {
    flag: "admin",
    kind: toggle(),
    fallback: () => false,
    description: "Let commands such as SHUTDOWN and CONFIG come over HTTP without a token",
  },
  dashboard: {
    flag: "dashboard",
    kind: choice(["on", "read", "off"]),
    fallback: () => "on",
    description: "Page for browsers at /; read: it may change nothing",
  },
  metrics: {
    flag: "metrics",
    kind: choice(["on", "off"]),
    fallback: () => "on",
    description:
      "Measure latencies, hot keys and what more memory would bring; off: counters alone",
  },
  allowRemote: {
    flag: "allow-remote",
    kind: toggle(),
    fallback: () => false,
    description: "Consent to listen beyond this machine without a token",
  },
  tlsCertPath: {
    flag: "tls-cert",
    kind: optionalText(FILE),
    fallback: () => undefined,
    description: "Certificate chain (PEM); with --tls-key it turns TLS on",
  },
  tlsKeyPath: {
    flag: "tls-key",
    kind: optionalText(FILE),
    fallback: () => undefined,
    description: "Private key of the certificate (PEM)",
  },
  compress: {
    flag: "compress",
    kind: toggle(),
    fallback: () => false,
    description: "Compress answers of up to 64 KiB for clients that accept it",
  },
  ...PERSISTENCE_OPTIONS,
  drainTimeoutMs: {
    flag: "drain-timeout",
    kind: duration(0, 600_000),
    fallback: () => 5000,
    description: "Time that work in progress has to end after the first SIGTERM or SIGINT",
  },
  ...LOG_OPTIONS,
};

/** The flags that print something instead of serving. */
export const ACTIONS: readonly { flag: string; letter?: string; description: string }[] = [
  { flag: "help", letter: "h", description: "Show this and exit" },
  { flag: "version", letter: "V", description: "Show the version and exit" },
  { flag: "print-config", description: "Show the configuration in effect and exit" },
];

/** The rows as a list, without the types of their values. */
export const OPTION_ROWS: readonly { field: keyof Config; option: Option<unknown> }[] = (
  Object.keys(OPTIONS) as (keyof Config)[]
).map((field) => ({ field, option: OPTIONS[field] as Option<unknown> }));

/**
 * Gives the name of an option's environment variable.
 *
 * @param flag the option's name, without "--"
 * @returns "SLABKV_MAX_KEY" for "max-key"
 */
export function variableName(flag: string): string {
  return `SLABKV_${flag.toUpperCase().replaceAll("-", "_")}`;
}
